use super::*;

fn headers(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().copied().collect()
}

#[test]
fn usage_headers() {
    let found = usage(&headers(&[
        ("x-mbx-used-weight", "10"),
        ("x-mbx-used-weight-1m", "10"),
        ("X-MBX-ORDER-COUNT-10S", "2"),
        ("X-MBX-ORDER-COUNT-1D", "30"),
        ("X-SAPI-USED-IP-WEIGHT-1M", "4"),
        ("X-SAPI-USED-UID-WEIGHT-1M", "5"),
        ("X-MBX-USED-WEIGHT-1X", "1"),
        ("X-MBX-USED-WEIGHT-M", "1"),
        ("X-MBX-USED-WEIGHT-", "1"),
        ("X-MBX-USED-WEIGHT-1M", "-1"),
        ("X-MBX-USED-WEIGHT-é", "1"),
        ("content-type", "x"),
    ]));
    let found: Vec<_> = found.iter().map(|u| (u.kind, u.interval.as_str(), u.used)).collect();
    let expected = [
        (UsageKind::Weight, "1M", 10),
        (UsageKind::Orders, "10S", 2),
        (UsageKind::Orders, "1D", 30),
        (UsageKind::SapiIp, "1M", 4),
        (UsageKind::SapiUid, "1M", 5),
    ];
    assert_eq!(found, expected);
}

#[test]
fn retry_after() {
    const NOW: i64 = 784_111_777;
    let cases = [
        ("0", Some(0)),
        (" 37 ", Some(37)),
        ("99999999999999999999", Some(u64::MAX)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
        ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
        ("Thu, 29 Feb 1996 00:00:00 GMT", Some(825_552_000 - 784_111_777)),
        ("Mon, 01 Jan 2024 00:00:00 GMT", Some(1_704_067_200 - 784_111_777)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 CET", None),
        ("Sun, 32 Nov 1994 08:49:37 GMT", None),
        ("Sun, +6 Nov 1994 08:49:37 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(retry_after_s(&headers(&[("Retry-After", text)]), NOW), expected, "{text}");
    }
    assert_eq!(retry_after_s(&headers(&[]), NOW), None);
}
