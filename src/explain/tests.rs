use super::*;

#[test]
fn every_code_of_the_gate_is_known_with_a_cause_and_a_next_step() {
    let gate = [
        -1003, -1020, -1021, -1022, -1100, -1101, -1102, -1104, -1105, -1111, -1115, -1116, -1117, -1120,
        -1121, -1131, -2008, -2010, -2011, -2013, -2014, -2015,
    ];
    for code in gate {
        let entry = error("spot", code).unwrap_or_else(|| panic!("{code} is unknown"));
        assert!(!entry.advice().cause().is_empty() && !entry.advice().fix().is_empty(), "{code}");
        assert!(entry.messages().count() > 0, "{code}");
    }
}

#[test]
fn codes_have_the_kind_that_their_exit_code_follows_from() {
    let cases = [
        (-2014, Kind::Auth),
        (-1022, Kind::Auth),
        (-2015, Kind::Auth),
        (-1021, Kind::Timestamp),
        (-1003, Kind::RateLimit),
        (-1015, Kind::RateLimit),
        (-1007, Kind::Uncertain),
        (-1006, Kind::Uncertain),
        (-2021, Kind::Partial),
        (-2022, Kind::Refused),
        (-2013, Kind::Refused),
    ];
    for (code, kind) in cases {
        assert_eq!(error("spot", code).unwrap().kind(), kind, "{code}");
    }
}

#[test]
fn reads_are_sent_again_after_the_codes_and_statuses_that_say_so() {
    let codes = [
        ("spot", -1000, true),
        ("spot", -1001, true),
        ("spot", -1003, false),
        ("spot", -1006, true),
        ("spot", -1007, true),
        ("spot", -1008, true),
        ("spot", -1021, false),
        ("spot", -1121, false),
        ("wallet", -1007, true),
        ("wallet", -1008, true),
        ("futures", -1000, true),
        ("futures", -1001, true),
        ("futures", -1008, true),
        ("coin-futures", -1007, true),
        ("options", -1006, true),
        ("options", -1007, true),
        ("portfolio-margin", -1001, true),
        ("portfolio-margin", -1008, true),
    ];
    for (group, code, retry) in codes {
        assert_eq!(error(group, code).unwrap().retry(), retry, "{group} {code}");
    }
    let statuses = [
        (400, false, 0),
        (403, false, 0),
        (418, true, 120),
        (429, true, 60),
        (500, true, 0),
        (502, true, 0),
        (503, true, 0),
        (504, true, 0),
        (599, true, 0),
    ];
    for (code, retry, wait_s) in statuses {
        let entry = status(code).unwrap();
        assert_eq!((entry.retry(), entry.wait_s()), (retry, wait_s), "{code}");
    }
}

#[test]
fn of_a_message_the_kind_counts_before_that_of_its_code() {
    let cases = [
        (
            "futures",
            -1008,
            "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.",
            Some(Kind::NotExecuted),
        ),
        (
            "futures",
            -1008,
            "Server is currently overloaded with other requests. Please try again in a few minutes.",
            None,
        ),
        ("futures", 0, "Service Unavailable.", Some(Kind::NotExecuted)),
        ("coin-futures", -1000, "Service Unavailable.", Some(Kind::NotExecuted)),
        ("futures", 0, "Service Unavailable. Execution status unknown.", None),
        ("futures", 0, "Service unavailable from a restricted location", None),
        ("futures", -1000, "Unknown error, please check your request or try again later.", None),
        ("spot", 0, "Service Unavailable.", None),
        (
            "portfolio-margin",
            -1008,
            "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.",
            None,
        ),
    ];
    for (group, code, text, kind) in cases {
        assert_eq!(message(group, code, text).and_then(MessageEntry::kind), kind, "{group} {code} {text}");
    }
}

#[test]
fn statuses_without_a_code_are_known() {
    let cases = [
        (403, Kind::Refused),
        (404, Kind::Refused),
        (418, Kind::RateLimit),
        (429, Kind::RateLimit),
        (451, Kind::Refused),
        (302, Kind::Refused),
        (500, Kind::Uncertain),
        (503, Kind::Uncertain),
        (599, Kind::Uncertain),
    ];
    for (code, kind) in cases {
        assert_eq!(status(code).unwrap_or_else(|| panic!("{code} is unknown")).kind(), kind, "{code}");
    }
    assert!(status(200).is_none());
}

#[test]
fn a_message_says_more_than_its_code() {
    let lot = message("spot", -1013, "Filter failure: LOT_SIZE").unwrap();
    assert_ne!(lot.advice().cause(), error("spot", -1013).unwrap().advice().cause());
    assert!(message("spot", -1013, "no such message").is_none());
}

#[test]
fn mistakes_are_found_by_name() {
    for entry in &MISTAKES {
        assert_eq!(mistake(entry.name()).unwrap().name(), entry.name());
    }
    assert!(mistake("no-such-mistake").is_none());
}

/// Products with the codes that they have been seen to send, from published lists.
fn published() -> Vec<(&'static str, i64)> {
    let mut product = "";
    let mut codes = Vec::new();
    for word in include_str!("published.txt").split_whitespace() {
        match word.strip_suffix(':') {
            Some(name) => product = name,
            None => codes.push((product, word.parse().unwrap())),
        }
    }
    codes
}

#[test]
fn every_published_code_is_there() {
    let codes = published();
    assert_eq!(codes.len(), 738);
    for (product, code) in codes {
        let there = ERRORS.iter().any(|e| e.product() == product && i64::from(e.code()) == code);
        assert!(there, "{product} {code}");
    }
}

/// A product that has the entry for its own.
fn owner(entry: &ErrorEntry) -> &'static Product {
    let owns = |p: &&Product| p.own(i64::from(entry.code())).is_some_and(|e| std::ptr::eq(e, entry));
    PRODUCTS.iter().find(owns).unwrap_or_else(|| panic!("{} {} is hidden", entry.product(), entry.code()))
}

fn has(found: &[Found], entry: &ErrorEntry) -> bool {
    found.iter().any(|f| f.entries.iter().any(|e| std::ptr::eq(*e, entry)))
}

#[test]
fn every_error_is_found_by_code_name_and_messages() {
    for entry in &ERRORS {
        let at = format!("{} {}", entry.product(), entry.code());
        let product = Some(owner(entry));
        assert!(has(&find(&entry.code().to_string(), product), entry), "{at}");
        if let Some(name) = entry.name() {
            assert!(has(&find(name, product), entry), "{at} by {name}");
            assert!(has(&find(&name.to_lowercase(), None), entry), "{at} by {name}");
        }
        for message in entry.messages() {
            let message = message.replace("%s", "abc1").replace("%d", "25").replace("{param}", "abc1");
            let more_precise = |f: &Found| matches!(f.what, What::Message(_));
            let found = find(&message, product);
            assert!(has(&found, entry) || found.iter().any(more_precise), "{at} by {message}");
            let body = format!("x {{\"code\":{},\"msg\":\"{message}\"}}", entry.code());
            let found = find(&body, product);
            assert!(has(&found, entry) || found.iter().any(more_precise), "{at} by {body}");
        }
    }
}

#[test]
fn every_message_is_found_by_its_text() {
    for entry in &MESSAGES {
        let is_it = |f: &Found| matches!(f.what, What::Message(m) if std::ptr::eq(m, entry));
        let name = entry.text().rsplit(": ").next().unwrap();
        for text in [entry.text(), &entry.text().to_uppercase(), name] {
            assert!(find(text, None).iter().any(is_it), "{text}");
        }
        for code in entry.codes() {
            let said = message(entry.product(), i64::from(*code), entry.text()).unwrap();
            assert!(std::ptr::eq(said, entry), "{code} {}", entry.text());
        }
    }
}

/// What was found, in a word each.
fn heads(found: &[Found]) -> String {
    let head = |f: &Found| match f.what {
        What::Message(m) => format!("{:?} {}", f.codes(), m.text()),
        What::Status(status, _) => format!("HTTP {status}"),
        _ => format!("{:?} {}", f.codes(), f.name().unwrap_or_default()),
    };
    found.iter().map(head).collect::<Vec<_>>().join("; ")
}

#[test]
fn whatever_people_paste_is_found() {
    let cases = [
        ("-2014", "[-2014] BAD_API_KEY_FMT"),
        ("2014", "[-2014] BAD_API_KEY_FMT"),
        (" bad_api_key_fmt ", "[-2014] BAD_API_KEY_FMT"),
        ("bad api key fmt", "[-2014] BAD_API_KEY_FMT"),
        ("418", "HTTP 418"),
        ("520", "HTTP 520"),
        ("HTTP 451", "HTTP 451"),
        ("429 Too Many Requests", "HTTP 429"),
        ("code=-1021", "[-1021] INVALID_TIMESTAMP"),
        ("Filter failure: LOT_SIZE", "[-1013] Filter failure: LOT_SIZE"),
        ("lot_size", "[-1013] Filter failure: LOT_SIZE"),
        ("percent_price_by_side", "[-1013] Filter failure: PERCENT_PRICE_BY_SIDE"),
        ("key-in-authorization", "[] key-in-authorization"),
        ("outside of the recvWindow", "[-1021] INVALID_TIMESTAMP"),
        ("Mandatory parameter 'timestamp' was not sent", "[-1102] MANDATORY_PARAM_EMPTY_OR_MALFORMED"),
        (
            r#"binance {"code":-1022,"msg":"Signature for this request is not valid."}"#,
            "[-1022] INVALID_SIGNATURE",
        ),
        (r#"{\"code\":-1022,\"msg\":\"…\"}"#, "[-1022] INVALID_SIGNATURE"),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 30\nbinance.exceptions.BinanceAPIException: \
             APIError(code=-2014): API-key format invalid.",
            "[-2014] BAD_API_KEY_FMT",
        ),
        (
            "<APIError> code=-2015, msg=Invalid API-key, IP, or permissions for action.",
            "[-2015] REJECTED_MBX_KEY",
        ),
        ("{ code: -1013, msg: 'Filter failure: NOTIONAL' }", "[-1013] Filter failure: NOTIONAL"),
        (r#"{"code":"-1121","msg":"Invalid symbol."}"#, "[-1121] BAD_SYMBOL"),
        (
            r#"{"code":-2021,"data":{"cancelResponse":{"code":-2011,"msg":"Unknown order sent."}}}"#,
            "[-2021] CANCEL_REPLACE_PARTIALLY_FAILED; [-2021] ORDER_WOULD_IMMEDIATELY_TRIGGER; [-2011] Unknown order sent.",
        ),
        (
            r#"{"code":-2021,"msg":"Order would immediately trigger."}"#,
            "[-2021] ORDER_WOULD_IMMEDIATELY_TRIGGER",
        ),
        ("-2026", "[-2026] ORDER_ARCHIVED; [-2026] REDUCE_ONLY_ORDER_TYPE_NOT_SUPPORTED"),
        ("", ""),
        ("-99999", ""),
        ("a", ""),
        ("2026-11-24", ""),
        ("the weather is fine today", ""),
    ];
    for (asked, expected) in cases {
        assert_eq!(heads(&find(asked, None)), expected, "{asked}");
    }
}

#[test]
fn a_group_narrows_to_its_product() {
    let cases = [
        ("futures", "-2021", "[-2021] ORDER_WOULD_IMMEDIATELY_TRIGGER"),
        ("spot", "-2021", "[-2021] CANCEL_REPLACE_PARTIALLY_FAILED"),
        ("margin", "-2021", "[-2021] CANCEL_REPLACE_PARTIALLY_FAILED"),
        ("wallet", "-4003", "[-4003] CAPITAL_IEV"),
        ("coin-futures", "-4003", "[-4003] QTY_LESS_THAN_ZERO"),
        ("futures", "-1165", "[-1165] BUY_OCO_LIMIT_MUST_BE_BELOW"),
        ("options", "-2011", "[-2011] "),
        ("wallet", "-4164", ""),
    ];
    for (group, asked, expected) in cases {
        assert_eq!(heads(&find(asked, Product::of_group(group))), expected, "{group} {asked}");
    }
}

#[test]
fn every_group_belongs_to_a_product() {
    let cases = [
        ("spot", "spot"),
        ("margin", "sapi"),
        ("portfolio-margin-pro", "sapi"),
        ("portfolio-margin", "portfolio-margin"),
        ("futures", "futures"),
        ("coin-futures", "coin-futures"),
        ("options", "options"),
        ("alpha", "spot"),
        ("sapi", "sapi"),
    ];
    for (group, product) in cases {
        assert_eq!(Product::of_group(group).unwrap().name(), product, "{group}");
    }
    assert!(crate::catalogue::groups().iter().all(|group| Product::of_group(group).is_some()));
    assert!(Product::of_group("no-such-group").is_none());
}

#[test]
fn a_log_has_each_error_once_with_count_and_line() {
    let cases = [
        ("a body", "x {\"code\":-2014,\"msg\":\"API-key format invalid.\"}", "1x1 [-2014] BAD_API_KEY_FMT"),
        (
            "one twice",
            "ok\ncode=-1021 a\nok\nAPIError(code=-1021): Timestamp for this request is outside of the recvWindow.",
            "2x2 [-1021] INVALID_TIMESTAMP",
        ),
        (
            "JSON in lines",
            "{\n  \"code\": -1013,\n  \"msg\": \"Filter failure: LOT_SIZE\"\n}",
            "1x2 [-1013] Filter failure: LOT_SIZE",
        ),
        ("a message alone", "E: Signature for this request is not valid.", "1x1 [-1022] INVALID_SIGNATURE"),
        ("a status", "< HTTP/1.1 429 Too Many Requests\n<Response [418]>", "1x1 HTTP 429; 1x2 HTTP 418"),
        ("a status beside its code", "error: HTTP 400, -1100 ILLEGAL_CHARS: x", "1x1 [-1100] ILLEGAL_CHARS"),
        ("numbers of other kinds", "2026-11-24 pnl -1000 port 429 at 10:14:03,-1021 exit_code: 5", ""),
        (
            "two in a line",
            "code=-1021 code=-1022",
            "1x1 [-1021] INVALID_TIMESTAMP; 1x1 [-1022] INVALID_SIGNATURE",
        ),
    ];
    for (name, text, expected) in cases {
        let mut log = Log::new(None);
        text.lines().for_each(|line| log.read(line));
        let (seen, unknown) = log.finish();
        let seen =
            seen.iter().map(|s| format!("{}x{} {}", s.count, s.line, heads(std::slice::from_ref(&s.found))));
        assert_eq!(seen.collect::<Vec<_>>().join("; "), expected, "{name}");
        assert!(unknown.is_empty(), "{name}");
    }
    let mut log = Log::new(None);
    for line in ["", "code: -99999", "code: -99999"] {
        log.read(line);
    }
    assert_eq!(log.finish().1, [(-99999, 2)]);
}

#[test]
fn what_is_nearly_a_code_or_name_is_told() {
    let cases = [
        ("-20144", "-2014"),
        ("BAD_API_KEY_FTM", "BAD_API_KEY_FMT"),
        ("key-in-authorisation", "key-in-authorization"),
    ];
    for (asked, expected) in cases {
        assert_eq!(nearest(asked).first().map(String::as_str), Some(expected), "{asked}");
    }
    assert!(nearest("zzzz").is_empty());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_is_too_odd(text in "\\PC*|(code|-1021|[-:=\"\\\\ é]|HTTP |429|Filter failure: |'|\n){0,20}") {
        let _ = find(&text, None);
        let _ = find(&text, Product::of_group("futures"));
        let _ = nearest(&text);
        let mut log = Log::new(None);
        text.lines().for_each(|line| log.read(line));
        let _ = log.finish();
    }
}
