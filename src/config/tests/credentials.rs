use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::signing::{KeyKind, SecretKey};

/// A world whose default profile has these settings; files are to be written into `config/bnq`.
fn world(settings: &str) -> World {
    World::with_config(&format!(
        "default_profile = \"main\"\n[profiles.main]\napi_key = \"{KEY}\"\n{settings}\n"
    ))
}

#[test]
fn a_secret_file_may_end_in_one_line_end_and_nothing_else() {
    let cases: &[(&[u8], Option<&str>)] = &[
        (b"S", None),
        (b"S\n", None),
        (b"S\r\n", None),
        (b"S\n\n", Some("has white space at its beginning or end")),
        (b"S\r", Some("has white space at its beginning or end")),
        (b" S", Some("has white space at its beginning or end")),
        (b"S S", Some("has white space within it")),
        (b"S\nS", Some("has white space within it")),
        (b"\xef\xbb\xbfS", Some("begins with a byte order mark")),
        (b"\"S\"", Some("has quotes or brackets")),
        (b"", Some("is empty")),
        (b"\n", Some("is empty")),
        (b"undefined\n", Some("is a placeholder")),
        (b"${SECRET}", Some("is a placeholder")),
        (b"SS", Some("has 128 characters instead of 64")),
        (b"secret_key = S", Some("has white space within it")),
        (b"S\xff", Some("is not UTF-8 text in line 1")),
        (b"S\n\n\xff", Some("is not UTF-8 text in line 3")),
        (b"\xff\xfeS\0", Some("is UTF-16 text")),
        (b"-----BEGIN PRIVATE KEY-----\nS\n-----END PRIVATE KEY-----", Some("is a private key in PEM")),
    ];
    for (content, expected) in cases {
        let world = world("secret_key_file = \"s\"");
        let mut bytes = Vec::new();
        for byte in *content {
            if *byte == b'S' { bytes.extend(SECRET.as_bytes()) } else { bytes.push(*byte) }
        }
        world.write("config/bnq/s", bytes);
        let name = String::from_utf8_lossy(content);
        match expected {
            None => assert!(world.credentials().is_ok(), "{name}"),
            Some(expected) => {
                let refusal = world.refusal();
                assert!(refusal.contains(expected) && refusal.contains("/config/bnq/s"), "{name}: {refusal}");
            }
        }
    }
}

#[test]
fn a_secret_file_is_judged_by_what_was_opened() {
    let world = world("secret_key_file = \"s\"");
    let expect = |expected: &str| {
        let refusal = world.refusal();
        assert!(refusal.contains(expected), "{refusal}");
        assert!(world.settings().is_ok(), "a public request needs no key");
    };
    expect("the secret key file /config/bnq/s cannot be read: entity not found");
    world.write("config/bnq/s", SECRET);
    for mode in [0o640, 0o604, 0o620, 0o601, 0o644] {
        world.chmod("config/bnq/s", mode);
        expect("other users");
    }
    world.chmod("config/bnq/s", 0o640);
    expect("chmod 600 /config/bnq/s");
    for mode in [0o600, 0o400, 0o700] {
        world.chmod("config/bnq/s", mode);
        assert!(world.credentials().is_ok(), "{mode:o}");
    }
    fs::rename(world.path("config/bnq/s"), world.path("home/real")).unwrap();
    symlink(world.path("home/real"), world.path("config/bnq/s")).unwrap();
    assert!(world.credentials().is_ok(), "links are followed");
    world.chmod("home/real", 0o644);
    expect("is open to other users");
    fs::remove_file(world.path("config/bnq/s")).unwrap();
    fs::create_dir(world.path("config/bnq/s")).unwrap();
    expect("is not a regular file");
    fs::remove_dir(world.path("config/bnq/s")).unwrap();
    world.write("config/bnq/s", vec![b'a'; 65 * 1024]);
    expect("is larger than 65536 bytes");
    fs::remove_file(world.path("config/bnq/s")).unwrap();
    let fifo = world.path("config/bnq/s");
    let made = std::process::Command::new("mkfifo").arg("-m").arg("600").arg(fifo).status().unwrap();
    assert!(made.success());
    expect("is not a regular file");
}

#[test]
fn a_file_of_another_user_is_refused() {
    let world = world("secret_key_file = \"s\"");
    let path = world.write("config/bnq/s", SECRET);
    // Only root can give a file away; as anybody else there is nothing to test with.
    if std::os::unix::fs::chown(path, Some(12345), None).is_ok() {
        let refusal = world.refusal();
        assert!(refusal.contains("belongs to user 12345, neither to you nor to root"), "{refusal}");
        assert!(refusal.contains("sudo chown \"$(id -u)\" /config/bnq/s"), "{refusal}");
    }
}

#[test]
fn an_odd_path_is_quoted_in_the_command_that_mends_it() {
    let world = world("secret_key_file = \"it's here\"");
    world.write("config/bnq/it's here", SECRET);
    world.chmod("config/bnq/it's here", 0o644);
    assert!(world.refusal().ends_with(r"chmod 600 '/config/bnq/it'\''s here'"), "{}", world.refusal());
}

#[test]
fn every_source_of_a_profile_gives_its_key() {
    let printf = format!("secret_key_command = [\"printf\", \"%s\\\\n\", \"{SECRET}\"]");
    let cases = [
        (format!("secret_key = \"{SECRET}\""), KeyKind::Hmac),
        ("secret_key_file = \"s\"".to_owned(), KeyKind::Hmac),
        (printf, KeyKind::Hmac),
        ("private_key_file = \"rsa\"".to_owned(), KeyKind::Rsa),
        ("private_key_file = \"ed\"".to_owned(), KeyKind::Ed25519),
        ("private_key_file = \"locked\"\npassphrase_file = \"p\"".to_owned(), KeyKind::Ed25519),
        (
            format!("private_key_file = \"locked\"\npassphrase_command = [\"echo\", \"{PASSPHRASE}\"]"),
            KeyKind::Ed25519,
        ),
        // A passphrase that is not needed is not looked for.
        ("private_key_file = \"ed\"\npassphrase_file = \"nowhere\"".to_owned(), KeyKind::Ed25519),
    ];
    for (settings, kind) in cases {
        let world = world(&settings);
        write_keys(&world);
        let credentials = world.credentials().unwrap_or_else(|e| panic!("{settings}: {e}"));
        assert_eq!((credentials.key.kind(), credentials.api_key.expose()), (kind, KEY), "{settings}");
        assert_eq!(credentials.source.to_string(), "profile main (default_profile)");
        let checked = check(&ConfigFile::load(&world.config(), None).unwrap(), &|_| None);
        assert_eq!(*checked[0].result.as_ref().unwrap(), kind, "{settings}");
    }
}

fn write_keys(world: &World) {
    world.write("config/bnq/s", SECRET);
    world.write("config/bnq/rsa", pem("rsa2048", false));
    world.write("config/bnq/ed", pem("ed25519", false));
    world.write("config/bnq/locked", pem("ed25519", true));
    world.write("config/bnq/p", format!("{PASSPHRASE}\n"));
    world.write("config/bnq/blank", "a b \n");
    world.write("config/bnq/lines", "a\nb\n");
}

#[test]
fn a_profile_that_cannot_sign_says_why() {
    let cases = [
        (String::new(), "config.toml:2: profile main has no secret: one of `secret_key_file`"),
        (
            format!("secret_key = \"{SECRET}x\""),
            "/config/bnq/config.toml:4: `secret_key` of profile main has 65 characters",
        ),
        ("secret_key = \"YOUR_SECRET_KEY\"".to_owned(), "`secret_key` of profile main is a placeholder"),
        (format!("secret_key = \"{KEY}\""), "`secret_key` of profile main and the API key are equal"),
        (
            "secret_key = \"-----BEGIN PRIVATE KEY-----\"".to_owned(),
            "put it in a file and name that file by `private_key_file`",
        ),
        (
            "private_key_file = \"s\"".to_owned(),
            "holds an HMAC secret key, not PEM; name it by `secret_key_file` instead",
        ),
        ("private_key_file = \"p\"".to_owned(), "the private key file /config/bnq/p is no PEM"),
        (
            "private_key_file = \"locked\"".to_owned(),
            "is encrypted; give its passphrase by `passphrase_file`",
        ),
        ("private_key_file = \"locked\"\npassphrase_file = \"s\"".to_owned(), "the passphrase is wrong"),
        (
            "private_key_file = \"locked\"\npassphrase_file = \"blank\"".to_owned(),
            "the content of /config/bnq/blank has white space at its",
        ),
        (
            "private_key_file = \"locked\"\npassphrase_file = \"lines\"".to_owned(),
            "has white space within it (a line end)",
        ),
        (
            "secret_key_command = [\"sh\", \"-c\", \"exit 3\"]".to_owned(),
            "the `secret_key_command` of profile main, `sh`, failed with exit status 3",
        ),
        (
            "secret_key_command = [\"./nowhere\"]".to_owned(),
            "cannot be run: entity not found; check its name and PATH",
        ),
        (
            "secret_key_command = [\"echo\", \"x y\"]".to_owned(),
            "what the `secret_key_command` of profile main printed has white space",
        ),
        ("secret_key_command = [\"true\"]".to_owned(), "printed is empty"),
    ];
    for (settings, expected) in cases {
        let world = world(&settings);
        write_keys(&world);
        assert!(world.refusal().contains(expected), "{settings}: {}", world.refusal());
        assert!(!world.credentials().unwrap_err().is_usage(), "{settings}");
        assert!(world.settings().is_ok(), "a public request needs no key: {settings}");
    }
}

#[test]
fn an_api_key_file_may_be_open_to_others_and_has_to_hold_a_key() {
    let settings =
        format!("default_profile = \"a\"\n[profiles.a]\napi_key_file = \"k\"\nsecret_key = \"{SECRET}\"");
    let world = World::with_config(&settings);
    world.write("config/bnq/k", format!("{KEY}\r\n"));
    world.chmod("config/bnq/k", 0o644);
    assert_eq!(world.credentials().unwrap().api_key.expose(), KEY);
    world.write("config/bnq/k", format!("{KEY} # main"));
    assert!(world.refusal().starts_with("the content of /config/bnq/k has white space within it"));
    let without = World::with_config("default_profile = \"a\"\n[profiles.a]\nsecret_key_file = \"s\"");
    assert!(without.refusal().contains("profile a has no `api_key`; add it"), "{}", without.refusal());
}

#[test]
fn a_passphrase_is_asked_for_only_when_no_setting_gives_it() {
    let world = world("private_key_file = \"locked\"");
    write_keys(&world);
    let asked = std::cell::RefCell::new(Vec::new());
    let ask = |path: &Path| {
        asked.borrow_mut().push(path.to_owned());
        Some(SecretKey::new(PASSPHRASE))
    };
    let found = world.with_inputs(|i| Settings::resolve(i)?.credentials(i, &ask));
    assert_eq!(found.unwrap().key.kind(), KeyKind::Ed25519);
    assert_eq!(*asked.borrow(), [world.path("config/bnq/locked")]);
}

#[test]
fn no_debug_output_holds_a_secret() {
    let world = world(&format!("secret_key = \"{SECRET}\""));
    let file = ConfigFile::load(&world.config(), None).unwrap();
    let text = format!("{file:?}{:?}{:?}{:?}", world.settings(), world.credentials(), show(&file));
    assert!(!text.contains(SECRET) && !text.contains(KEY), "{text}");
}
