//! Files that bnq writes: private whatever the umask, through no link, whole at every moment, and whole when several processes
//! write at once or are killed while they do.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::away::{Away, away};
use super::support::{Bnq, KEY, SECRET, Then, bnq, write_private};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A home with the files that `config init` reads.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    write_private(&home.path().join("key"), KEY);
    write_private(&home.path().join("secret"), SECRET);
    home
}

fn init(home: &Path, profile: &str) -> Bnq {
    let files = format!("--api-key-file {0}/key --secret-key-file {0}/secret", home.display());
    bnq(&format!("config init --profile {profile} --env testnet {files}")).var("HOME", home.to_str().unwrap())
}

fn config(home: &Path) -> PathBuf {
    home.join(".config/bnq/config.toml")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn start(command: &Bnq) -> Child {
    let mut command = command.command();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Answers that say how much was used, more each time.
fn counting() -> Away {
    away(|n, _| {
        let head =
            format!("HTTP/1.1 200 OK\r\nX-MBX-USED-WEIGHT-1M: {}\r\nContent-Length: 2\r\n\r\n[]", n + 1);
        Then::Answer(head.into_bytes())
    })
}

/// The same command under a umask that takes nothing away.
fn with_open_umask(command: &Bnq) -> Command {
    let inner = command.command();
    let mut outer = Command::new("/bin/sh");
    outer.args(["-c", "umask 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bnq")]).args(inner.get_args());
    outer.env_clear().current_dir(command.home());
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer
}

#[test]
fn files_and_folders_are_private_whatever_the_umask() {
    let home = home();
    let output = with_open_umask(&init(home.path(), "main")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let file = config(home.path());
    assert_eq!(mode(&file), 0o600);
    for folder in [".config/bnq", ".config"] {
        assert_eq!(mode(&home.path().join(folder)), 0o700, "{folder}");
    }
    let server = counting();
    let output = with_open_umask(&server.bnq("open-orders")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(mode(&server.state()), 0o700);
    assert_eq!(names(&server.state()), ["exchange.example_443.json", "lock"]);
    for name in names(&server.state()) {
        assert_eq!(mode(&server.state().join(&name)), 0o600, "{name}");
    }
}

#[test]
fn no_link_in_the_folder_for_state_is_followed() {
    let server = counting();
    let outside = tempfile::tempdir().unwrap();
    let (file, lock, folder) = (outside.path().join("f"), outside.path().join("l"), outside.path().join("d"));
    fs::write(&file, "mine").unwrap();
    fs::create_dir(&folder).unwrap();
    // A link in the place of a file of the folder: replaced or left, and what it leads to is as it was.
    fs::create_dir(server.state()).unwrap();
    fs::set_permissions(server.state(), fs::Permissions::from_mode(0o700)).unwrap();
    symlink(&file, server.state().join("exchange.example_443.json")).unwrap();
    symlink(&lock, server.state().join("lock")).unwrap();
    server.bnq("open-orders").run().exits(0);
    server.bnq("limits").run().exits(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert!(!lock.exists());
    // A link in the place of the folder itself: nothing is remembered.
    fs::remove_dir_all(server.state()).unwrap();
    symlink(&folder, server.state()).unwrap();
    server.bnq("-v open-orders").run().exits(0).says("is not used");
    server.bnq("limits --forget").run();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    // A folder that others can write into.
    fs::remove_file(server.state()).unwrap();
    fs::create_dir(server.state()).unwrap();
    fs::set_permissions(server.state(), fs::Permissions::from_mode(0o777)).unwrap();
    server.bnq("-v open-orders").run().exits(0).says("chmod 700");
    assert_eq!(fs::read_dir(server.state()).unwrap().count(), 0);
}

#[test]
fn a_link_that_leads_nowhere_is_no_config_file() {
    let home = home();
    fs::create_dir_all(home.path().join(".config/bnq")).unwrap();
    symlink(home.path().join("planted"), config(home.path())).unwrap();
    init(home.path(), "main").run().exits(3).prints_nothing();
    assert!(!home.path().join("planted").exists());
}

#[test]
fn the_config_file_is_read_through_a_link_but_not_written() {
    let home = home();
    init(home.path(), "first").run().exits(0);
    let (link, real) = (config(home.path()), home.path().join("dotfiles.toml"));
    fs::rename(&link, &real).unwrap();
    symlink(&real, &link).unwrap();
    let before = fs::read(&real).unwrap();
    let said = format!("{} is a symbolic link to {}", link.display(), real.display());
    init(home.path(), "second").run().exits(3).prints_nothing().says(&said).says("--config ");
    assert_eq!((fs::read(&real).unwrap(), fs::read_link(&link).unwrap()), (before, real.clone()));
    let checks = |profiles: usize| {
        let ran = bnq("config check -o json").var("HOME", home.path().to_str().unwrap()).run().exits(0);
        assert_eq!(ran.json().as_array().unwrap().len(), profiles);
    };
    checks(1);
    init(home.path(), "second").arg("--config").arg(real.to_str().unwrap()).run().exits(0);
    checks(2);
}

#[test]
fn profiles_written_at_once_are_all_there() {
    let home = home();
    init(home.path(), "first").run().exits(0);
    let commands: Vec<Bnq> = (0..8).map(|n| init(home.path(), &format!("p{n}"))).collect();
    let mut running: Vec<Child> = commands.iter().map(start).collect();
    // Readers meanwhile: each sees a whole file.
    while running.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        let ran = bnq("config check -o compact").var("HOME", home.path().to_str().unwrap()).run().exits(0);
        assert!(ran.json().as_array().is_some_and(|profiles| !profiles.is_empty()));
    }
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let checked =
        bnq("config check -o json").var("HOME", home.path().to_str().unwrap()).run().exits(0).json();
    assert_eq!(checked.as_array().unwrap().len(), 9, "{checked}");
    assert_eq!(
        (names(&home.path().join(".config/bnq")), mode(&config(home.path()))),
        (vec!["config.toml".to_owned()], 0o600)
    );
}

#[test]
fn a_kill_leaves_the_old_file_or_the_new_one() {
    let home = home();
    init(home.path(), "first").run().exits(0);
    let mut there = 1;
    for n in 0..30 {
        let command = init(home.path(), &format!("k{n}"));
        let mut child = start(&command);
        // Anywhere from the start of the program to its end.
        std::thread::sleep(Duration::from_micros(n * 400));
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = bnq("config check -o json").var("HOME", home.path().to_str().unwrap()).run().exits(0);
        let now = ran.json().as_array().unwrap().len();
        assert!(now == there || now == there + 1, "{n}: {there}, then {now}");
        there = now;
        for name in names(&home.path().join(".config/bnq")) {
            assert_eq!(mode(&home.path().join(".config/bnq").join(&name)), 0o600, "{name}");
        }
    }
}

#[test]
fn processes_at_once_keep_what_each_was_told() {
    let server = counting();
    let commands: Vec<Bnq> = (0..12).map(|_| server.bnq("open-orders --symbol ARKBTC")).collect();
    let mut running: Vec<Child> = commands.iter().map(start).collect();
    let reads = AtomicUsize::new(0);
    let state = server.state().join("exchange.example_443.json");
    while running.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        if let Ok(text) = fs::read_to_string(&state) {
            let whole: Result<serde_json::Value, _> = serde_json::from_str(&text);
            assert!(whole.is_ok(), "{text}");
            reads.fetch_add(1, Ordering::SeqCst);
        }
    }
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(reads.load(Ordering::SeqCst) > 0);
    // Killed at any moment, a process leaves a whole file as well.
    for n in 0..20 {
        let command = server.bnq("open-orders --symbol ARKBTC");
        let mut child = start(&command);
        std::thread::sleep(Duration::from_millis(n));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = fs::read_to_string(&state).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
    }
    server.bnq("open-orders --symbol ARKBTC").run().exits(0);
    let known: serde_json::Value = serde_json::from_str(&fs::read_to_string(&state).unwrap()).unwrap();
    let used = known["used"][0]["used"].as_u64().unwrap();
    assert_eq!(used, server.requests().len() as u64, "{known}");
}
