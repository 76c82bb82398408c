use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::*;
use crate::client::{Usage, UsageKind};
use crate::config::BaseUrl;

const NOW: Clocks = Clocks { wall_ms: 1_772_323_230_000, boot_ms: 5_000_000, boot_id: Some(7) };

fn site() -> Site {
    Site { host: "api.example.com".to_owned(), port: 443 }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn held_for(seconds: u64) -> impl Fn(&mut Known) {
    move |known| known.hold(429, Duration::from_secs(seconds), NOW)
}

fn at(wall_ms: i64, boot_ms: i64) -> Clocks {
    Clocks { wall_ms: NOW.wall_ms + wall_ms, boot_ms: NOW.boot_ms + boot_ms, ..NOW }
}

#[test]
fn nothing_is_remembered_of_this_machine() {
    let cases = [
        ("https://api.binance.com", Some("api.binance.com_443.json")),
        ("https://API.binance.com:8443/", Some("api.binance.com_8443.json")),
        ("https://[2001:db8::1]", Some("[2001:db8::1]_443.json")),
        ("http://127.0.0.1:8090", None),
        ("http://127.9.9.9", None),
        ("https://localhost", None),
        ("http://[::1]:8090", None),
    ];
    for (url, name) in cases {
        let root = tempfile::tempdir().unwrap();
        let site = Site::of(&BaseUrl::parse(url).unwrap());
        let memory = Memory::of(Some(Folder::at(root.path())), site.clone());
        memory.learn(held_for(10)).unwrap();
        assert!(memory.known().held(NOW).is_some(), "{url}: this process knows it");
        let names: Vec<_> = fs::read_dir(root.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        let json = names.iter().filter_map(|n| n.to_str()).find(|n| n.ends_with("json"));
        assert_eq!(json, name, "{url}");
        let all: Vec<Site> = Folder::at(root.path()).all().into_iter().map(|(site, _)| site).collect();
        assert_eq!(all, site.into_iter().collect::<Vec<_>>(), "{url}");
    }
}

#[test]
fn files_are_private_whole_and_outlive_the_process() {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::at(root.path().join("a/bnq"));
    folder.update(&site(), held_for(10)).unwrap();
    assert_eq!((mode(&root.path().join("a")), mode(folder.path())), (0o700, 0o700));
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "the file and the lock, nothing left behind");
    let again = Folder::at(folder.path());
    assert_eq!(again.read(&site()).held(NOW), Some((Duration::from_secs(10), 429)));
    assert_eq!(again.forget().unwrap(), 1);
    assert_eq!(again.read(&site()), Known::default());
    assert_eq!(Folder::at(root.path().join("none")).forget().unwrap(), 0);
}

#[test]
fn a_damaged_file_is_ignored_and_replaced() {
    let whole = serde_json::to_string(&Known::default()).unwrap();
    let cases =
        ["", "{", "null", "[]", "\u{0}\u{0}", r#"{"hold":7}"#, r#"{"hold":{"status":429}}"#, &whole[..9]];
    for text in cases {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::at(root.path());
        fs::write(root.path().join("api.example.com_443.json"), text).unwrap();
        assert_eq!(folder.read(&site()), Known::default(), "{text:?}");
        folder.update(&site(), held_for(10)).unwrap();
        assert!(folder.read(&site()).held(NOW).is_some(), "{text:?}");
    }
}

#[test]
fn no_link_is_followed() {
    let root = tempfile::tempdir().unwrap();
    let (victim, real) = (root.path().join("victim"), root.path().join("real"));
    fs::write(&victim, r#"{"hold":{"status":418,"until_ms":1772323260000}}"#).unwrap();
    let folder = Folder::at(&real);
    folder.update(&site(), |_| {}).unwrap();
    for name in ["api.example.com_443.json", "lock"] {
        fs::remove_file(real.join(name)).unwrap();
        symlink(&victim, real.join(name)).unwrap();
    }
    let before = fs::read(&victim).unwrap();
    assert_eq!(folder.read(&site()), Known::default(), "a link is not read");
    folder.update(&site(), held_for(10)).unwrap();
    assert_eq!(fs::read(&victim).unwrap(), before, "what it leads to stays as it is");
    assert!(real.join("api.example.com_443.json").symlink_metadata().unwrap().is_file());
    let linked = root.path().join("linked");
    symlink(&real, &linked).unwrap();
    assert!(matches!(Folder::at(&linked).update(&site(), |_| {}), Err(FolderProblem::NoFolder)));
    assert_eq!(Folder::at(&linked).read(&site()), Known::default());
}

#[test]
fn a_folder_that_cannot_be_used_is_done_without() {
    let root = tempfile::tempdir().unwrap();
    let (open, file) = (root.path().join("open"), root.path().join("file"));
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(&file, "").unwrap();
    for path in [open, file.clone(), file.join("below")] {
        let memory = Memory::of(Some(Folder::at(&path)), Some(site()));
        assert!(memory.learn(held_for(10)).is_err(), "{path:?}");
        assert!(memory.known().held(NOW).is_some(), "{path:?}: this process knows it");
        memory.learn(held_for(20)).unwrap();
        assert_eq!(memory.known().held(NOW).unwrap().0, Duration::from_secs(20), "{path:?}");
    }
}

#[test]
fn a_lock_is_waited_for_and_then_done_without() {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::at(root.path()).with_lock_wait(Duration::from_millis(20));
    folder.update(&site(), |_| {}).unwrap();
    let lock = fs::File::open(root.path().join("lock")).unwrap();
    lock.lock().unwrap();
    folder.update(&site(), held_for(10)).unwrap();
    assert!(folder.read(&site()).held(NOW).is_some());
}

#[test]
fn processes_at_once_lose_nothing_of_each_other() {
    const WRITERS: usize = 8;
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::at(root.path()).with_lock_wait(Duration::from_secs(60));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let folder = folder.clone();
            scope.spawn(move || {
                for round in 0..10 {
                    let key = format!("{writer}-{round}");
                    let told = [Usage { kind: UsageKind::Orders, interval: "1D".to_owned(), used: 1 }];
                    let count = |known: &mut Known| {
                        known.count(&told, Some(&key), "/", NOW.wall_ms);
                        known.hold(418, Duration::from_secs(writer as u64 * 10 + round), NOW);
                    };
                    folder.update(&site(), count).unwrap();
                }
            });
        }
    });
    let known = folder.read(&site());
    assert_eq!(known.used.len(), WRITERS * 10);
    assert_eq!(known.held(NOW).unwrap().0, Duration::from_secs(79), "the longest ban stays");
}

#[test]
fn an_offset_is_dropped_when_it_no_longer_tells_the_clock() {
    let hour = 60 * 60 * 1000;
    let cases = [
        ("at once", at(0, 0), true),
        ("after a while", at(hour - 1, hour - 1), true),
        ("after an hour", at(hour, hour), false),
        ("slewed a little", at(60_200, 60_000), true),
        ("set forward", at(120_000, 60_000), false),
        ("set back", at(-120_000, 60_000), false),
        ("started anew", at(60_000, -4_000_000), false),
        ("started anew, and on for as long", Clocks { boot_id: Some(8), ..at(60_000, 60_000) }, false),
        ("no names of starts", Clocks { boot_id: None, ..at(60_000, 60_000) }, true),
    ];
    let clock = ClockOffset { offset_ms: 700, round_trip_ms: 20, at: NOW };
    let known = Known { clock: Some(clock), ..Known::default() };
    for (name, now, holds) in cases {
        assert_eq!(known.offset_ms(now), holds.then_some(700), "{name}");
    }
}

#[test]
fn a_clock_that_is_set_is_told_from_one_that_is_started_anew_or_runs_on() {
    let hour = 60 * 60 * 1000;
    let cases = [
        ("runs on", at(60_000, 60_000), 0),
        ("slewed a little", at(60_200, 60_000), 0),
        ("set forward", at(120_000, 60_000), 60_000),
        ("set back", at(-120_000, 60_000), -180_000),
        ("set forward, an hour on", at(2 * hour, hour), 0),
        ("started anew", at(60_000, -4_000_000), 0),
        ("started anew, and on for longer", Clocks { boot_id: Some(8), ..at(86_400_000, 60_000) }, 0),
    ];
    let clock = ClockOffset { offset_ms: 700, round_trip_ms: 20, at: NOW };
    for (name, now, jumped_ms) in cases {
        assert_eq!(clock.jumped_ms(now), jumped_ms, "{name}");
    }
}

#[test]
fn what_is_small_or_uncertain_is_not_corrected() {
    let cases = [
        (0, 10, 0),
        (250, 10, 0),
        (-250, 10, 0),
        (251, 10, 251),
        (-251, 10, -251),
        (600, 1_199, 600),
        (600, 1_200, 0),
        (-600, 1_300, 0),
    ];
    for (offset_ms, round_trip_ms, correction_ms) in cases {
        let clock = ClockOffset { offset_ms, round_trip_ms, at: NOW };
        assert_eq!(clock.correction_ms(), correction_ms, "{offset_ms} {round_trip_ms}");
    }
}

#[test]
fn a_ban_lasts_as_long_as_it_was_said_to_and_at_most_three_days() {
    let day = 24 * 60 * 60;
    let cases: [(&str, &[u64], Clocks, Option<u64>); 11] = [
        ("no ban", &[], at(0, 0), None),
        ("just now", &[10], at(0, 0), Some(10)),
        ("half over", &[10], at(5_000, 5_000), Some(5)),
        ("over", &[10], at(10_000, 10_000), None),
        ("the longer one first", &[30, 10], at(0, 0), Some(30)),
        ("absurd", &[u64::MAX], at(0, 0), Some(3 * day)),
        ("the clock was set back", &[10], at(-3_600_000, 1_000), Some(9)),
        ("the clock was set forward", &[10], at(3_600_000, 1_000), Some(9)),
        ("the clock was set forward, and it is over", &[10], at(3_600_000, 10_000), None),
        ("started anew", &[10], Clocks { boot_id: Some(8), ..at(4_000, 0) }, Some(6)),
        ("started anew and set back", &[3 * day], Clocks { boot_id: Some(8), ..at(-3_600_000, 0) }, None),
    ];
    for (name, waits, now, left) in cases {
        let mut known = Known::default();
        for wait in waits {
            known.hold(429, Duration::from_secs(*wait), NOW);
        }
        assert_eq!(known.held(now).map(|(d, _)| d.as_secs()), left, "{name}");
    }
}

#[test]
fn counts_are_kept_by_limit_until_their_interval_ends() {
    let told = |kind, interval: &str, used| Usage { kind, interval: interval.to_owned(), used };
    let mut known = Known::default();
    let now = NOW.wall_ms;
    known.count(
        &[told(UsageKind::Weight, "1M", 20), told(UsageKind::Orders, "10S", 1)],
        Some("a"),
        "/api/x",
        now,
    );
    known.count(
        &[told(UsageKind::Weight, "1M", 24), told(UsageKind::Orders, "10S", 2)],
        Some("b"),
        "/api/y",
        now,
    );
    known.count(&[told(UsageKind::SapiIp, "1M", 5)], Some("b"), "/sapi/y", now);
    known.count(&[told(UsageKind::Orders, "1D", 9)], None, "/api/z", now);
    let rows = |known: &Known| -> Vec<String> {
        let text = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".to_owned());
        known.used.iter().map(|u| format!("{:?} {} {} {}", u.kind, u.used, text(&u.key), u.path)).collect()
    };
    assert_eq!(
        rows(&known),
        ["Orders 1 a /api", "Weight 24 - /api", "Orders 2 b /api", "SapiIp 5 - /sapi/y"]
    );
    known.count(&[], None, "/", now + 10_000);
    assert_eq!(rows(&known), ["Weight 24 - /api", "SapiIp 5 - /sapi/y"]);
    known.count(&[], None, "/", now + 30_000);
    assert_eq!(rows(&known), Vec::<String>::new());
}

#[test]
fn a_request_that_would_go_over_a_limit_is_told_so() {
    let now = NOW.wall_ms;
    let mut known = Known::default();
    let told = |kind, interval: &str, used| Usage { kind, interval: interval.to_owned(), used };
    known.count(
        &[told(UsageKind::Weight, "1M", 5_990), told(UsageKind::Orders, "10S", 100)],
        Some("a"),
        "/api/x",
        now,
    );
    known.count(&[told(UsageKind::SapiIp, "1M", 12_000)], None, "/sapi/x", now);
    let need = Need {
        kind: UsageKind::Weight,
        interval: "1M",
        limit: 6_000,
        cost: 10,
        under_way: 0,
        key: Some("a"),
        path: "/api/y",
    };
    let orders = Need { kind: UsageKind::Orders, interval: "10S", limit: 100, cost: 1, ..need };
    let sapi = Need { kind: UsageKind::SapiIp, limit: 12_000, cost: 1, ..need };
    let cases = [
        ("up to the limit", need, now, false),
        ("over it", Need { cost: 11, ..need }, now, true),
        ("up to it, and another is under way", Need { under_way: 1, ..need }, now, true),
        ("over it, another key: it is the address's", Need { cost: 11, key: None, ..need }, now, true),
        ("over it, in the next minute", Need { cost: 11, ..need }, now + 30_000, false),
        ("another product on the same host", Need { cost: 11, path: "/fapi/y", ..need }, now, false),
        ("over it by itself", Need { cost: 6_001, ..need }, now, false),
        ("another interval", Need { cost: 11, interval: "1D", ..need }, now, false),
        ("orders", orders, now, true),
        ("orders of another key", Need { key: Some("b"), ..orders }, now, false),
        ("orders, ten seconds on", orders, now + 10_000, false),
        ("no orders", Need { cost: 0, ..orders }, now, false),
        ("the same path", Need { path: "/sapi/x", ..sapi }, now, true),
        ("another path", sapi, now, false),
    ];
    for (name, need, now, lacks) in cases {
        let found = known.lacks(&need, now);
        assert_eq!(found.is_some(), lacks, "{name}");
        assert!(found.is_none_or(|used| used.ends_ms() > Some(now)), "{name}");
    }
}
