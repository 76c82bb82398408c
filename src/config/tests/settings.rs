use std::time::Duration;

use super::*;
use crate::catalogue::Environment;

/// Three profiles; `main` is the default.
fn three() -> World {
    let other = |name: &str, env: &str| {
        format!("[profiles.{name}]\nenv = \"{env}\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n")
    };
    let text = format!(
        "default_profile = \"main\"\n{}{}{}",
        main_profile("recv_window = 3000"),
        other("test", "testnet"),
        other("mine", "local")
    );
    World::with_config(&text)
}

const PAIR: [(&str, &str); 2] = [("BINANCE_API_KEY", KEY), ("BINANCE_SECRET_KEY", SECRET)];

/// What one source and environment are chosen from.
struct Case {
    flag_profile: Option<&'static str>,
    flag_env: Option<Environment>,
    variables: &'static [(&'static str, &'static str)],
    expected: Result<(&'static str, Environment), &'static str>,
}

const PROFILE_TEST: (&str, &str) = ("BNQ_PROFILE", "test");

#[rustfmt::skip]
const CASES: &[Case] = {
    use Environment::{Live, Local, Testnet};
    const fn case(
        flag_profile: Option<&'static str>, flag_env: Option<Environment>,
        variables: &'static [(&'static str, &'static str)],
        expected: Result<(&'static str, Environment), &'static str>,
    ) -> Case {
        Case { flag_profile, flag_env, variables, expected }
    }
    const ENV_LOCAL: (&str, &str) = ("BNQ_ENV", "local");
    const ENV_TESTNET: (&str, &str) = ("BNQ_ENV", "testnet");
    &[
        // The order of the sources.
        case(Some("main"), None, &[PROFILE_TEST, PAIR[0], PAIR[1]], Ok(("profile main (--profile)", Live))),
        case(None, None, &[PROFILE_TEST, PAIR[0], PAIR[1]], Ok(("profile test (BNQ_PROFILE)", Testnet))),
        case(None, None, &PAIR, Ok(("BINANCE_API_KEY and BINANCE_SECRET_KEY", Live))),
        case(None, None, &[], Ok(("profile main (default_profile)", Live))),
        // The environment of the variables' pair.
        case(None, Some(Testnet), &PAIR, Ok(("BINANCE_API_KEY and BINANCE_SECRET_KEY", Testnet))),
        case(None, None, &[PAIR[0], PAIR[1], ENV_TESTNET], Ok(("BINANCE_API_KEY and BINANCE_SECRET_KEY", Testnet))),
        case(None, Some(Live), &[PAIR[0], PAIR[1], ENV_TESTNET], Ok(("BINANCE_API_KEY and BINANCE_SECRET_KEY", Live))),
        // A profile keeps its own.
        case(Some("test"), Some(Testnet), &[], Ok(("profile test (--profile)", Testnet))),
        case(Some("test"), Some(Live), &[], Err("--env asks for live, but profile test (chosen by --profile) is for testnet")),
        case(Some("main"), None, &[ENV_TESTNET], Err("BNQ_ENV asks for testnet, but profile main (chosen by --profile) is for live, and a key goes nowhere else; use --profile test")),
        case(None, Some(Testnet), &[], Err("--env asks for testnet, but profile main (chosen by default_profile) is for live")),
        case(None, Some(Environment::Demo), &[], Err("write --env live, or choose another profile by --profile")),
        case(None, Some(Live), &[PROFILE_TEST], Err("chosen by BNQ_PROFILE")),
        // Practice.
        case(None, Some(Local), &[PROFILE_TEST, PAIR[0], PAIR[1]], Ok(("the practice key pair", Local))),
        case(None, None, &[ENV_LOCAL, PROFILE_TEST], Ok(("the practice key pair", Local))),
        case(None, Some(Local), &[("BNQ_PROFILE", ""), ("BINANCE_API_KEY", "")], Ok(("the practice key pair", Local))),
        case(Some("mine"), Some(Local), &[], Ok(("profile mine (--profile)", Local))),
        case(Some("mine"), None, &[ENV_LOCAL], Ok(("profile mine (--profile)", Local))),
        case(None, Some(Local), &[("BNQ_PROFILE", "mine")], Ok(("the practice key pair", Local))),
        case(Some("main"), Some(Local), &PAIR, Ok(("the practice key pair (profile main is not for local, so it is not used)", Local))),
        case(Some("mine"), Some(Live), &[], Err("is for local")),
        // Profiles that are not there.
        case(Some("mian"), None, &[], Err("--profile names profile mian, but /config/bnq/config.toml does not have it; it has main, test, mine")),
        case(None, None, &[("BNQ_PROFILE", "x")], Err("BNQ_PROFILE names profile x")),
        case(Some("x"), Some(Local), &[], Err("--profile names profile x")),
        // Variables that say nothing or half.
        case(None, None, &[("BNQ_PROFILE", "")], Err("BNQ_PROFILE is set but empty")),
        case(None, None, &[("BNQ_ENV", "")], Err("BNQ_ENV is set but empty")),
        case(None, None, &[("BNQ_ENV", "prod")], Err("BNQ_ENV is wrong: `prod` is no environment")),
        case(None, None, &[("BINANCE_API_KEY", "")], Err("BINANCE_API_KEY is set but empty")),
        case(None, None, &[PAIR[0], ("BINANCE_SECRET_KEY", "")], Err("BINANCE_SECRET_KEY is set but empty")),
        case(None, None, &[PAIR[0]], Err("BINANCE_API_KEY is set, but none of BINANCE_SECRET_KEY, BINANCE_API_SECRET and BINANCE_PRIVATE_KEY_FILE is")),
        case(None, None, &[PAIR[1]], Err("BINANCE_SECRET_KEY is set, but BINANCE_API_KEY is not; set both")),
        case(None, None, &[("BINANCE_PRIVATE_KEY_FILE", "x")], Err("BINANCE_PRIVATE_KEY_FILE is set, but BINANCE_API_KEY is not")),
        case(None, None, &[PAIR[0], PAIR[1], ("BINANCE_API_SECRET", SECRET)], Ok(("BINANCE_API_KEY and BINANCE_SECRET_KEY", Live))),
        case(None, None, &[PAIR[0], ("BINANCE_API_SECRET", SECRET)], Ok(("BINANCE_API_KEY and BINANCE_API_SECRET", Live))),
        case(None, None, &[PAIR[0], PAIR[1], ("BINANCE_API_SECRET", "x")], Err("BINANCE_SECRET_KEY and BINANCE_API_SECRET are both set and differ")),
        case(None, None, &[PAIR[0], PAIR[1], ("BINANCE_PRIVATE_KEY_FILE", "x")], Err("BINANCE_SECRET_KEY and BINANCE_PRIVATE_KEY_FILE are both set and differ")),
        case(None, None, &[PAIR[0], ("BINANCE_SECRET_KEY", KEY)], Err("BINANCE_SECRET_KEY and the API key are equal")),
        case(None, None, &[PAIR[0], ("BINANCE_SECRET_KEY", "a\n")], Err("BINANCE_SECRET_KEY has white space at its beginning or end")),
        case(None, None, &[("BINANCE_API_KEY", "YOUR_API_KEY"), PAIR[1]], Err("BINANCE_API_KEY is a placeholder")),
        case(None, None, &[PAIR[0], ("BINANCE_PRIVATE_KEY_FILE", "/nowhere.pem")], Err("the private key file /nowhere.pem cannot be read: entity not found")),
    ]
};

#[test]
fn one_source_supplies_key_secret_and_environment() {
    for case in CASES {
        let mut world = three();
        world.flags.profile = case.flag_profile.map(str::to_owned);
        world.flags.env = case.flag_env;
        world.variables = case.variables.to_vec();
        let name = format!("{:?} {:?} {:?}", case.flag_profile, case.flag_env, case.variables);
        let found = world.credentials();
        match (case.expected, &found) {
            (Ok((source, environment)), Ok(found)) => {
                assert_eq!(found.source.to_string(), source, "{name}");
                assert_eq!(world.settings().unwrap().environment.value, environment, "{name}");
                assert_eq!(found.is_practice(), source.starts_with("the practice"), "{name}");
            }
            (Err(expected), Err(error)) => {
                let message = world.message(error);
                assert!(message.contains(expected), "{name}: {message}");
                assert!(!error.is_usage(), "{name}");
            }
            (_, found) => panic!("{name}: {found:?}"),
        }
    }
}

#[test]
fn without_credentials_every_source_is_named_in_order() {
    let before =
        "no credentials: --profile is not given; BNQ_PROFILE is not set; BINANCE_API_KEY is not set; ";
    let after = ". Write a profile with `bnq config init`, or practise without a key by `--env local`";
    let unnamed = World::with_config("[profiles.a]\n[profiles.b]");
    let cases = [
        (World::new(), "/config/bnq/config.toml does not exist"),
        (World::with_config(""), "/config/bnq/config.toml has no profile"),
        (unnamed, "/config/bnq/config.toml has no default_profile (its profiles: a, b)"),
    ];
    for (world, why) in cases {
        assert_eq!(world.settings().unwrap().environment.value, Environment::Live);
        assert_eq!(world.refusal(), format!("{before}{why}{after}"));
    }
    let mut asked = World::new();
    asked.flags.profile = Some("main".to_owned());
    assert!(
        asked.refusal().contains("names profile main, but there is no config file"),
        "{}",
        asked.refusal()
    );
    let homeless = Inputs { flags: Flags::default(), variable: &|_| None, home: None, config_folder: None };
    let error =
        Settings::resolve(&homeless).unwrap().credentials(&homeless, &|_| None).unwrap_err().to_string();
    assert_eq!(error, format!("{before}there is no folder for a config file{after}"));
}

#[test]
fn a_broken_config_file_keeps_nobody_from_practising() {
    let mut world = World::with_config("nonsense");
    assert!(world.settings().is_err());
    world.flags.env = Some(Environment::Local);
    assert!(world.credentials().unwrap().is_practice());
    world.flags.config = Some(world.config());
    assert!(world.settings().is_err(), "a file that is named is checked");
}

#[test]
fn each_setting_comes_from_flag_variable_profile_default() {
    let mut world = World::with_config(&format!(
        "default_profile = \"main\"\n{}",
        main_profile(
            "recv_window = 5000.125\ntimeout = 2.5\nbase_url = \"https://p.example\"\nca_file = \"ca\"\noutput = \"csv\""
        )
    ));
    let listed = |world: &World| {
        let settings = world.settings().unwrap();
        let row = |(name, value, origin): (_, _, &Origin)| format!("{name} = {value} ({origin})");
        settings
            .list()
            .into_iter()
            .map(row)
            .collect::<Vec<_>>()
            .join("\n")
            .replace(&world.path("").display().to_string(), "/")
    };
    assert_eq!(
        listed(&world),
        "\
        env = live (profile main, /config/bnq/config.toml:2)\n\
        base_url = https://p.example (profile main, /config/bnq/config.toml:7)\n\
        recv_window = 5000.125 (profile main, /config/bnq/config.toml:5)\n\
        timeout = 2.5 (profile main, /config/bnq/config.toml:6)\n\
        ca_file = /config/bnq/ca (profile main, /config/bnq/config.toml:8)\n\
        output = csv (profile main, /config/bnq/config.toml:9)"
    );
    world.variables = vec![("BNQ_BASE_URL", "https://v.example/"), ("BNQ_OUTPUT", "raw")];
    let with_variables = listed(&world);
    for row in ["base_url = https://v.example (BNQ_BASE_URL)", "output = raw (BNQ_OUTPUT)"] {
        assert!(with_variables.contains(row), "{with_variables}");
    }
    world.flags = Flags {
        base_url: Some("https://f.example".to_owned()),
        output: Some("table".to_owned()),
        recv_window: Some("1".parse().unwrap()),
        timeout: Some(Duration::from_secs(3)),
        ..Flags::default()
    };
    let with_flags = listed(&world);
    for row in [
        "base_url = https://f.example (--base-url)",
        "output = table (--output)",
        "recv_window = 1 (--recv-window)",
        "timeout = 3 (--timeout)",
    ] {
        assert!(with_flags.contains(row), "{with_flags}");
    }
    assert_eq!(listed(&World::new()), "env = live (default)\ntimeout = 10 (default)");
}

#[test]
fn a_setting_that_is_wrong_is_named_with_its_variable_or_flag() {
    for (name, value, expected) in [
        ("BNQ_BASE_URL", "https://u:p@h", "BNQ_BASE_URL names a user before an `@`"),
        ("BNQ_BASE_URL", "", "BNQ_BASE_URL is set but empty"),
        ("BNQ_OUTPUT", "", "BNQ_OUTPUT is set but empty"),
        ("BNQ_CONFIG", "", "BNQ_CONFIG is set but empty"),
    ] {
        let mut world = World::new();
        world.variables.push((name, value));
        let message = world.settings().unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    let mut world = World::new();
    world.flags.base_url = Some("api.binance.com".to_owned());
    let error = world.settings().unwrap_err();
    assert_eq!(
        (error.to_string().starts_with("--base-url does not begin with https://"), error.is_usage()),
        (true, false)
    );
}

#[test]
fn a_timeout_is_seconds() {
    for (text, ms) in [("10", 10_000), ("0.5", 500), ("86400", 86_400_000), ("1.", 1000)] {
        assert_eq!(parse_timeout(text), Ok(Duration::from_millis(ms)), "{text}");
    }
    for text in
        ["", ".", "0", "0.0", "-1", "+1", "1e3", "inf", "NaN", "86400.1", "10s", " 10", "0.0000000001"]
    {
        assert_eq!(parse_timeout(text), Err(TimeoutError(text.to_owned())), "{text}");
    }
}
