//! Whole processes side by side, alternating in one run: `cargo bench --bench compare`. Needs curl, openssl, jq and bash.
//!
//! Prints ratios of medians. Nothing here is a gate: figures depend on the machine, ratios less so.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program of its own that prints figures"
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

const BNQ: &str = env!("CARGO_BIN_EXE_bnq");
/// The key pair printed in the exchange's documentation.
const KEY: &str = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
const SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

fn main() {
    let exchange = Exchange::start();
    signed_query(&exchange.url);
    shell_script(&exchange.url);
    large_answer();
    start_up();
}

/// `bnq serve`, ended when dropped.
struct Exchange {
    child: Child,
    url: String,
}

impl Exchange {
    fn start() -> Self {
        let mut child = Command::new(BNQ)
            .args(["serve", "--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("bnq serve starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("its first line");
        let url = line.trim().trim_start_matches("listening on ").to_owned();
        Self { child, url }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signed_query(url: &str) {
    let mut target = signed_url(url);
    let mut runs = 0;
    let (ours, theirs) = alternate(
        200,
        || time(bnq(url, &["-o", "raw", "open-orders", "--symbol", "ARKBTC"])),
        || {
            runs += 1;
            if runs % 20 == 0 {
                target = signed_url(url);
            }
            let header = format!("X-MBX-APIKEY: {KEY}");
            time(command("curl", &["-sf", "-H", &header, &target]))
        },
    );
    report("one signed query: bnq / curl with a URL signed beforehand", ours, theirs, "at most 0.45");
}

fn shell_script(url: &str) {
    let script = format!(
        "q=\"symbol=ARKBTC&recvWindow=60000&timestamp=$(date +%s%3N)\"; \
         s=$(printf %s \"$q\" | openssl dgst -sha256 -hmac {SECRET} | sed 's/^.*= //'); \
         curl -sf -H 'X-MBX-APIKEY: {KEY}' \"{url}/api/v3/openOrders?$q&signature=$s\" | jq ."
    );
    let (ours, theirs) = alternate(
        100,
        || time(bnq(url, &["open-orders", "--symbol", "ARKBTC"])),
        || time(command("bash", &["-c", &script])),
    );
    report("one signed query: bnq / bash with curl, openssl and jq", ours, theirs, "at most 0.12");
}

fn large_answer() {
    let body = exchange_info_like(15_000_000);
    let url = serve_forever(body);
    let page = format!("{url}/api/v3/exchangeInfo");
    let pipeline = format!("curl -s {page} | jq .");
    let mut ours_memory = 0;
    let mut theirs_memory = 0;
    let (ours, theirs) = alternate(
        7,
        || watched(bnq(&url, &["exchange-info"]), "bnq", &mut ours_memory),
        || watched(command("bash", &["-c", &pipeline]), "jq", &mut theirs_memory),
    );
    report("a 15 MB answer, pretty-printed: bnq / curl | jq .", ours, theirs, "at most 0.10");
    println!("    peak memory: bnq {ours_memory} KiB, jq {theirs_memory} KiB");
}

fn start_up() {
    let (ours, theirs) =
        alternate(500, || time(command(BNQ, &["--version"])), || time(command("/bin/true", &[])));
    report("bnq --version / true", ours, theirs, "no goal");
}

fn bnq(url: &str, args: &[&str]) -> Command {
    let mut all = vec!["--env", "local", "--base-url", url];
    all.extend(args);
    command(BNQ, &all)
}

fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn signed_url(url: &str) -> String {
    let args = ["--dry-run", "--recv-window", "60000", "open-orders", "--symbol", "ARKBTC"];
    let output = bnq(url, &args).stdout(Stdio::piped()).output().expect("bnq --dry-run");
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_whitespace().nth(1).expect("a URL").to_owned()
}

/// Runs both in turn, `times` times after a warm-up, and gives the medians.
fn alternate(
    times: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> (Duration, Duration) {
    ours();
    theirs();
    let (mut a, mut b): (Vec<_>, Vec<_>) = (0..times).map(|_| (ours(), theirs())).unzip();
    a.sort_unstable();
    b.sort_unstable();
    (a[times / 2], b[times / 2])
}

fn time(mut command: Command) -> Duration {
    let start = Instant::now();
    let status = command.status().expect("it starts");
    let elapsed = start.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    elapsed
}

/// Runs the command and samples the memory of the process called `name`, its own or a child's, each millisecond.
fn watched(mut command: Command, name: &str, peak_kib: &mut u64) -> Duration {
    let start = Instant::now();
    let mut child = command.spawn().expect("it starts");
    while child.try_wait().expect("it can be waited for").is_none() {
        *peak_kib = (*peak_kib).max(peak_of(child.id(), name));
        thread::sleep(Duration::from_millis(1));
    }
    start.elapsed()
}

fn peak_of(pid: u32, name: &str) -> u64 {
    let own = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field =
        |key: &str| own.lines().find_map(|l| l.strip_prefix(key)).unwrap_or_default().trim().to_owned();
    if field("Name:") == name {
        return field("VmHWM:").trim_end_matches(" kB").parse().unwrap_or(0);
    }
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    children.split_whitespace().filter_map(|c| c.parse().ok()).map(|c| peak_of(c, name)).max().unwrap_or(0)
}

fn report(what: &str, ours: Duration, theirs: Duration, goal: &str) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{what}");
    println!("    {ratio:.3} ({ours:.2?} / {theirs:.2?}), goal: {goal}");
}

/// Symbols with filters, as in the exchange's own answer, until `size` bytes are reached.
fn exchange_info_like(size: usize) -> Vec<u8> {
    let mut text = String::from(r#"{"timezone":"UTC","serverTime":1499827319559,"symbols":["#);
    for i in 0.. {
        let _ = write!(
            text,
            r#"{{"symbol":"S{i}USDT","status":"TRADING","baseAsset":"S{i}","baseAssetPrecision":8,"quoteAsset":"USDT","orderTypes":["LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS_LIMIT"],"icebergAllowed":true,"filters":[{{"filterType":"PRICE_FILTER","minPrice":"0.00000100","maxPrice":"922327.00000000","tickSize":"0.00000100"}},{{"filterType":"LOT_SIZE","minQty":"0.00100000","maxQty":"100000.00000000","stepSize":"0.00100000"}}],"permissions":[],"permissionSets":[["SPOT","MARGIN"]]}}"#
        );
        if text.len() >= size {
            break;
        }
        text.push(',');
    }
    (text + "]}").into_bytes()
}

/// Answers every request with the same body.
fn serve_forever(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    url
}
