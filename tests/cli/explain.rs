//! `bnq explain`: what errors mean, for people and as data.

use super::support::bnq;

#[test]
fn an_error_is_explained_whatever_it_is_called() {
    let by_code = bnq("explain -2014").run().exits(0);
    assert!(by_code.stdout.starts_with("-2014 BAD_API_KEY_FMT (every product)\n"), "{by_code:?}");
    assert_eq!(by_code.stderr, "");
    let asked = [
        vec!["BAD_API_KEY_FMT"],
        vec!["-q", "API-key", "format", "invalid."],
        vec!["-2014: API-key format invalid."],
        vec![r#"{"code":-2014,"msg":"API-key format invalid."}"#],
        vec!["binance.exceptions.BinanceAPIException: APIError(code=-2014): API-key format invalid."],
        vec!["--group", "futures", "-2014"],
        vec!["-2014", "--group", "wallet", "-o", "raw"],
    ];
    for words in asked {
        let ran = words.iter().fold(bnq("explain"), |bnq, word| bnq.arg(word)).run().exits(0);
        assert_eq!(ran.stdout, by_code.stdout, "{words:?}");
    }
}

#[test]
fn causes_are_told_apart() {
    for (name, what) in [("2015", "-2015"), ("lot-size", "Filter failure: LOT_SIZE"), ("418", "418")] {
        insta::assert_snapshot!(format!("explain-{name}"), bnq("explain").arg(what).run().exits(0).stdout);
    }
}

#[test]
fn a_number_with_several_meanings_asks_for_the_group() {
    let ran = bnq("explain -2021").run().exits(0).says("note: -2021 means different things; --group");
    assert!(
        ran.stdout.contains("CANCEL_REPLACE_PARTIALLY_FAILED")
            && ran.stdout.contains("ORDER_WOULD_IMMEDIATELY_TRIGGER")
    );
    let ran = bnq("explain --group futures -2021").run().exits(0);
    assert!(!ran.stdout.contains("CANCEL_REPLACE"), "{ran:?}");
    assert_eq!(ran.stderr, "");
    let futures = bnq("explain --group futures -1007").run().exits(0).stdout;
    assert!(futures.contains("`bnq futures order --symbol X --orig-client-order-id ID`"), "{futures}");
}

#[test]
fn what_is_not_found_fails_with_a_next_step() {
    bnq("explain -20144").run().exits(1).prints_nothing().says("`-20144`").says("the nearest: `-2014`");
    bnq("explain BAD_API_KEY_FTM").run().exits(1).prints_nothing().says("`BAD_API_KEY_FMT`");
    bnq("explain --group wallet -4164")
        .run()
        .exits(1)
        .says("it is an error of USD-M futures")
        .says("leave out --group");
    bnq("explain -").stdin(b"all is well\n").run().exits(1).prints_nothing().says("no error of the exchange");
    let long = "x".repeat(70);
    assert!(!bnq("explain").arg(&long).run().exits(1).stderr.contains(&long), "it could be a secret");
    bnq("explain").run().exits(2).prints_nothing();
    bnq("explain --group futurs -1").run().exits(2).says("did you mean `--group futures`?");
    bnq("explain --grop futures -2014").run().exits(2).says("did you mean `--group`?");
    bnq("explain -2014 -o csv").run().exits(2).prints_nothing().says("use -o json");
}

#[test]
fn a_log_is_searched() {
    let log = "12:00 started\n12:01 binance {\"code\":-1021,\"msg\":\"Timestamp for this request is outside of the recvWindow.\"}\n\
               12:02 APIError(code=-1013): Filter failure: LOT_SIZE\n12:03 code=-1021\n12:04 code=-98765\n";
    let ran = bnq("explain -").stdin(log.as_bytes()).run().exits(0).says("note: -98765, first in line 5");
    assert!(
        ran.stdout.starts_with("-1021 INVALID_TIMESTAMP (every product), 2 times, first in line 2\n"),
        "{ran:?}"
    );
    assert!(
        ran.stdout.contains("\n-1013 INVALID_MESSAGE (Spot, /sapi products), once, first in line 3\n"),
        "{ran:?}"
    );
    let rows = bnq("explain - -o json -q").stdin(log.as_bytes()).run().exits(0).json();
    let counts: Vec<_> =
        rows["errors"].as_array().unwrap().iter().map(|e| (&e["code"], &e["count"], &e["line"])).collect();
    assert_eq!(
        format!("{counts:?}"),
        "[(Number(-1021), Number(2), Number(2)), (Number(-1013), Number(1), Number(3))]"
    );
    bnq("explain -").stdin(b"\xff\xfe code=-2014 \xff").run().exits(0);
    bnq("explain -")
        .stdin(&vec![b'x'; (16 << 20) + 1])
        .run()
        .exits(2)
        .prints_nothing()
        .says("longer than 16 MiB");
}

#[test]
fn as_data_every_field_is_there() {
    let fields = [
        "product", "products", "code", "codes", "name", "status", "kind", "messages", "meaning", "causes",
        "commands", "count", "line",
    ];
    for what in ["-2014", "LOT_SIZE", "418", "key-missing"] {
        let rows = bnq("explain -o json").arg(what).run().exits(0).json();
        let mut names: Vec<&String> = rows["errors"][0].as_object().unwrap().keys().collect();
        let mut fields = fields.to_vec();
        names.sort();
        fields.sort_unstable();
        assert_eq!(names, fields, "{what}");
        assert!(rows["errors"][0]["causes"][0]["fix"].is_string(), "{what}");
    }
    insta::assert_snapshot!("explain-json", bnq("explain -o json BAD_API_KEY_FMT").run().exits(0).stdout);
}
