use std::net::Ipv4Addr;

use super::*;

const HERE: Sender = Sender { address: IpAddr::V4(Ipv4Addr::LOCALHOST), known: true };
const THERE: Sender = Sender { address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), known: false };
const SECOND: i64 = 1_000_000;
/// 13.5 seconds into a minute, and into a day.
const NOW: i64 = 1_772_323_200 * SECOND + 13_500_000;

fn endpoint(group: &str, command: &str) -> &'static Endpoint {
    catalogue::find(group, command).unwrap()
}

fn limited(limit: u32) -> Limits {
    let mut limits = Limits::published();
    assert!(limits.set("/api/", LimitKind::RequestWeight, Interval::Minute, limit));
    limits
}

fn header(headers: &Headers, name: &str) -> Option<u32> {
    headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.parse().unwrap())
}

#[test]
fn each_product_counts_whom_and_what_its_headers_say() {
    type Case = (&'static str, &'static str, &'static [(&'static str, u32)], u32);
    let cases: [Case; 8] = [
        ("spot", "ping", &[("X-MBX-USED-WEIGHT", 2), ("X-MBX-USED-WEIGHT-1M", 2)], 1),
        ("spot", "account", &[("X-MBX-USED-WEIGHT", 40), ("X-MBX-USED-WEIGHT-1M", 40)], 20),
        ("wallet", "account-api-restrictions", &[("X-SAPI-USED-IP-WEIGHT-1M", 2)], 1),
        ("wallet", "submit-transfer", &[("X-SAPI-USED-UID-WEIGHT-1M", 600)], 300),
        ("futures", "account", &[("X-MBX-USED-WEIGHT-1M", 10)], 5),
        ("coin-futures", "ping", &[("X-MBX-USED-WEIGHT-1M", 2)], 1),
        ("options", "ping", &[("X-MBX-USED-WEIGHT-1M", 2)], 1),
        ("portfolio-margin", "ping", &[("X-MBX-USED-WEIGHT-1M", 2)], 1),
    ];
    for (group, command, expected, weight) in cases {
        let (limits, endpoint) = (Limits::published(), endpoint(group, command));
        limits.count(endpoint, weight, HERE, NOW);
        let counted = limits.count(endpoint, weight, HERE, NOW + 46 * SECOND).headers;
        let found: Vec<(&str, u32)> = counted.iter().map(|(n, v)| (*n, v.parse().unwrap())).collect();
        assert_eq!(found, expected, "{group} {command}");
        // Another minute begins 46.5 seconds later.
        let counted = limits.count(endpoint, weight, HERE, NOW + 46_500_000).headers;
        assert_eq!(counted.first().unwrap().1, weight.to_string(), "{group} {command}, a minute later");
    }
}

#[test]
fn addresses_accounts_products_and_sapi_endpoints_are_counted_apart() {
    let limits = Limits::published();
    let used = |group, command, sender, name| {
        header(&limits.count(endpoint(group, command), 7, sender, NOW).headers, name)
    };
    assert_eq!(used("spot", "ping", HERE, "X-MBX-USED-WEIGHT"), Some(7));
    assert_eq!(used("spot", "time", HERE, "X-MBX-USED-WEIGHT"), Some(14), "the same product and address");
    assert_eq!(used("spot", "ping", THERE, "X-MBX-USED-WEIGHT"), Some(7), "another address");
    assert_eq!(used("futures", "ping", HERE, "X-MBX-USED-WEIGHT-1M"), Some(7), "another product");
    let (ip, uid) = ("X-SAPI-USED-IP-WEIGHT-1M", "X-SAPI-USED-UID-WEIGHT-1M");
    assert_eq!(used("wallet", "account-api-restrictions", HERE, ip), Some(7));
    assert_eq!(used("wallet", "system-status", HERE, ip), Some(7), "another endpoint of /sapi");
    assert_eq!(used("wallet", "withdraw", HERE, uid), Some(7));
    let other = Sender { known: true, ..THERE };
    assert_eq!(used("wallet", "withdraw", other, uid), Some(14), "the same account from another address");
    assert_eq!(used("wallet", "withdraw", THERE, uid), None, "without a key there is no account");
}

#[test]
fn over_the_limit_is_429_then_418_and_each_ban_is_longer() {
    let limits = limited(2);
    let ping = endpoint("spot", "ping");
    let send =
        |now| limits.count(ping, 1, HERE, now).refusal.map(|r| (r.status, r.code, r.retry_after, r.message));
    assert_eq!((send(NOW), send(NOW)), (None, None));
    let message = "Too much request weight used; current limit is 2 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.";
    for _ in 0..catalogue::ban().after {
        assert_eq!(send(NOW), Some((429, -1003, 47, message.to_owned())));
    }
    let until = (NOW + 120 * SECOND) / 1000;
    let banned = format!(
        "Way too much request weight used; IP banned until {until}. Please use WebSocket Streams for live updates to avoid bans."
    );
    assert_eq!(send(NOW), Some((418, -1003, 120, banned.clone())));
    // A window that is over changes nothing, and asking does not make it longer.
    assert_eq!(send(NOW + 100 * SECOND), Some((418, -1003, 20, banned)));
    assert!(limits.count(endpoint("futures", "ping"), 1, HERE, NOW).refusal.is_none(), "another host");
    assert!(limits.count(ping, 1, THERE, NOW).refusal.is_none(), "another address");
    let mut now = NOW + 120 * SECOND;
    for expected in [240, 480, 960, 1920, 3840, 7680, 15360, 30720, 61440, 122_880, 245_760, 259_200, 259_200]
    {
        assert_eq!(send(now), None, "the ban is over");
        let ban = (0..100).find_map(|_| send(now).filter(|r| r.0 == 418)).unwrap();
        assert_eq!(ban.2, expected);
        now += expected * SECOND;
        // Into the next window.
        now += 60 * SECOND;
    }
    // After as long as the longest ban nothing is remembered.
    now += 259_200 * SECOND;
    let ban = (0..100).find_map(|_| send(now).filter(|r| r.0 == 418)).unwrap();
    assert_eq!(ban.2, 120);
}

#[test]
fn who_waits_is_not_banned() {
    let limits = limited(1);
    let ping = endpoint("spot", "ping");
    for minute in 0..50 {
        let now = NOW + minute * 60 * SECOND;
        let status = |now| limits.count(ping, 1, HERE, now).refusal.map(|r| r.status);
        assert_eq!((status(now), status(now)), (None, Some(429)), "minute {minute}");
    }
}

#[test]
fn sapi_refuses_and_never_bans() {
    let mut limits = Limits::published();
    assert!(limits.set("/sapi/", LimitKind::RequestWeight, Interval::Minute, 1));
    let status = endpoint("wallet", "system-status");
    let refused = (0..100).filter_map(|_| limits.count(status, 1, HERE, NOW).refusal);
    let statuses: Vec<u16> = refused.map(|r| r.status).collect();
    assert_eq!(statuses, [429; 99]);
}

#[test]
fn every_product_words_its_refusals_as_its_errors_do() {
    let cases = [
        (
            "futures",
            "ping",
            2400,
            -1003,
            "Too much request weight used, current limit is 2400 request weight per 1 MINUTE.",
        ),
        (
            "options",
            "ping",
            400,
            -1008,
            "Too much request weight used; current limit is 400 request weight per 1 MINUTE.",
        ),
        (
            "portfolio-margin",
            "ping",
            6000,
            -1003,
            "Too many requests; current limit is 6000 requests per minute.",
        ),
        (
            "wallet",
            "system-status",
            12_000,
            -1003,
            "Too much request weight used; current limit is 12000 request weight per 1 MINUTE.",
        ),
    ];
    for (group, command, limit, code, message) in cases {
        let limits = Limits::published();
        let endpoint = endpoint(group, command);
        assert!(limits.count(endpoint, limit, HERE, NOW).refusal.is_none(), "{group}");
        let refusal = limits.count(endpoint, 1, HERE, NOW).refusal.unwrap();
        assert_eq!(refusal.code, code, "{group}");
        assert!(refusal.message.starts_with(message), "{group}: {}", refusal.message);
    }
    let limits = Limits::published();
    let basis = endpoint("futures", "basis");
    let refused = (0..1001).filter_map(|_| limits.count(basis, 0, HERE, NOW).refusal).count();
    assert_eq!(refused, 1, "raw requests count where the weight is 0");
}

#[test]
fn every_family_has_its_messages() {
    for rate in catalogue::limits() {
        let row = Row { rate, limit: rate.limit() };
        let endpoint = catalogue::endpoints().iter().find(|e| e.path().starts_with(rate.prefix())).unwrap();
        let words = if rate.kind() == LimitKind::Orders {
            row.too_many_orders(endpoint, NOW).message
        } else {
            row.too_much(endpoint, 1, NOW).message
        };
        assert!(words.contains(&rate.limit().to_string()) && !words.contains('%'), "{rate:?}: {words:?}");
    }
}

#[test]
fn orders_count_until_they_are_filled() {
    let limits = Limits::published();
    let order = endpoint("spot", "new-order");
    let headers = limits.place_orders(order, NOW).unwrap();
    assert_eq!(header(&headers, "X-MBX-ORDER-COUNT-10S"), Some(1));
    assert_eq!(header(&headers, "X-MBX-ORDER-COUNT-1D"), Some(1));
    let headers = limits.place_orders(endpoint("spot", "order-list-otoco"), NOW).unwrap();
    assert_eq!(header(&headers, "X-MBX-ORDER-COUNT-10S"), Some(4));
    assert_eq!(limits.place_orders(endpoint("spot", "ping"), NOW), Ok(vec![]));
    limits.place_orders(order, NOW).unwrap();
    limits.orders_not_placed(order, NOW);
    limits.orders_filled("/api/v3/order", 3, NOW);
    let counts = |now| serde_json::to_string(&limits.order_counts("/api/v3/rateLimit/order", now)).unwrap();
    let row = |interval, num, limit, count| {
        format!(
            r#"{{"rateLimitType":"ORDERS","interval":"{interval}","intervalNum":{num},"limit":{limit},"count":{count}}}"#
        )
    };
    let rows =
        |first, second| format!("[{},{}]", row("SECOND", 10, 100, first), row("DAY", 1, 200_000, second));
    assert_eq!(counts(NOW), rows(1, 1));
    assert_eq!(counts(NOW + 10 * SECOND), rows(0, 1), "ten seconds later");
    limits.orders_filled("/api/v3/order", 5, NOW + 10 * SECOND);
    assert_eq!(counts(NOW + 10 * SECOND), rows(0, 0), "never below none");
}

#[test]
fn too_many_orders_are_refused_with_1015() {
    let limits = Limits::published();
    let order = endpoint("spot", "new-order");
    for _ in 0..100 {
        limits.place_orders(order, NOW).unwrap();
    }
    let refusal = limits.place_orders(order, NOW).unwrap_err();
    let expected = (429, -1015, 7, "Too many new orders; current limit is 100 orders per 10 SECOND.");
    assert_eq!((refusal.status, refusal.code, refusal.retry_after, refusal.message.as_str()), expected);
    assert!(limits.place_orders(endpoint("spot", "cancel-order"), NOW).is_ok(), "places none");
    limits.orders_filled(order.path(), 1, NOW);
    assert!(limits.place_orders(endpoint("spot", "order-list-oco"), NOW).is_err(), "two are one too many");
    assert!(limits.place_orders(order, NOW).is_ok(), "one was filled");
    assert!(limits.place_orders(order, NOW + 7 * SECOND).is_ok(), "the next window");
}

#[test]
fn orders_that_come_at_once_are_no_more_than_may_be() {
    let limits = Limits::published();
    let order = endpoint("spot", "new-order");
    let place = || (0..50).filter(|_| limits.place_orders(order, NOW).is_ok()).count();
    let placed: usize = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(place)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(placed, 100);
}

#[test]
fn a_request_that_is_late_for_its_window_ends_no_later_one() {
    let limits = Limits::published();
    let ping = endpoint("spot", "ping");
    let used = |now| header(&limits.count(ping, 1, HERE, now).headers, "X-MBX-USED-WEIGHT-1M");
    let minute = 60 * SECOND;
    assert_eq!([used(NOW), used(NOW + minute), used(NOW), used(NOW + minute)], [1, 1, 2, 3].map(Some));
}

#[test]
fn a_batch_counts_otherwise_within_a_minute() {
    let limits = Limits::published();
    let headers = limits.place_orders(endpoint("futures", "new-batch-orders"), NOW).unwrap();
    assert_eq!(header(&headers, "X-MBX-ORDER-COUNT-10S"), Some(5));
    assert_eq!(header(&headers, "X-MBX-ORDER-COUNT-1M"), Some(1));
}

#[test]
fn what_is_unenforced_is_counted_all_the_same() {
    let limits = Limits::unenforced();
    let ping = endpoint("spot", "ping");
    for _ in 0..19 {
        assert!(limits.count(ping, 6000, HERE, NOW).refusal.is_none());
    }
    let counted = limits.count(ping, 6000, HERE, NOW);
    assert!(counted.refusal.is_none());
    assert_eq!(header(&counted.headers, "X-MBX-USED-WEIGHT"), Some(120_000));
}

#[test]
fn counts_of_past_windows_are_dropped() {
    let limits = Limits::published();
    let ping = endpoint("spot", "ping");
    for i in 0..10_000_u32 {
        let address = IpAddr::V4(Ipv4Addr::from_bits(0x7f01_0000 + i));
        limits.count(ping, 1, Sender { address, known: false }, NOW + i64::from(i) * 10 * SECOND);
    }
    assert!(limits.state.lock().unwrap().counts.len() <= MOST_COUNTS + 2);
}
