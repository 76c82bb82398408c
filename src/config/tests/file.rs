use std::os::unix::fs::symlink;

use super::*;
use crate::catalogue::Environment;
use crate::config::parse::PROFILE_SETTINGS;

fn load(text: &str) -> Result<ConfigFile, String> {
    let world = World::with_config(text);
    ConfigFile::load(&world.config(), Some(&world.path("home"))).map_err(|e| world.message(&e))
}

/// A file, and what its message has to hold.
const WRONG: &[(&str, &str)] = &[
    ("x", "config.toml:1: key with no value"),
    ("\n\n[profiles.main\n", "config.toml:3: unclosed table"),
    ("[profiles.main]\napi_key = \"a\"\napi_key = \"b\"", "config.toml:3: duplicate key"),
    ("profile = 1", "config.toml:1: `profile` is no setting; did you mean `profiles`?"),
    ("zzz = 1", "`zzz` is no setting; there are default_profile, profiles"),
    ("profiles = 1", "`profiles` is integer; write a table"),
    ("default_profile = 1", "`default_profile` is integer; write a text in quotes"),
    (
        "default_profile = \"main\"",
        "`default_profile` names a profile that the file does not have; it has none; write one with `bnq config init`",
    ),
    (
        "\ndefault_profile = \"b\"\n[profiles.a]",
        ":2: `default_profile` names a profile that the file does not have; it has a",
    ),
    ("[profiles]\nmain = 1", ":2: `main` is integer; write a table"),
    ("[profiles.\"a\\u001b\"]", "`a\\u{1b}` is no name for a profile"),
    ("[profiles.\"\"]", "`` is no name for a profile"),
    (
        "[profiles.main]\n\nrecv_windw = 1",
        ":3: profile main: `recv_windw` is no setting; did you mean `recv_window`?",
    ),
    ("[profiles.main]\nsecret = \"x\"", "did you mean `secret_key`?"),
    ("[profiles.main]\nAPI_KEY = \"x\"", "did you mean `api_key`?"),
    ("[profiles.main]\ncolour = \"x\"", "`colour` is no setting; there are env, api_key,"),
    ("[profiles.main.api_key]", "`api_key` is table; write a text in quotes"),
    ("[profiles.main]\napi_key = \"\"", "`api_key` is set but empty"),
    (
        "[profiles.main]\nenv = \"prod\"",
        ":2: profile main: `env` is wrong: `prod` is no environment; there are live, testnet, demo and local",
    ),
    ("[profiles.main]\nenv = true", "`env` is boolean; write a text in quotes"),
    ("[profiles.main]\nrecv_window = 60001", "recvWindow `60001` is over the exchange's limit"),
    ("[profiles.main]\nrecv_window = 0x10", "`recv_window` is integer; write a number"),
    ("[profiles.main]\nrecv_window = []", "`recv_window` is array; write a number"),
    ("[profiles.main]\ntimeout = 0", "`0` is no timeout; it is seconds"),
    ("[profiles.main]\ntimeout = -1", "`-1` is no timeout"),
    ("[profiles.main]\ntimeout = nan", "`nan` is no timeout"),
    ("[profiles.main]\ntimeout = 86401", "at most 86400"),
    (
        "[profiles.main]\nbase_url = \"https://a.b/c\"",
        "`base_url` goes on after the host; write `https://a.b` and nothing after it",
    ),
    ("[profiles.main]\nsecret_key_command = \"pass show x\"", "write an array of texts, such as [\"pass\""),
    ("[profiles.main]\nsecret_key_command = [1]", "write an array of texts"),
    ("[profiles.main]\nsecret_key_command = []", "`secret_key_command` is set but empty"),
    ("[profiles.main]\nsecret_key_command = [\"\"]", "`secret_key_command` is set but empty"),
    (
        "[profiles.main]\nsecret_key = \"x\"\nprivate_key_file = \"y\"",
        ":3: profile main: `private_key_file` stands beside `secret_key`; a profile has one of them",
    ),
    (
        "[profiles.main]\nsecret_key_command = [\"x\"]\nsecret_key_file = \"y\"",
        "`secret_key_command` stands beside `secret_key_file`",
    ),
    ("[profiles.main]\napi_key = \"x\"\napi_key_file = \"y\"", "`api_key_file` stands beside `api_key`"),
    (
        "[profiles.main]\npassphrase_file = \"x\"\npassphrase_command = [\"y\"]",
        "`passphrase_command` stands beside",
    ),
    ("[profiles.b]\n[profiles.a]\nx = 1\n[profiles.c]\ny = 1", ":3: profile a: `x` is no setting"),
];

#[test]
fn what_is_wrong_is_named_with_line_and_fix() {
    for (text, expected) in WRONG {
        let error = load(text).unwrap_err();
        assert!(error.contains(expected), "{text}\n{error}");
        assert!(error.starts_with("/config/bnq/config.toml:"), "{error}");
    }
}

#[test]
fn no_message_about_the_file_shows_a_secret() {
    let texts = [
        format!("[profiles.main]\nsecret_key = {SECRET}"),
        format!("[profiles.main]\nsecret_key = \"{SECRET}"),
        format!("[profiles.main]\nsecret_key \"{SECRET}\""),
        format!("[profiles.main]\n{SECRET} = \"secret_key\""),
        format!("[profiles.main]\nsecret_key = \"{SECRET}\"\nsecret_key = \"{SECRET}\""),
        format!("[profiles.main]\nsecret_key = [\"{SECRET}\"]"),
        format!("{SECRET} = 1"),
        SECRET.to_owned(),
    ];
    for text in texts {
        // `World::message`, by which this goes, looks for it.
        assert!(load(&text).is_err(), "{text}");
    }
}

#[test]
fn paths_are_relative_to_the_file_and_to_home() {
    let world = World::with_config(
        "[profiles.main]\nsecret_key_file = \"s/key\"\npassphrase_file = \"~/p\"\nca_file = \"/etc/ca\"\n\
         [profiles.cmd]\nsecret_key_command = [\"./get\", \"./get\", \"~/x\"]\n\
         [profiles.path]\nsecret_key_command = [\"get\"]",
    );
    let file = ConfigFile::load(&world.config(), Some(&world.path("home"))).unwrap();
    assert_eq!(file.profile_names(), ["main", "cmd", "path"]);
    let shown: Vec<_> = show(&file).into_iter().filter(|s| s.name != "env").collect();
    let bnq = world.path("config/bnq");
    let expected = [
        ("secret_key_file", bnq.join("s/key").display().to_string(), 2),
        ("passphrase_file", world.path("home/p").display().to_string(), 3),
        ("ca_file", "/etc/ca".to_owned(), 4),
        ("secret_key_command", format!("{} (and 2 more words)", bnq.join("./get").display()), 6),
        ("secret_key_command", "get".to_owned(), 8),
    ];
    let found: Vec<_> = shown.into_iter().map(|s| (s.name, s.value, s.line)).collect();
    assert_eq!(found, expected);
    let homeless = ConfigFile::load(&world.config(), None).unwrap_err().to_string();
    assert!(homeless.contains("begins with `~/`, but the home folder is not known"), "{homeless}");
}

#[test]
fn an_empty_file_and_dev_null_are_files_without_profiles() {
    assert!(load("").unwrap().profile_names().is_empty());
    assert_eq!(load("\u{feff}[profiles.a]\r\n").unwrap().profile_names(), ["a"]);
    assert!(load("# nothing\r\n").unwrap().profile_names().is_empty());
    assert!(ConfigFile::load("/dev/null".as_ref(), None).unwrap().profile_names().is_empty());
}

#[test]
fn what_is_no_text_file_is_refused() {
    let world = World::new();
    let cases = [
        (world.path("home"), "is not a regular file"),
        (world.write("latin1", b"# \xe9\n"), "is not UTF-8 text in line 1"),
        (world.write("utf16", b"\xff\xfe#\0"), "is UTF-16 text"),
        (world.write("large", vec![b'#'; 2 << 20]), "is larger than 1048576 bytes"),
        ("/dev/zero".into(), "is larger than 1048576 bytes"),
    ];
    for (path, expected) in cases {
        let error = ConfigFile::load(&path, None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn the_config_file_is_found_by_flag_then_variable_then_folder() {
    let mut world = World::with_config(&main_profile(""));
    let locate = |world: &World| world.with_inputs(ConfigPath::locate).unwrap();
    assert_eq!((locate(&world).path, locate(&world).origin), (world.config(), Origin::Default));
    world.variables.push(("BNQ_CONFIG", "/variable"));
    assert_eq!(
        (locate(&world).path, locate(&world).origin),
        ("/variable".into(), Origin::Variable("BNQ_CONFIG"))
    );
    let missing = world.settings().unwrap_err();
    assert!(matches!(missing, ConfigError::NoConfigFile { origin: "BNQ_CONFIG", .. }), "{missing}");
    world.flags.config = Some("/flag".into());
    assert_eq!((locate(&world).path, locate(&world).origin), ("/flag".into(), Origin::Flag("--config")));
    let missing = world.settings().unwrap_err();
    assert!(
        missing.to_string().starts_with("--config names the config file /flag, which does not exist"),
        "{missing}"
    );
}

#[test]
fn the_file_is_closed_to_others_where_keys_stand_in_it_and_unchangeable_where_not() {
    let inline = main_profile("");
    let beside = "[profiles.main]\napi_key_file = \"k\"\nsecret_key_file = \"s\"\n".to_owned();
    let half = format!("[profiles.main]\napi_key = \"{KEY}\"\nsecret_key_file = \"s\"\n");
    let cases = [
        (&inline, 0o600, None),
        (&inline, 0o400, None),
        (
            &inline,
            0o640,
            Some("is open to other users (mode 0640); close it: chmod 600 /config/bnq/config.toml"),
        ),
        (&inline, 0o604, Some("(mode 0604)")),
        (&inline, 0o622, Some("can be changed by other users")),
        (&half, 0o644, Some("is open to other users (mode 0644)")),
        (&beside, 0o644, None),
        (&beside, 0o664, Some("can be changed by other users (mode 0664); close it: chmod go-w")),
        (&beside, 0o646, Some("(mode 0646)")),
    ];
    for (text, mode, expected) in cases {
        let mut world = World::with_config(text);
        world.write("config/bnq/k", KEY);
        world.write("config/bnq/s", SECRET);
        world.chmod("config/bnq/config.toml", mode);
        world.flags.profile = Some("main".to_owned());
        assert!(world.settings().is_ok(), "a public request needs no key");
        match expected {
            None => assert!(world.credentials().is_ok(), "{mode:o}"),
            Some(expected) => assert!(world.refusal().contains(expected), "{mode:o}: {}", world.refusal()),
        }
    }
}

#[test]
fn links_to_the_config_file_are_followed() {
    let mut world = World::new();
    let real = world.write("dotfiles.toml", main_profile(""));
    symlink(real, world.config()).unwrap();
    world.flags.profile = Some("main".to_owned());
    assert!(world.credentials().is_ok());
}

#[test]
fn the_example_works_and_names_every_setting() {
    let text = include_str!("../../../config.example.toml");
    let world = World::with_config(text);
    let settings = world.settings().unwrap();
    assert_eq!((settings.environment.value, settings.profile()), (Environment::Local, Some("practice")));
    assert!(world.credentials().unwrap().is_practice());
    for name in PROFILE_SETTINGS {
        let lines = text.lines().map(|l| l.trim_start_matches("# "));
        assert_eq!(lines.filter(|l| l.starts_with(&format!("{name} = "))).count(), 1, "{name}");
    }
    // What is a comment there is right too, one of each kind at a time.
    for name in PROFILE_SETTINGS {
        let setting =
            text.lines().find_map(|l| l.strip_prefix("# ").filter(|l| l.starts_with(&format!("{name} = "))));
        if let Some(line) = setting {
            load(&format!("[profiles.x]\n{line}")).unwrap();
        }
    }
}
