//! `bnq serve --state`: what was answered is there after a crash, once, whoever else writes the same file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;

use super::client::{Client, NOW_MS, units};
use super::support::{Serve, bnq, serve_with};

/// An account without commissions or past orders, so that balances follow from orders alone.
const ACCOUNT: &str = r#"
[fees]
maker = "0"
taker = "0"
[[balance]]
asset = "ARK"
free = "50000"
[[balance]]
asset = "BTC"
free = "20"
[[symbol]]
name = "ARKBTC"
base = "ARK"
quote = "BTC"
price = "0.000005"
tick_size = "0.00000001"
step_size = "1"
min_notional = "0.00001"
"#;

fn server(folder: &Path) -> Serve {
    let (account, state) = (folder.join("account.toml"), folder.join("state"));
    fs::write(&account, ACCOUNT).unwrap();
    serve_with(&format!("--fixed-time {NOW_MS} --account {} --state {}", account.display(), state.display()))
}

/// What one client was told: the ids of orders that were accepted, and of those that nobody knows of.
#[derive(Default)]
struct Told {
    accepted: Vec<String>,
    unknown: Vec<String>,
}

/// Sends orders until the connection ends; after each answer it says so. Some trade, some rest, some are cancelled again.
fn trade(url: &str, name: &str, answered: &mpsc::Sender<()>) -> Told {
    let mut client = Client::new(url);
    let mut told = Told::default();
    for n in 0..400 {
        let id = format!("{name}-{n}");
        let side = if n % 2 == 0 { "BUY" } else { "SELL" };
        let terms = match n % 5 {
            0 => "type=LIMIT&timeInForce=GTC&quantity=10&price=0.00000400"
                .replace("0400", if n % 2 == 0 { "0400" } else { "0600" }),
            _ => "type=MARKET&quantity=7".to_owned(),
        };
        let query = format!("symbol=ARKBTC&side={side}&{terms}&newClientOrderId={id}");
        match client.send("POST", "/api/v3/order", &query) {
            Some((200, _)) => told.accepted.push(id.clone()),
            Some((status, body)) => panic!("{query}: {status} {body}"),
            None => {
                told.unknown.push(id);
                break;
            }
        }
        if n % 10 == 0 {
            let query = format!("symbol=ARKBTC&origClientOrderId={id}");
            // If this is not answered, the next order is not either.
            let _ = client.send("DELETE", "/api/v3/order", &query);
        }
        if answered.send(()).is_err() {
            break;
        }
    }
    told
}

/// Every order of the account, oldest first.
fn all_orders(client: &mut Client) -> Vec<Value> {
    let mut orders: Vec<Value> = Vec::new();
    loop {
        let next = orders.last().map_or(0, |o| o["orderId"].as_i64().unwrap() + 1);
        let query = format!("symbol=ARKBTC&limit=1000&orderId={next}");
        let more = client.ok("GET", "/api/v3/allOrders", &query);
        let more = more.as_array().unwrap();
        orders.extend(more.iter().cloned());
        if more.len() < 1000 {
            return orders;
        }
    }
}

/// Every accepted order is there once, an unknown one once at most, and balances are what the orders make of them.
fn check(client: &mut Client, told: &Told) {
    let orders = all_orders(client);
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for order in &orders {
        *count.entry(order["clientOrderId"].as_str().unwrap()).or_default() += 1;
    }
    for id in &told.accepted {
        assert_eq!(count.get(id.as_str()), Some(&1), "{id} was accepted");
    }
    let known = |id: &str| told.accepted.iter().chain(&told.unknown).any(|known| known == id);
    for (id, count) in count {
        assert!(count == 1 && known(id), "{id}: {count}");
    }
    let (mut ark, mut btc) = (50_000 * 100_000_000, 20 * 100_000_000);
    for order in &orders {
        let sign = if order["side"] == "BUY" { 1 } else { -1 };
        ark += sign * units(&order["executedQty"]);
        btc -= sign * units(&order["cummulativeQuoteQty"]);
    }
    let account = client.ok("GET", "/api/v3/account", "");
    for (asset, total) in [("ARK", ark), ("BTC", btc)] {
        let balance = account["balances"].as_array().unwrap().iter().find(|b| b["asset"] == asset).unwrap();
        assert_eq!(units(&balance["free"]) + units(&balance["locked"]), total, "{asset}");
    }
}

/// Starts servers on one state, lets clients trade at all of them, kills all servers in the midst of it, and looks at what is
/// there; several times. When a kill comes is made up, and always the same.
fn crash(servers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Told::default();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..5 {
        let running: Vec<Serve> = (0..servers).map(|_| server(folder.path())).collect();
        let (answered, answers) = mpsc::channel();
        let clients: Vec<_> = (0..4)
            .map(|n| {
                let (url, answered) = (running[n % servers].url.clone(), answered.clone());
                thread::spawn(move || trade(&url, &format!("r{round}c{n}"), &answered))
            })
            .collect();
        drop(answered);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let until = 20 + (random >> 33) % 60;
        assert_eq!(u64::try_from(answers.iter().take(usize::try_from(until).unwrap()).count()), Ok(until));
        // Dropped, a server is killed.
        drop(running);
        for client in clients {
            let Told { accepted, unknown } = client.join().unwrap();
            told.accepted.extend(accepted);
            told.unknown.extend(unknown);
        }
        let server = server(folder.path());
        let mut client = Client::new(&server.url);
        // So that the limit on open orders is not met.
        client.send("DELETE", "/api/v3/openOrders", "symbol=ARKBTC").unwrap();
        check(&mut client, &told);
    }
    assert!(told.accepted.len() > 5 * 20, "{}", told.accepted.len());
}

#[test]
fn a_crash_loses_no_accepted_order() {
    crash(1);
}

#[test]
fn two_processes_on_one_state_lose_nothing() {
    crash(2);
}

#[test]
fn processes_see_what_others_do_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [server(folder.path()), server(folder.path())];
    let mut clients = servers.each_ref().map(|s| Client::new(&s.url));
    for n in 0..10 {
        let query = format!("symbol=ARKBTC&side=BUY&type=MARKET&quantity=7&newClientOrderId=turn-{n}");
        let placed = clients[n % 2].ok("POST", "/api/v3/order", &query);
        assert_eq!(placed["orderId"].as_u64(), Some(n as u64 + 1), "{placed}");
        let query = format!("symbol=ARKBTC&origClientOrderId=turn-{n}");
        assert_eq!(clients[(n + 1) % 2].ok("GET", "/api/v3/order", &query)["status"], "FILLED", "{n}");
    }
    let [one, other] = clients.each_mut().map(|c| c.ok("GET", "/api/v3/account", ""));
    assert_eq!(one, other);
}

fn starts(folder: &Path, words: &str) -> super::support::Ran {
    bnq(&format!(
        "serve --port 0 --no-limits --fixed-time {NOW_MS} {words} --state {}",
        folder.join("state").display()
    ))
    .run()
}

/// A state with three orders.
fn used(folder: &Path) -> String {
    let server = server(folder);
    let mut client = Client::new(&server.url);
    for n in 0..3 {
        let query = format!("symbol=ARKBTC&side=BUY&type=MARKET&quantity=7&newClientOrderId=first-{n}");
        client.ok("POST", "/api/v3/order", &query);
    }
    client.send("POST", "/api/v3/order", "symbol=ARKBTC&side=BUY&type=MARKET&quantity=1").unwrap();
    fs::read_to_string(folder.join("state")).unwrap()
}

#[test]
fn the_file_holds_changes_alone_and_no_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let text = used(folder.path());
    assert_eq!(text.lines().count(), 4, "{text}");
    for absent in [super::support::KEY, super::support::SECRET, "signature", "timestamp", "recvWindow"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    let mode = fs::metadata(folder.path().join("state")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[test]
fn a_line_that_was_not_written_whole_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let text = used(folder.path());
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    for torn in [last + 1, last + 40, text.len() - 1] {
        fs::write(folder.path().join("state"), &text.as_bytes()[..torn]).unwrap();
        let server = server(folder.path());
        let mut client = Client::new(&server.url);
        assert_eq!(all_orders(&mut client).len(), 2, "{torn}");
        client.ok(
            "POST",
            "/api/v3/order",
            "symbol=ARKBTC&side=BUY&type=MARKET&quantity=7&newClientOrderId=new",
        );
        drop(server);
        let after = fs::read_to_string(folder.path().join("state")).unwrap();
        assert!(after.starts_with(&text[..last]) && after.lines().count() == 4, "{after}");
    }
}

#[test]
fn a_state_that_cannot_be_used_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let text = used(folder.path());
    let account = format!("--account {}", folder.path().join("account.toml").display());
    let cases = [
        ("damaged", text.replacen("\"quantity\",\"7\"", "\"quantity\",\"8\"", 1), "in line 2"),
        ("no json", text.replacen("{\"time\"", "\u{0}\"time\"", 1), "is damaged in line 2"),
        (
            "a line is gone",
            text.lines().enumerate().filter(|(n, _)| *n != 2).map(|(_, l)| format!("{l}\n")).collect(),
            "in line 3",
        ),
        ("newer", text.replacen("\"bnq-state\":1", "\"bnq-state\":2,\"more\":true", 1), "of a later bnq"),
        ("foreign", "my notes\n".to_owned(), "is none that bnq wrote"),
        ("foreign, short", "{}".to_owned(), "is none that bnq wrote"),
    ];
    for (name, content, said) in cases {
        fs::write(folder.path().join("state"), &content).unwrap();
        let ran = starts(folder.path(), &account).exits(3).prints_nothing();
        assert!(ran.stderr.contains(said), "{name}: {}", ran.stderr);
        assert_eq!(fs::read_to_string(folder.path().join("state")).unwrap(), content, "{name}");
    }
    fs::write(folder.path().join("state"), &text).unwrap();
    starts(folder.path(), "").exits(3).says("began with another account");
}

#[test]
fn a_link_and_a_folder_are_no_state() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), folder.path().join("state")).unwrap();
    starts(folder.path(), "").exits(3).says("is a link");
    assert!(!folder.path().join("elsewhere").exists());
    fs::remove_file(folder.path().join("state")).unwrap();
    fs::create_dir(folder.path().join("state")).unwrap();
    starts(folder.path(), "").exits(3).prints_nothing();
}

#[test]
fn what_cannot_be_written_is_not_done() {
    let folder = tempfile::tempdir().unwrap();
    used(folder.path());
    let account = folder.path().join("account.toml");
    let state = folder.path().join("state");
    let before = fs::read(&state).unwrap();
    // The file may grow to 2 KiB: some orders fit, then one is cut off in the middle.
    let script = format!(
        "ulimit -f 4; trap '' XFSZ; exec {} serve --port 0 --fixed-time {NOW_MS} --account {} --state {}",
        env!("CARGO_BIN_EXE_bnq"),
        account.display(),
        state.display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().stdin(Stdio::null());
    let server = Serve::of(command);
    let mut client = Client::new(&server.url);
    let mut accepted = 3;
    let refused = loop {
        let query = format!("symbol=ARKBTC&side=BUY&type=MARKET&quantity=7&newClientOrderId=more-{accepted}");
        match client.send("POST", "/api/v3/order", &query).unwrap() {
            (200, _) => accepted += 1,
            (status, body) => break (status, body),
        }
        assert!(accepted < 1000);
    };
    assert_eq!(refused.0, 500, "{refused:?}");
    assert!(refused.1.starts_with(r#"{"code":-1000,"msg":"An unknown error"#), "{refused:?}");
    server.logs("the state file cannot be written");
    assert_eq!(all_orders(&mut client).len(), accepted);
    let written = fs::read(&state).unwrap();
    assert!(written.starts_with(&before) && written.ends_with(b"\n"));
    assert_eq!(String::from_utf8(written).unwrap().lines().count(), accepted + 1);
    drop(server);
    let again = self::server(folder.path());
    let mut client = Client::new(&again.url);
    assert_eq!(all_orders(&mut client).len(), accepted);
    client.ok("POST", "/api/v3/order", "symbol=ARKBTC&side=BUY&type=MARKET&quantity=7&newClientOrderId=last");
}
