//! `bnq serve --account` and `--fixed-time`: the account that a file describes, and runs that repeat.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bnq::signing::{SecretKey, SigningKey};
use serde_json::Value;

use super::client::{Client, NOW_MS};
use super::support::{KEY, Ran, SECRET, Serve, bnq, serve_with, write_private};

const EXAMPLE: &str = "data/practice/account.example.toml";

fn private_key(name: &str) -> SigningKey {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/vectors.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let der = vectors["keys"][name]["private_pkcs8_der"].as_str().unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
    SigningKey::from_pem(&SecretKey::new(pem), None).unwrap()
}

fn with_account(words: &str, account: &Path) -> Serve {
    serve_with(&format!("--fixed-time {NOW_MS} {words} --account {}", account.display()))
}

/// Answers that together show all that an account begins with.
fn shown(server: &Serve) -> Vec<(u16, String, String)> {
    let mut client = Client::new(&server.url);
    let asked = [
        ("GET", "/api/v3/account", ""),
        ("GET", "/api/v3/openOrders", ""),
        ("GET", "/api/v3/allOrders", "symbol=ARKBTC"),
        ("GET", "/api/v3/openOrders", "symbol=arkbtc"),
        ("POST", "/api/v3/order", "symbol=ARKBTC&side=BUY&type=MARKET&quantity=40"),
        ("POST", "/api/v3/order", "symbol=ARKBTC&side=BUY&type=MARKET&quantity=1"),
        ("GET", "/api/v3/myTrades", "symbol=ARKBTC"),
        ("DELETE", "/api/v3/openOrders", "symbol=ARKBTC"),
    ];
    let mut answers: Vec<_> = asked.iter().map(|(m, p, q)| client.whole(m, p, q).unwrap()).collect();
    answers.push((0, String::new(), server.raw_get("/api/v3/exchangeInfo")));
    answers
}

/// Made for this test; nobody has its private key.
const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC70AS1lI0l5Nqb0O5ue1rpWrSIx62qjs8AFPVjc8Fs0NnatVQNiEIKGzc9S/16z/cmLpBJqHu7oFRzHsAvnlU5omBDBqynbjm8sna5ftQoE0PJIpdhHSL86OdXs5tHd6lLiEc33JA2FesJS3Yyzf+8Xzw2Do0kzsknXwzgYuEY8wIDAQAB";

#[test]
fn the_example_is_the_practice_account() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE);
    let (one, other) = (with_account("", &example), serve_with(&format!("--fixed-time {NOW_MS}")));
    assert_eq!(shown(&one), shown(&other));
    for (api_key, name) in
        [(bnq::practice::RSA_API_KEY, "rsa2048"), (bnq::practice::ED25519_API_KEY, "ed25519")]
    {
        Client::with_key(&one.url, api_key, private_key(name)).ok("GET", "/api/v3/account", "");
    }
    // One state can be kept by both, so they begin with the same.
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    drop(with_account(&format!("--state {}", state.display()), &example));
    drop(serve_with(&format!("--fixed-time {NOW_MS} --state {}", state.display())));
}

#[test]
fn runs_with_a_fixed_time_repeat_to_the_byte() {
    for log in ["text", "json"] {
        let run = || {
            let server = serve_with(&format!("--fixed-time {NOW_MS} --log {log}"));
            let answers = shown(&server);
            server.logs("exchangeInfo");
            (answers, server.log())
        };
        let (first, second) = (run(), run());
        assert_eq!(first, second);
        assert!(first.0[0].1.contains("\r\ndate: Sun, 01 Mar 2026 00:00:00 GMT\r\n"), "{}", first.0[0].1);
    }
}

#[test]
fn the_fixed_time_is_a_number() {
    for time in ["", "now", "-1", "1e3"] {
        bnq("serve --port 0").arg(&format!("--fixed-time={time}")).run().exits(2).says("--fixed-time");
    }
}

/// Two keys, one asset pair, fees that differ.
fn small(folder: &Path) -> String {
    fs::write(folder.join("secret"), "madeUpSecretOfASecondKey0000000000000000000000000000000000000000\n")
        .unwrap();
    fs::set_permissions(folder.join("secret"), fs::Permissions::from_mode(0o600)).unwrap();
    format!(
        r#"
[fees]
taker = "0.01"

[[key]]
api_key = "{KEY}"
secret_key = "{SECRET}"

[[key]]
api_key = "SecondKey0000000000000000000000000000000000000000000000000000000"
secret_key_file = "secret"
permissions = ["enableReading"]

[[key]]
api_key = "ThirdKey00000000000000000000000000000000000000000000000000000000"
secret_key_file = "secret"
addresses = ["192.0.2.1"]

[[balance]]
asset = "EUR"
free = "1000.5"

[[symbol]]
name = "GOLDEUR"
base = "GOLD"
quote = "EUR"
price = "100"
tick_size = "0.1"
step_size = "0.01"
min_notional = "10"
"#
    )
}

#[test]
fn an_account_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("account.toml");
    fs::write(&file, small(folder.path())).unwrap();
    let server = with_account("", &file);
    let mut client = Client::new(&server.url);
    let account = client.ok("GET", "/api/v3/account", "");
    let balances: Vec<_> = account["balances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| (b["asset"].clone(), b["free"].clone()))
        .collect();
    assert_eq!(balances, [("EUR".into(), "1000.50000000".into()), ("GOLD".into(), "0.00000000".into())]);
    assert_eq!(client.ok("GET", "/api/v3/openOrders", "").as_array().map(Vec::len), Some(0));
    let query = "symbol=GOLDEUR&side=BUY&type=MARKET&quantity=1&newOrderRespType=FULL";
    let placed = client.ok("POST", "/api/v3/order", query);
    assert_eq!(placed["fills"][0]["price"], "100.10000000", "{placed}");
    assert_eq!(placed["fills"][0]["commission"], "0.01000000", "{placed}");
    let secret = || {
        SigningKey::Hmac(SecretKey::new("madeUpSecretOfASecondKey0000000000000000000000000000000000000000"))
    };
    let second = "SecondKey0000000000000000000000000000000000000000000000000000000";
    let mut reader = Client::with_key(&server.url, second, secret());
    reader.ok("GET", "/api/v3/account", "");
    let (status, body) = reader.send("POST", "/api/v3/order", query).unwrap();
    assert!(status != 200 && body.contains("-2015"), "{status} {body}");
    let third = "ThirdKey00000000000000000000000000000000000000000000000000000000";
    let (_, body) =
        Client::with_key(&server.url, third, secret()).send("GET", "/api/v3/account", "").unwrap();
    assert!(body.contains("-2015"), "{body}");
    let (_, body) = Client::with_key(&server.url, bnq::practice::RSA_API_KEY, private_key("rsa2048"))
        .send("GET", "/api/v3/account", "")
        .unwrap();
    assert!(body.contains("-2008"), "{body}");
    server.raw_get("/api/v3/ping?x=madeUpSecretOfASecondKey0000000000000000000000000000000000000000");
    server.logs("ping");
    assert!(!server.log().contains("madeUpSecret") && !server.log().contains(second), "{}", server.log());
}

fn refused(folder: &Path, content: &str) -> Ran {
    let file = folder.join("account.toml");
    write_private(&file, content);
    bnq(&format!("serve --port 0 --account {}", file.display())).run().exits(3).prints_nothing()
}

#[test]
fn a_wrong_account_says_where_and_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let small = small(folder.path());
    let line_of = |text: &str| small.lines().position(|l| l == text).unwrap() + 1;
    // What is put in the place of a line, and what is said of which line.
    let cases = [
        ("step_size = \"0.01\"", "step_size = \"0.00000001\"", "more than eight decimals together"),
        ("step_size = \"0.01\"", "step_size = \"0\"", "`step_size` has to be larger than zero"),
        ("step_size = \"0.01\"", "step_size = 0.01", "a decimal in quotes, such as \"0.001\""),
        (
            "price = \"100\"",
            "price = \"100.05\"",
            "no multiple of `tick_size` 0.10000000; write one, such as 100.00000000",
        ),
        ("price = \"100\"", "prize = \"100\"", "unknown field `prize`"),
        ("quote = \"EUR\"", "quote = \"GOLD\"", "base and quote are both GOLD"),
        ("base = \"GOLD\"", "base = \"gold\"", "`base` is no name that the exchange has: gold"),
        ("free = \"1000.5\"", "free = \"1000,5\"", "`1000,5` is no decimal; write digits with a point"),
        ("free = \"1000.5\"", "free = \"-1\"", "`-1` is no decimal"),
        ("free = \"1000.5\"", "free = \"0.123456789\"", "has more than eight decimals"),
        ("taker = \"0.01\"", "taker = \"1\"", "`taker` is a part of what a trade brings"),
        ("taker = \"0.01\"", "taker = \"0.01\"\ntaker = \"0.01\"", "duplicate key"),
        ("addresses = [\"192.0.2.1\"]", "addresses = [\"localhost\"]", "no IP address"),
        (
            "permissions = [\"enableReading\"]",
            "permissions = [\"read\"]",
            "no permission `read`; write some of enableReading,",
        ),
        (
            "min_notional = \"10\"",
            "min_notional = \"10\"\nmax_notional = \"1\"\n",
            "`min_notional` 10.00000000 is larger",
        ),
    ];
    for (line, instead, said) in cases {
        let ran = refused(folder.path(), &small.replacen(line, instead, 1));
        assert!(ran.stderr.contains(said), "{instead}: {}", ran.stderr);
        // A bound is told of where the symbol begins.
        let at = if instead.contains("max_notional") { line_of("[[symbol]]") } else { line_of(line) };
        let at = if instead.contains('\n') && instead.contains("taker") { at + 1 } else { at };
        assert!(ran.stderr.contains(&format!("account.toml:{at}: ")), "{instead}: {}", ran.stderr);
    }
    let more = [
        ("[[balance]]\nasset = \"EUR\"\nfree = \"1\"\n".to_owned(), "there is a balance of EUR already"),
        (small[small.find("[[symbol]]").unwrap()..].to_owned(), "there is a symbol GOLDEUR already"),
        (
            format!("[[key]]\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n"),
            "there is a key vmPU…Eh8A already",
        ),
        ("[[key]]\napi_key = \"FourthKey0000000000000000000000000000000000000000000000000000000\"\n".to_owned(), "the key has nothing to check signatures with"),
        (
            "[[key]]\napi_key = \"FourthKey0000000000000000000000000000000000000000000000000000000\"\nsecret_key = \"aMadeUpSecret000000000000000000000000000000000000000000000000000\"\npublic_key = \"x\"\n"
                .to_owned(),
            "the key has several things to check signatures with",
        ),
        ("[[key]]\napi_key = \"FourthKey0000000000000000000000000000000000000000000000000000000\"\npublic_key = \"x\"\n".to_owned(), "no RSA or Ed25519 public key"),
        (
            format!("[[key]]\napi_key = \"{}\"\npublic_key = \"{RSA_1024}\"\n", "A4".repeat(32)),
            "`public_key` is an RSA key of fewer than 2048 bits",
        ),
        ("[[key]]\napi_key = \"FourthKey0000000000000000000000000000000000000000000000000000000\"\nsecret_key_file = \"none\"\n".to_owned(), "none cannot be read"),
        ("[[key]]\napi_key = \"FourthKey0000000000000000000000000000000000000000000000000000000\"\nsecret_key = 12345678901234\n".to_owned(), "not as integer"),
    ];
    for (added, said) in more {
        let ran = refused(folder.path(), &(small.clone() + &added));
        assert!(ran.stderr.contains(said), "{added}: {}", ran.stderr);
        assert!(
            !ran.stderr.contains("aMadeUpSecret000000000000000000000000000000000000000000000000000")
                && !ran.stderr.contains("12345678901234"),
            "{ran:?}"
        );
    }
    refused(folder.path(), &("past_orders = true\n".to_owned() + &small))
        .says("account.toml:1: past orders are");
    bnq("serve --port 0 --account none.toml")
        .run()
        .exits(3)
        .says("the account file none.toml cannot be read");
}

#[test]
fn a_file_with_a_secret_of_its_own_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("account.toml");
    fs::write(&file, "[[key]]\napi_key = \"OwnKey0000000000000000000000000000000000000000000000000000000000\"\nsecret_key = \"aMadeUpSecretOfItsOwn0000000000000000000000000000000000000000000\"\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let line = format!("serve --port 0 --account {}", file.display());
    bnq(&line).run().exits(3).says("is open to other users (mode 0644); close it: chmod 600");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    drop(serve_with(&format!("--account {}", file.display())));
}

#[test]
fn the_account_of_the_documentation_works() {
    let text = include_str!("../../docs/practice.md");
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("account.toml"), example).unwrap();
    let server = with_account("", &folder.path().join("account.toml"));
    let query = "symbol=GOLDEUR&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=99.5";
    assert_eq!(Client::new(&server.url).ok("POST", "/api/v3/order", query)["status"], "NEW");
}
