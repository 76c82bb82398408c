use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::catalogue::Environment;
use crate::signing::{ApiKey, SecretKey};

fn new(name: &str, secret: NewSecret) -> NewProfile {
    let api_key = ApiKey::new(KEY).unwrap();
    NewProfile { name: name.to_owned(), environment: Environment::Testnet, api_key, secret }
}

fn typed(name: &str) -> NewProfile {
    new(name, NewSecret::Value(SecretKey::new(SECRET)))
}

fn add(world: &World, profile: &NewProfile, existing: Existing) -> Result<bool, ConfigError> {
    world.with_inputs(|i| add_profile(&ConfigPath::locate(i)?, profile, existing, i.home.as_deref()))
}

fn text(world: &World) -> String {
    fs::read_to_string(world.config()).unwrap()
}

#[test]
fn the_first_profile_makes_a_private_file_and_is_the_default() {
    let world = World::new();
    fs::remove_dir(world.path("config/bnq")).unwrap();
    assert!(add(&world, &typed("main"), Existing::Keep).unwrap());
    assert_eq!(
        text(&world),
        format!(
            "default_profile = \"main\"\n\n[profiles.main]\nenv = \"testnet\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n"
        )
    );
    assert_eq!(fs::metadata(world.config()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(world.credentials().unwrap().source.to_string(), "profile main (default_profile)");
}

#[test]
fn the_rest_of_the_file_stays_as_it_is() {
    let before = "# mine\ndefault_profile = \"a\"   # keep\n\n[profiles.a] # first\nenv='live'\n\n# second\n[profiles.b]\ntimeout = 5 # s\n";
    let world = World::with_config(before);
    assert!(!add(&world, &typed("c"), Existing::Keep).unwrap());
    let after = text(&world);
    assert!(after.starts_with(before), "{after}");
    assert!(after[before.len()..].starts_with("\n[profiles.c]\nenv = \"testnet\"\n"), "{after}");
    let names = ConfigFile::load(&world.config(), None).unwrap().profile_names();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn profiles_may_be_written_in_any_form() {
    for before in [
        "profiles = { a = { env = \"demo\" } }\n",
        "profiles.a.env = \"demo\"\n",
        "[profiles]\na = { env = \"demo\" }\n",
        "[profiles]\n",
    ] {
        let world = World::with_config(before);
        add(&world, &typed("b"), Existing::Keep).unwrap();
        let file = ConfigFile::load(&world.config(), None).unwrap();
        assert!(file.profile_names().contains(&"b".to_owned()), "{}", text(&world));
        let mut named = world;
        named.flags.profile = Some("b".to_owned());
        assert!(named.credentials().is_ok(), "{}", text(&named));
    }
}

#[test]
fn a_profile_is_replaced_only_when_told() {
    let before =
        format!("[profiles.a]\ntimeout = 1\n\n# about b\n[profiles.b]\ntimeout = 2\n\n{}", main_profile(""));
    let world = World::with_config(&before);
    let error = add(&world, &typed("b"), Existing::Keep).unwrap_err();
    assert!(world.message(&error).contains("has a profile b already, and it is left as it is"));
    assert_eq!(text(&world), before);
    add(&world, &typed("b"), Existing::Replace).unwrap();
    let after = text(&world);
    let replaced = format!(
        "# about b\n[profiles.b]\nenv = \"testnet\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n\n[profiles.main]"
    );
    assert!(
        after.contains(&replaced) && !after.contains("timeout = 2") && after.contains("timeout = 1"),
        "{after}"
    );
}

#[test]
fn a_secret_in_a_file_is_referred_to_and_not_copied() {
    let world = World::new();
    let secret = world.write("home/s", format!("{SECRET}\n"));
    let pem = world.write("home/ed.pem", pem("ed25519", true));
    add(&world, &new("file", NewSecret::KeyFile(secret.clone())), Existing::Keep).unwrap();
    add(&world, &new("pem", NewSecret::PrivateKeyFile(pem.clone())), Existing::Keep).unwrap();
    let after = text(&world);
    assert!(after.contains(&format!("secret_key_file = \"{}\"", secret.display())), "{after}");
    assert!(after.contains(&format!("private_key_file = \"{}\"", pem.display())), "{after}");
    assert!(!after.contains(SECRET));
    assert!(world.credentials().is_ok());
}

#[test]
fn what_would_not_work_is_not_written() {
    let world = World::new();
    let open = world.write("home/open", SECRET);
    world.chmod("home/open", 0o644);
    let same = world.write("home/same", KEY);
    let cases = [
        (typed("a b"), "`a b` cannot be the name of a profile"),
        (typed(""), "cannot be the name of a profile"),
        (typed("-p"), "cannot be the name of a profile"),
        (new("a", NewSecret::Value(SecretKey::new("undefined"))), "what was typed in is a placeholder"),
        (new("a", NewSecret::Value(SecretKey::new(KEY))), "what was typed in and the API key are equal"),
        (new("a", NewSecret::KeyFile(open.clone())), "is open to other users"),
        (new("a", NewSecret::KeyFile(same)), "and the API key are equal"),
        (new("a", NewSecret::KeyFile("/nowhere".into())), "cannot be read: entity not found"),
        (new("a", NewSecret::PrivateKeyFile(open)), "is open to other users"),
    ];
    for (profile, expected) in cases {
        let error = add(&world, &profile, Existing::Replace).unwrap_err();
        assert!(world.message(&error).contains(expected), "{error}");
        assert!(!world.config().exists());
    }
    let broken = World::with_config("nonsense");
    assert!(matches!(add(&broken, &typed("a"), Existing::Replace), Err(ConfigError::Syntax { .. })));
}

#[test]
fn a_file_named_by_a_flag_need_not_exist() {
    let mut world = World::new();
    world.flags.config = Some(world.path("new/my.toml"));
    assert!(add(&world, &typed("a"), Existing::Keep).unwrap());
    assert!(world.credentials().is_ok());
}

#[test]
fn show_has_everything_but_secrets() {
    let world = World::with_config(&format!(
        "default_profile = \"main\"\n{}[profiles.odd]\napi_key = \"{SECRET}\"\nsecret_key = \"{SECRET}\"\n\
         [profiles.short]\napi_key = \"hush\"\npassphrase_command = [\"pass\", \"-p\", \"hush\"]\n",
        main_profile(
            "env = \"demo\"\nrecv_window = 1\nbase_url = \"https://a.b\"\ntimeout = 1.5\noutput = \"csv\""
        )
    ));
    let shown = show(&ConfigFile::load(&world.config(), None).unwrap());
    let row = |s: Shown| format!("{} {} {}", s.profile.unwrap_or_default(), s.name, s.value);
    let rows: Vec<_> = shown.into_iter().map(row).collect();
    assert_eq!(
        rows,
        [
            " default_profile main",
            "main env demo",
            "main api_key KEYk…ABCD",
            "main secret_key (set)",
            "main recv_window 1",
            "main base_url https://a.b",
            "main timeout 1.5",
            "main output csv",
            "odd env live",
            "odd api_key (64 characters)",
            "odd secret_key (set)",
            "short env live",
            "short api_key (4 characters)",
            "short passphrase_command pass (and 2 more words)",
        ]
    );
}

#[test]
fn check_tries_each_profile_alone() {
    let world = World::with_config(&(main_profile("") + "[profiles.b]\nenv = \"demo\"\n"));
    let checks = check(&ConfigFile::load(&world.config(), None).unwrap(), &|_| None);
    let found: Vec<_> =
        checks.iter().map(|c| (c.profile.as_str(), c.environment, c.result.is_ok())).collect();
    assert_eq!(found, [("main", Environment::Live, true), ("b", Environment::Demo, false)]);
}
