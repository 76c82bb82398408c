//! Throws mutated requests at a running `bnq serve`, and tells of crashes, hangs and growth.
//!
//! `cargo run --release --example fuzz-serve -- --bnq target/release/bnq --seconds 60 [--seed 1]`
//!
//! Half of the requests are rightly signed ones with strange values, which reach the engine; half are bytes of such requests, mutated.
//! After each hundred the server has to answer a ping at once and be no larger than it may be. Exits with 1 if it was not; the last
//! requests are printed as Rust strings.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

mod mutation;

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use bnq::catalogue::{self, Endpoint, Method};
use bnq::practice::{API_KEY, secret_key};
use bnq::signing::{SigningKey, percent_encode};
use mutation::{Random, mutate};

/// The clock of the server stands still here.
const NOW_MS: &str = "1772323200000";
/// A ping that takes longer, also when it is sent again, is a hang.
const HANG: Duration = Duration::from_secs(5);
/// How much larger the server may get than it was after the first requests, in KiB.
const GROWTH_KIB: u64 = 64 * 1024;

const TOKENS: [&str; 40] = [
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\0",
    " ",
    "  ",
    "\t",
    "&",
    "&&",
    "=",
    "==",
    "?",
    "#",
    "%",
    "%0",
    "%00",
    "%2",
    "%25",
    "%ff",
    "+",
    "symbol=ARKBTC",
    "signature=",
    "timestamp=",
    "recvWindow=60000",
    "recvWindow=1e9",
    "GET ",
    "POST ",
    "HTTP/1.1",
    "HTTP/2.0",
    "Content-Length: 5\r\n",
    "Content-Length: -1\r\n",
    "Transfer-Encoding: chunked\r\n",
    "0\r\n\r\n",
    "ffffffff\r\n",
    "Expect: 100-continue\r\n",
    "Host: evil.example\r\n",
    "X-MBX-APIKEY: \r\n",
    "Accept-Encoding: gzip\r\n",
    "\u{202e}",
    "[\"ARKBTC\"]",
];

const VALUES: [&str; 36] = [
    "ARKBTC",
    "BTCUSDT",
    "arkbtc",
    "",
    "0",
    "1",
    "-1",
    "43292019",
    "99999999999999999999",
    "100",
    "0.1",
    "0.00000490",
    "1e8",
    "NaN",
    "340282366920938463463374607431768211456",
    "0.000000000000000000001",
    "999999999999.99999999",
    "BUY",
    "SELL",
    "LIMIT",
    "MARKET",
    "STOP_LOSS_LIMIT",
    "LIMIT_MAKER",
    "GTC",
    "FOK",
    "FULL",
    "STOP_ON_FAILURE",
    "true",
    "[\"ARKBTC\",\"BTCUSDT\"]",
    "[[[[[[[[",
    "{}",
    "1772323200000",
    "1m",
    "\u{202e}",
    "<script>",
    "practice-ark-limit-5",
];

/// A rightly signed request to an endpoint, with values that may or may not fit.
fn signed(endpoint: &Endpoint, random: &mut Random) -> Vec<u8> {
    let mut pairs = Vec::new();
    for parameter in endpoint.parameters().filter(|p| p.name() != "recvWindow") {
        if parameter.required() || random.below(3) == 0 {
            let listed: Vec<&str> = parameter.values().collect();
            let value = if random.below(4) > 0 { random.pick(&listed) } else { None }
                .or_else(|| random.pick(&VALUES));
            pairs.push(format!("{}={}", parameter.name(), percent_encode(value.unwrap_or(&""))));
        }
    }
    if endpoint.signed() {
        pairs.push(format!("timestamp={NOW_MS}"));
        let signature = SigningKey::Hmac(secret_key()).sign(pairs.join("&").as_bytes());
        pairs.extend(signature.ok().map(|s| format!("signature={}", s.as_str())));
    }
    let query = pairs.join("&");
    let in_body = endpoint.method() != Method::Get && random.below(2) == 0;
    let (target, body) = if in_body { (String::new(), query) } else { (format!("?{query}"), String::new()) };
    format!(
        "{} {}{target} HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: {API_KEY}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        endpoint.method(),
        endpoint.path(),
        body.len()
    )
    .into_bytes()
}

/// The server under test. It ends with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(bnq: &str) -> io::Result<Self> {
        let mut command = Command::new(bnq);
        command.args(["serve", "--port", "0", "--no-limits", "--fixed-time", NOW_MS]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line.trim().rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Self { child, address })
    }

    /// Sends bytes and reads what comes back, for as long as a hang is not one yet.
    fn exchange(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(HANG))?;
        stream.set_write_timeout(Some(HANG))?;
        // A server that has answered already may read no further.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(answer),
        }
    }

    fn serves(&self) -> bool {
        let ping = b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        (0..3).any(|_| self.exchange(ping).is_ok_and(|answer| answer.ends_with(b"{}")))
    }

    /// How much memory it has, in KiB.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
        line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is a finding of its own.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn option(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

fn main() -> ExitCode {
    let number = |name: &str, usual| option(name).and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (seconds, seed): (u64, u64) = (number("--seconds", 10), number("--seed", 1));
    let bnq = option("--bnq").unwrap_or_else(|| "target/release/bnq".to_owned());
    let server = match Server::start(&bnq) {
        Ok(server) => server,
        Err(error) => {
            println!("{bnq} cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut random = Random::new(seed);
    let endpoints: Vec<&Endpoint> = catalogue::endpoints().iter().collect();
    let spot: Vec<&Endpoint> = endpoints.iter().copied().filter(|e| e.path().starts_with("/api/")).collect();
    let corpus: Vec<Vec<u8>> = spot.iter().map(|e| signed(e, &mut random)).collect();
    let mut last: VecDeque<Vec<u8>> = VecDeque::new();
    let (begin, mut sent, mut before) = (Instant::now(), 0_u64, 0);
    let mut finding = None;
    while begin.elapsed() < Duration::from_secs(seconds) && finding.is_none() {
        let of = if random.below(4) == 0 { &endpoints } else { &spot };
        let mut request = random.pick(of).map(|e| signed(e, &mut random)).unwrap_or_default();
        if random.below(2) == 0 {
            for _ in 0..=random.below(4) {
                mutate(&mut request, &corpus, &TOKENS, &mut random);
            }
        }
        let outcome = server.exchange(&request);
        last.push_back(request);
        if last.len() > 100 {
            last.pop_front();
        }
        sent += 1;
        if let Err(error) = outcome {
            finding = Some(format!("no end of an answer: {error}"));
        } else if sent % 100 == 0 {
            let now = server.resident();
            if sent == 1000 {
                before = now;
            }
            if !server.serves() {
                finding = Some("it no longer answers".to_owned());
            } else if before > 0 && now > before + GROWTH_KIB {
                finding = Some(format!("it has grown from {before} to {now} KiB"));
            }
        }
    }
    println!(
        "{sent} requests; {before} KiB after the first thousand, {} KiB at the end; seed {seed}",
        server.resident()
    );
    let Some(finding) = finding else { return ExitCode::SUCCESS };
    println!("{finding}; the last requests:");
    for request in last {
        println!("{:?}", String::from_utf8_lossy(&request).chars().take(2000).collect::<String>());
    }
    ExitCode::FAILURE
}
