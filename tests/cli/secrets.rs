//! No command shows a secret, whatever it is asked to print and wherever it fails: not on stdout or stderr, not in files that
//! it writes, and not in the list of processes.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;

use super::support::{Then, answer, bnq, scripted, write_private};

/// Made up for this test, and used by no other: the list of processes is everybody's.
const KEY: &str = "hostileApiKey0000000000000000000000000000000000000000000bnqTest1";
const SECRET: &str = "hostileSecret9vQ2mZk7RtYw4LpXs8DfGh3JcNb6VaEuKi5OoTy1WqMnBxCz0A2";

/// What each command is run with; those that are not named here are run without any word.
const WORDS: &[(&str, &[&str])] = &[
    ("request", &["GET", "/api/v3/account", "--signed"]),
    ("endpoints", &["open", "orders"]),
    ("sign", &["symbol=ARKBTC&timestamp=1"]),
    ("check", &["pasted.txt"]),
    ("explain", &["-"]),
    ("serve", &["--port", "0", "--account", "pasted.txt"]),
    ("doctor", &["--report"]),
    ("limits", &[]),
    ("config", &["show"]),
    ("completions", &["bash"]),
    ("man", &["open-orders"]),
];

/// Further command lines: other forms of these commands, and endpoints of every kind.
const LINES: &[&[&str]] = &[
    &["ping"],
    &["open-orders"],
    &["account", "--fields", "balances.asset"],
    &["new-order", "--symbol", "ARKBTC", "--side", "BUY", "--type", "MARKET", "--quantity", "1"],
    &["wallet", "withdraw", "--coin", "BTC", "--address", "x", "--amount", "1"],
    &["futures", "balance"],
    &["sub-account", "list"],
    &["request", "POST", "/api/v3/order", "symbol=ARKBTC"],
    &["sign", "-"],
    &["check", "-"],
    &["doctor"],
    &["doctor", "--offline"],
    &["config", "check"],
    &["config", "path"],
    &["config", "init", "--profile", "new", "--api-key-file", "key", "--secret-key-file", "secret"],
    &["limits", "--forget"],
    &["__complete", "bash", "bnq", "--profile", ""],
    &["no-such-command"],
];

const FORMATS: [&str; 6] = ["json", "compact", "jsonl", "table", "csv", "raw"];

const LOUDNESS: [&[&str]; 8] = [
    &[],
    &["-q"],
    &["-v"],
    &["--debug-sign"],
    &["--dry-run"],
    &["--curl"],
    &["--errors", "json"],
    &["-v", "--debug-sign", "--errors", "json"],
];

/// A home folder and what is in it before a run.
struct Place {
    home: tempfile::TempDir,
    /// Lines of the profile that is used.
    profile: String,
    /// What follows it.
    rest: String,
    mode: u32,
    vars: Vec<(&'static str, String)>,
}

impl Place {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        write_private(&path, text);
        path
    }

    fn add(&mut self, line: &str) {
        self.profile += line;
        self.profile.push('\n');
    }

    fn sends_to(&mut self, url: &str) {
        self.add(&format!("base_url = \"{url}\""));
    }
}

/// How far a run gets.
struct Stage {
    name: &'static str,
    prepare: fn(&mut Place, &Servers),
}

const fn stage(name: &'static str, prepare: fn(&mut Place, &Servers)) -> Stage {
    Stage { name, prepare }
}

fn pem() -> String {
    let all: serde_json::Value = serde_json::from_str(include_str!("../../data/vectors.json")).unwrap();
    let der = all["keys"]["ed25519"]["private_pkcs8_der"].as_str().unwrap();
    format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
}

const STAGES: &[Stage] = &[
    stage("accepted", |place, servers| {
        place.sends_to(&servers.fine);
        place.add(&format!("secret_key = \"{SECRET}\""));
    }),
    stage("secret from a file, answer refused and echoed", |place, servers| {
        place.sends_to(&servers.refuses);
        place.add("secret_key_file = \"~/secret\"");
    }),
    stage("secret from a command, answered by a page that echoes", |place, servers| {
        place.sends_to(&servers.page);
        let (list, secret) = (place.home.path().join("list"), place.home.path().join("secret"));
        // What the command sees of its surroundings is looked through with the other files.
        let script = format!(
            "{{ cat /proc/[0-9]*/cmdline; env; }} > {} 2>/dev/null; cat {}",
            list.display(),
            secret.display()
        );
        place.file("give", &script);
        place.add("secret_key_command = [\"/bin/sh\", \"give\"]");
        place.vars.push(("PATH", "/usr/bin:/bin".to_owned()));
        place.vars.push(("BINANCE_API_SECRET", SECRET.to_owned()));
    }),
    stage("private key, unknown outcome", |place, servers| {
        place.sends_to(&servers.closes);
        place.file("key.pem", &pem());
        place.add("private_key_file = \"~/key.pem\"");
    }),
    stage("answer without an end", |place, servers| {
        place.sends_to(&servers.half);
        place.add(&format!("secret_key = \"{SECRET}\""));
    }),
    stage("nobody listens", |place, servers| {
        place.sends_to(&servers.refused);
        place.add(&format!("secret_key = \"{SECRET}\""));
    }),
    stage("no TLS there", |place, servers| {
        place.sends_to(&servers.fine.replace("http:", "https:"));
        place.add(&format!("secret_key = \"{SECRET}\""));
    }),
    stage("another host", |place, _| {
        place.add("base_url = \"http://user:password@198.51.100.1\"");
        place.add(&format!("secret_key = \"{SECRET}\""));
    }),
    stage("config broken in the line of the secret", |place, _| {
        place.add(&format!("secret_key = \"{SECRET}"));
    }),
    stage("secret of the wrong type", |place, _| place.add(&format!("secret_key = [\"{SECRET}\"]"))),
    stage("secret in the place of a number", |place, _| {
        place.add(&format!("recv_window = \"{SECRET}\"\nsecret_key = \"{SECRET}\""));
    }),
    stage("secret in the place of a word", |place, _| {
        place.add(&format!("output = \"{SECRET}\"\nsecret_key = \"{SECRET}\""));
    }),
    stage("secret in the place of a URL", |place, _| {
        place.add(&format!("base_url = \"{SECRET}\"\nsecret_key = \"{SECRET}\""));
    }),
    stage("secret in the place of the name of its file", |place, _| {
        place.add(&format!("secret_key_file = \"{SECRET}\""));
    }),
    stage("secret in the place of the name of a private key's file", |place, _| {
        place.add(&format!("private_key_file = \"{SECRET}\""));
    }),
    stage("secret in the place of its command", |place, _| {
        place.add(&format!("secret_key_command = [\"{SECRET}\"]"));
    }),
    stage("secret in the place of a name", |place, _| {
        place.rest = format!("[profiles.b]\n{SECRET} = \"x\"\n");
    }),
    stage("secret in the place of another profile's environment", |place, _| {
        place.rest = format!("[profiles.b]\nenv = \"{SECRET}\"\n");
    }),
    stage("secret in the variable of a private key's file", |place, _| {
        place.profile.clear();
        place.vars =
            vec![("BINANCE_API_KEY", KEY.to_owned()), ("BINANCE_PRIVATE_KEY_FILE", SECRET.to_owned())];
    }),
    stage("config open to others", |place, _| {
        place.mode = 0o644;
        place.add(&format!("secret_key = \"{SECRET}\""));
    }),
    stage("key file open to others", |place, _| {
        let path = place.file("key.pem", &pem());
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        place.add("private_key_file = \"~/key.pem\"");
    }),
    stage("key file damaged", |place, _| {
        place.file("key.pem", &pem().replace("MC", "NC"));
        place.add("private_key_file = \"~/key.pem\"");
    }),
    stage("white space in the secret", |place, _| place.add(&format!("secret_key = \"{SECRET} \""))),
    stage("command that fails", |place, _| {
        place.file("give", &format!("echo {SECRET}; exit 3"));
        place.add("secret_key_command = [\"/bin/sh\", \"give\"]");
    }),
    stage("variables, and a proxy that is not there", |place, _| {
        place.profile.clear();
        place.vars = vec![
            ("BINANCE_API_KEY", KEY.to_owned()),
            ("BINANCE_SECRET_KEY", SECRET.to_owned()),
            ("HTTPS_PROXY", format!("http://user:{SECRET}@127.0.0.1:9")),
        ];
    }),
    stage("variables that differ", |place, _| {
        place.profile.clear();
        place.vars = vec![
            ("BINANCE_API_KEY", KEY.to_owned()),
            ("BINANCE_SECRET_KEY", SECRET.to_owned()),
            ("BINANCE_API_SECRET", SECRET.to_uppercase()),
        ];
    }),
    stage("key and secret the wrong way round", |place, _| {
        place.profile.clear();
        place.vars = vec![
            ("BINANCE_API_KEY", SECRET.to_owned()),
            ("BINANCE_SECRET_KEY", KEY.to_owned()),
            ("HTTPS_PROXY", "http://127.0.0.1:9".to_owned()),
        ];
    }),
];

/// Servers that many runs use, and what was seen in the list of processes while they answered.
struct Servers {
    fine: String,
    refuses: String,
    page: String,
    closes: String,
    half: String,
    refused: String,
    listed: Arc<Mutex<BTreeSet<String>>>,
}

impl Servers {
    fn start() -> Self {
        let listed = Arc::new(Mutex::new(BTreeSet::new()));
        let start = |then: fn(&str) -> Then| {
            let listed = Arc::clone(&listed);
            let server = scripted(move |_, line| {
                listed.lock().unwrap().extend(list_of_processes().filter(|words| leak(words).is_some()));
                then(line)
            });
            server.url
        };
        let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self {
            fine: start(|_| answer("200 OK", r#"[{"asset":"BTC","free":"1.0","balances":[]}]"#)),
            refuses: start(|line| {
                let sent = sent(line);
                answer("400 Bad Request", &format!(r#"{{"code":-1100,"msg":"bad: {sent}","key":"{sent}"}}"#))
            }),
            page: start(|line| answer("403 Forbidden", &format!("<html>{}</html>", sent(line)))),
            closes: start(|_| Then::Close),
            half: start(|line| {
                let sent = sent(line);
                let head = format!("HTTP/1.1 200 OK\r\nX-MBX-ECHO: {sent}\r\nContent-Length: 9999\r\n\r\n");
                Then::Answer(format!("{head}[{{\"{sent}").into_bytes())
            }),
            refused: format!("http://{refused}"),
            listed,
        }
    }
}

/// What a server knows of a request: its first line, and the key if there was one.
fn sent(line: &str) -> String {
    let key = if line.contains("signature=") { KEY } else { "" };
    format!("{line}, X-MBX-APIKEY: {key}")
}

/// The command lines of all processes.
fn list_of_processes() -> impl Iterator<Item = String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|words| String::from_utf8_lossy(&words).replace('\0', " "))
}

/// What is shown of a secret, if anything is.
fn leak(text: &str) -> Option<&'static str> {
    let pem = pem();
    let der = pem.lines().nth(1).unwrap();
    let raw = base64::engine::general_purpose::STANDARD.decode(der).unwrap();
    let seed = &raw[raw.len() - 32..];
    let forms = [
        ("the secret", SECRET.to_owned()),
        ("the start of the secret", SECRET[..32].to_owned()),
        ("the end of the secret", SECRET[32..].to_owned()),
        ("the secret in capitals", SECRET.to_uppercase()),
        ("the secret in hex", hex::encode(SECRET)),
        ("the secret in base64", base64::engine::general_purpose::STANDARD.encode(SECRET)),
        ("the API key", KEY.to_owned()),
        ("the private key", der[20..].to_owned()),
        ("the private key in hex", hex::encode(seed)),
    ];
    forms.into_iter().find(|(_, form)| text.contains(form)).map(|(name, _)| name)
}

/// Every file below a folder, but those that the test wrote and the profile that `config init` was asked to write.
fn files(folder: &Path, own: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, own, found);
        } else if !own.contains(&path.file_name().unwrap().to_str().unwrap()) {
            found.push(path);
        }
    }
}

const OWN: [&str; 6] = ["config.toml", "secret", "key", "key.pem", "pasted.txt", "give"];

fn run(stage: &Stage, servers: &Servers, words: &[&str], format: &str, loudness: &[&str]) -> Vec<String> {
    let mut place = Place {
        home: tempfile::tempdir().unwrap(),
        profile: format!("[profiles.main]\nenv = \"local\"\napi_key = \"{KEY}\"\n"),
        rest: String::new(),
        mode: 0o600,
        vars: Vec::new(),
    };
    place.file("secret", &format!("{SECRET}\n"));
    place.file("key", &format!("{KEY}\n"));
    let pasted = format!(
        "curl -H 'X-MBX-APIKEY: {KEY}' -H 'Secret: {SECRET}' 'https://api.binance.com/api/v3/account?secretKey={SECRET}&timestamp=1&signature={SECRET}'\n"
    );
    place.file("pasted.txt", &pasted);
    (stage.prepare)(&mut place, servers);
    let home = place.home.path().to_owned();
    let mut command = bnq("").command();
    command.current_dir(&home).env("HOME", &home);
    if !place.profile.is_empty() {
        fs::create_dir_all(home.join(".config/bnq")).unwrap();
        let config = home.join(".config/bnq/config.toml");
        write_private(&config, &format!("{}{}", place.profile, place.rest));
        fs::set_permissions(config, fs::Permissions::from_mode(place.mode)).unwrap();
        command.args(["--profile", "main"]);
    }
    command.args(["--retry-for", "0", "--timeout", "5", "--yes", "-o", format]).args(loudness).args(words);
    command.envs(place.vars.iter().map(|(name, value)| (name, value)));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A payload is printed on purpose, so what is to be signed holds no secret.
    let stdin = if words.contains(&"sign") { "symbol=ARKBTC" } else { &pasted };
    // One that reads none of it may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let mut shown = vec![
        ("stdout".to_owned(), String::from_utf8_lossy(&output.stdout).into_owned()),
        ("stderr".to_owned(), String::from_utf8_lossy(&output.stderr).into_owned()),
    ];
    let mut written = Vec::new();
    files(&home, &OWN, &mut written);
    shown.extend(written.iter().map(|path| {
        (path.display().to_string(), String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
    }));
    let told = shown.iter().filter_map(|(place, text)| Some((place, text, leak(text)?)));
    told.map(|(place, text, what)| {
        format!("{}, {words:?} -o {format} {loudness:?}: {what} in {place}:\n{text}", stage.name)
    })
    .collect()
}

/// Every command of the help, with its words, and the further lines.
fn lines() -> Vec<Vec<&'static str>> {
    let help = String::from_utf8(bnq("--help").command().output().unwrap().stdout).unwrap();
    let commands = help.split("\nCommands:\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    let commands: &'static str = commands.leak();
    let named: Vec<Vec<&str>> = commands
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| {
            let words = WORDS.iter().find(|(known, _)| *known == name).map_or(&[] as &[&str], |(_, w)| w);
            std::iter::once(name).chain(words.iter().copied()).collect()
        })
        .collect();
    for (name, _) in WORDS {
        assert!(named.iter().any(|words| words[0] == *name), "there is no command {name}: {named:?}");
    }
    named.into_iter().chain(LINES.iter().map(|words| words.to_vec())).collect()
}

/// Runs them, some at a time, and wants nothing shown.
fn sweep(runs: &[(&'static Stage, Vec<&'static str>, &'static str, &'static [&'static str])]) {
    let servers = Servers::start();
    let next = AtomicUsize::new(0);
    let leaks = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((stage, words, format, loudness)) =
                    runs.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    leaks.lock().unwrap().extend(run(stage, &servers, words, format, loudness));
                }
            });
        }
    });
    let leaks = leaks.into_inner().unwrap();
    assert!(leaks.is_empty(), "{} of {} runs:\n{}", leaks.len(), runs.len(), leaks.join("\n\n"));
    let listed = servers.listed.lock().unwrap();
    assert!(listed.is_empty(), "in the list of processes: {listed:?}");
}

/// Each command at each stage, each format at each stage, each loudness at each stage, and each format with each loudness.
#[test]
fn nothing_shows_a_secret_wherever_it_fails() {
    let mut runs = Vec::new();
    for (l, line) in lines().into_iter().enumerate() {
        for (s, stage) in STAGES.iter().enumerate() {
            let (format, loudness) =
                (FORMATS[(l + s) % FORMATS.len()], LOUDNESS[(l / 3 + s) % LOUDNESS.len()]);
            runs.push((stage, line.clone(), format, loudness));
        }
    }
    for stage in &STAGES[..2] {
        for format in FORMATS {
            runs.extend(LOUDNESS.map(|loudness| (stage, vec!["account"], format, loudness)));
        }
    }
    sweep(&runs);
}

#[test]
#[ignore = "takes minutes: all combinations of what the test above combines in pairs"]
fn nothing_shows_a_secret_in_any_combination() {
    let mut runs = Vec::new();
    for line in lines() {
        for stage in STAGES {
            for format in FORMATS {
                runs.extend(LOUDNESS.map(|loudness| (stage, line.clone(), format, loudness)));
            }
        }
    }
    sweep(&runs);
}
