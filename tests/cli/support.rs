//! Runs the real binary in an environment of its own, against real servers on loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, thread};

use rustix::pty::OpenptFlags;

/// The key pair printed in the exchange's documentation.
pub const KEY: &str = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
pub const SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

/// A command line of `bnq` under construction, with an empty home and nothing of the caller's environment.
pub struct Bnq {
    home: tempfile::TempDir,
    args: Vec<String>,
    vars: Vec<(String, String)>,
    stdin: Option<Vec<u8>>,
}

/// `bnq` with the words of `line`, which are split at spaces.
pub fn bnq(line: &str) -> Bnq {
    Bnq {
        home: tempfile::tempdir().unwrap(),
        args: line.split_whitespace().map(str::to_owned).collect(),
        vars: Vec::new(),
        stdin: None,
    }
}

impl Bnq {
    /// Adds one argument as it stands.
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Sets a variable.
    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the key pair by variables.
    pub fn keys(self) -> Self {
        self.var("BINANCE_API_KEY", KEY).var("BINANCE_SECRET_KEY", SECRET)
    }

    /// Gives standard input; without it, stdin is an open pipe that nobody writes to.
    pub fn stdin(mut self, bytes: &[u8]) -> Self {
        self.stdin = Some(bytes.to_vec());
        self
    }

    /// Writes the config file, readable by its owner alone.
    pub fn config(self, text: &str) -> Self {
        let folder = self.home.path().join(".config/bnq");
        fs::create_dir_all(&folder).unwrap();
        write_private(&folder.join("config.toml"), text);
        self
    }

    /// A file in the home folder, readable by its owner alone.
    pub fn file(self, name: &str, text: &str) -> Self {
        write_private(&self.home.path().join(name), text);
        self
    }

    pub fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bnq"));
        command.args(&self.args).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        for (name, value) in &self.vars {
            command.env(name, value);
        }
        command
    }

    /// Runs it to its end.
    pub fn run(self) -> Ran {
        let mut command = self.command();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        if let Some(bytes) = &self.stdin {
            // The child may end before it has read all of it.
            let _ = stdin.write_all(bytes);
            drop(stdin);
        } else {
            // Kept open until the child has ended: a program that reads it would hang.
            let output = child.wait_with_output().unwrap();
            drop(stdin);
            return Ran::from(output);
        }
        Ran::from(child.wait_with_output().unwrap())
    }
}

/// Whether a program that a test needs is there. The gate installs them all, and there a missing one is a failure.
pub fn installed(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "{program} is not installed");
    there
}

/// A terminal: the side of who sits at it, and the name of the side that a program is given.
pub fn terminal() -> (fs::File, String) {
    let master = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let name = rustix::pty::ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    (fs::File::from(master), name)
}

pub fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// This machine's clock, in milliseconds.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let ran = Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "the secret leaked: {ran:?}");
        assert!(!ran.stdout.contains(KEY) && !ran.stderr.contains(KEY), "the key leaked: {ran:?}");
        ran
    }
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Asserts that stderr has this text in it.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "stderr lacks {text:?}:\n{}", self.stderr);
        self
    }

    /// Asserts that nothing went to stdout.
    #[track_caller]
    pub fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "{}", self.stderr);
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The failure on stderr as `--errors json` gives it: the last line. Those before are notes.
    #[track_caller]
    pub fn error(&self) -> serde_json::Value {
        let lines: Vec<serde_json::Value> = self.stderr_lines();
        let (last, notes) = lines.split_last().unwrap_or_else(|| panic!("nothing was said: {self:?}"));
        assert!(notes.iter().all(|note| note["error"].is_null()), "{self:?}");
        last["error"].clone()
    }

    /// Each line of stderr, an object under `--errors json`.
    #[track_caller]
    pub fn stderr_lines(&self) -> Vec<serde_json::Value> {
        let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        self.stderr.lines().map(object).collect()
    }
}

/// A server that answers every request in the same way and keeps what it received.
pub struct Scripted {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// What a scripted server does with a connection once a whole request has arrived.
#[derive(Clone)]
pub enum Then {
    /// Sends these bytes and closes.
    Answer(Vec<u8>),
    /// Closes without a byte.
    Close,
    /// Resets the connection.
    Reset,
    /// Says nothing and keeps the connection open.
    Hang,
    /// Sends these bytes and keeps the connection open.
    Begin(Vec<u8>),
}

/// A whole answer with this status and body.
pub fn answer(status: &str, body: &str) -> Then {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Then::Answer((head + body).into_bytes())
}

/// Starts a server on loopback; `then` is asked with the number of the request, from 0 on, and its first line.
pub fn scripted(then: impl Fn(usize, &str) -> Then + Send + 'static) -> Scripted {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&requests);
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming().map_while(Result::ok) {
            let Some(request) = read_request(&stream) else { continue };
            let number = kept.lock().unwrap().len();
            let line = request.lines().next().unwrap_or_default().to_owned();
            kept.lock().unwrap().push(request);
            match then(number, &line) {
                Then::Answer(bytes) => {
                    let _ = (&stream).write_all(&bytes);
                }
                Then::Close => {}
                Then::Reset => reset(&stream),
                Then::Hang => open.push(stream),
                Then::Begin(bytes) => {
                    let _ = (&stream).write_all(&bytes);
                    open.push(stream);
                }
            }
        }
    });
    Scripted { url, requests }
}

impl Scripted {
    /// The requests received so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub fn read_request(stream: &TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .find_map(|l| {
            l.to_ascii_lowercase().strip_prefix("content-length:").map(|v| v.trim().parse().unwrap())
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).ok()?)
}

/// Lets the connection be reset when it is dropped.
pub fn reset(stream: &TcpStream) {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
}

/// A running `bnq serve`, ended when dropped.
pub struct Serve {
    child: Child,
    pub url: String,
    log: Arc<Mutex<String>>,
}

/// Starts `bnq serve` on a free port.
pub fn serve() -> Serve {
    serve_with("")
}

/// The same with further words for `bnq serve`.
pub fn serve_with(words: &str) -> Serve {
    serve_words(words, &[] as &[&str])
}

/// The same with rules for faults.
pub fn serve_rules(rules: &[impl AsRef<str>]) -> Serve {
    serve_words("", rules)
}

/// The same with words and rules.
pub fn serve_words(words: &str, rules: &[impl AsRef<str>]) -> Serve {
    start_serve(words, rules).0
}

/// The same with the control endpoint; gives its token too.
pub fn serve_with_control() -> (Serve, String) {
    let (server, mut stdout) = start_serve("--control", &[] as &[&str]);
    let mut second = String::new();
    stdout.read_line(&mut second).unwrap();
    let before = format!("control: POST {}/bnq/faults with X-Bnq-Token: ", server.url);
    let token = second.trim_end().strip_prefix(&before).unwrap_or_else(|| panic!("{second:?}")).to_owned();
    (server, token)
}

fn start_serve(words: &str, rules: &[impl AsRef<str>]) -> (Serve, BufReader<ChildStdout>) {
    let command = bnq(&format!("serve --port 0 {words}"));
    let command = rules.iter().fold(command, |c, rule| c.arg("--fault").arg(rule.as_ref()));
    Serve::started(command.command())
}

impl Serve {
    /// Starts a command that runs `bnq serve`.
    pub fn of(command: Command) -> Self {
        Self::started(command).0
    }

    /// The same, with what else it prints on stdout.
    fn started(mut command: Command) -> (Self, BufReader<ChildStdout>) {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        let url =
            first.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{first:?}")).to_owned();
        let log = Arc::new(Mutex::new(String::new()));
        let (kept, stderr) = (Arc::clone(&log), child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        (Self { child, url, log }, stdout)
    }

    /// Waits until the log has this text in it.
    #[track_caller]
    pub fn logs(&self, text: &str) {
        for _ in 0..500 {
            if self.log.lock().unwrap().contains(text) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the log lacks {text:?}:\n{}", self.log.lock().unwrap());
    }

    /// The log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The answer to a GET without a key.
    pub fn raw_get(&self, target: &str) -> String {
        let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        self.raw(head.as_bytes())
    }

    /// Sends bytes on a connection of their own and gives all that comes back.
    pub fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
