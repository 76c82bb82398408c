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
