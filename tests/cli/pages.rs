//! `--all`: every row of every page, once, in order, whatever happens to the pages.

use std::fs::{self, OpenOptions};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::support::{Bnq, Ran, Scripted, Then, answer, bnq, scripted};

/// The parameters of a request line.
pub fn parameter(line: &str, name: &str) -> Option<i64> {
    let query = line.split(' ').nth(1)?.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

/// Numbers that look random, and are the same in each run.
fn mixed(n: usize) -> usize {
    let mut x = n as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..3 {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    usize::try_from(x % 1_000_003).unwrap()
}

/// Rows with ids from 1 on; up to 900 of them have the same time.
pub fn trades(count: usize) -> Vec<(i64, String)> {
    let (mut time, mut left) = (1_700_000_000_000, 0);
    let mut rows = Vec::new();
    for id in 1..=count {
        if left == 0 {
            time += 1 + i64::try_from(mixed(id) % 1000).unwrap();
            left = if mixed(id + 7).is_multiple_of(3) { 1 + mixed(id + 1) % 900 } else { 1 };
        }
        left -= 1;
        rows.push((time, format!("{{\"id\":{id},\"price\":\"0.{id:06}00\",\"time\":{time}}}")));
    }
    rows
}

/// Serves rows by id (`fromId`), time (`startTime`, `endTime`), page or offset; `fault` may put something else in the place of
/// the answer to a request of this number.
fn serves(rows: Vec<(i64, String)>, fault: impl Fn(usize) -> Option<Then> + Send + 'static) -> Scripted {
    scripted(move |number, line| {
        if let Some(fault) = fault(number) {
            return fault;
        }
        let given = |name| parameter(line, name);
        let size = given("limit").or_else(|| given("size")).unwrap_or(500);
        let size = usize::try_from(size).unwrap();
        let at = |n: i64| usize::try_from(n).unwrap_or(0);
        let begin = if let Some(id) = given("fromId") {
            at(id - 1)
        } else if let Some(page) = given("current") {
            at(page - 1) * size
        } else if let Some(offset) = given("offset") {
            at(offset)
        } else {
            let from = given("startTime").unwrap_or(0);
            rows.partition_point(|(time, _)| *time < from)
        };
        let end = given("endTime").filter(|_| !line.contains("fromId")).unwrap_or(i64::MAX);
        let page: Vec<&str> = rows
            .iter()
            .skip(begin)
            .take(size)
            .filter(|(time, _)| *time <= end)
            .map(|(_, row)| row.as_str())
            .collect();
        let list = format!("[{}]", page.join(","));
        let body = if line.contains("current=") { format!("{{\"total\":9,\"rows\":{list}}}") } else { list };
        answer("200 OK", &body)
    })
}

/// One request in eight goes wrong, each in another way.
fn faulty(number: usize) -> Option<Then> {
    match mixed(number) % 40 {
        0 => Some(answer("503 Service Unavailable", "")),
        1 => Some(Then::Close),
        2 => Some(Then::Reset),
        3 => Some(Then::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n[{\"id\":1,".to_vec())),
        4 => Some(answer("502 Bad Gateway", "<html>bad gateway</html>")),
        _ => None,
    }
}

pub fn all(server: &Scripted, line: &str) -> Ran {
    all_of(server, line).run()
}

pub fn all_of(server: &Scripted, line: &str) -> Bnq {
    bnq(&format!("-q --env local --base-url {} {line} --all", server.url))
}

pub fn texts(rows: &[(i64, String)]) -> Vec<&str> {
    rows.iter().map(|(_, row)| row.as_str()).collect()
}

#[test]
fn a_hundred_thousand_rows_come_once_and_in_order_through_faults() {
    let rows = trades(100_000);
    let cases = [
        "historical-trades --symbol BTCUSDT -o jsonl",
        "my-trades --symbol BTCUSDT --start-time 1699900000000 -o jsonl",
        "futures income --start-time 1699900000000 --limit 1000 -o jsonl",
    ];
    for line in cases {
        let server = serves(rows.clone(), faulty);
        let ran = all(&server, line).exits(0);
        let printed: Vec<&str> = ran.stdout.lines().collect();
        let first = printed.iter().zip(texts(&rows)).position(|(a, b)| *a != b);
        assert_eq!((printed.len(), first), (rows.len(), None), "{line}");
    }
}

#[test]
fn rows_stream_in_every_format() {
    let rows = trades(2_500);
    let server = serves(rows.clone(), |_| None);
    let line = "historical-trades --symbol BTCUSDT";
    let whole: Value = serde_json::from_str(&format!("[{}]", texts(&rows).join(","))).unwrap();
    for format in ["json", "compact", "raw"] {
        assert_eq!(all(&server, &format!("{line} -o {format}")).exits(0).json(), whole, "{format}");
    }
    let csv = all(&server, &format!("{line} -o csv --fields id,price")).exits(0).stdout;
    let mut lines = csv.lines();
    assert_eq!(lines.next().unwrap(), "id,price");
    assert!(lines.enumerate().all(|(i, l)| l == format!("{},0.{:06}00", i + 1, i + 1)), "{csv}");
    assert_eq!(csv.lines().count(), 2_501);
    let table = all(&server, &format!("{line} -o table")).exits(0).stdout;
    assert!(table.contains("0.00000100") && table.contains("0.00250000"), "{table}");
    let fields = all(&server, &format!("{line} -o jsonl --fields id")).exits(0).stdout;
    assert!(fields.lines().enumerate().all(|(i, l)| l == format!("{{\"id\":{}}}", i + 1)));
    let none = serves(Vec::new(), |_| None);
    assert_eq!(all(&none, line).exits(0).json(), Value::Array(Vec::new()));
}

#[test]
fn pages_are_followed_by_each_kind_of_place() {
    let rows = trades(1_050);
    let last = rows[700].0;
    let upto = rows.iter().filter(|(time, _)| *time <= last).count();
    // A line, and how many rows it brings of those that there are.
    let cases = [
        ("wallet transfer --type MAIN_UMFUTURE --size 100".to_owned(), 0, 1_050),
        ("wallet deposit-history --limit 100".to_owned(), 0, 1_050),
        ("wallet deposit-history --limit 100 --offset 30".to_owned(), 30, 1_050),
        ("historical-trades --symbol X --from-id 41 --limit 7".to_owned(), 40, 1_050),
        (format!("my-trades --symbol X --start-time 1700000000000 --end-time {last}"), 0, upto),
        (format!("futures income --start-time 1700000000000 --end-time {last} --limit 1000"), 0, upto),
        (format!("my-trades --symbol X --start-time {}", rows[1_049].0 + 1), 0, 0),
    ];
    for (line, from, to) in cases {
        let server = serves(rows.clone(), |_| None);
        let ran = all(&server, &format!("{line} -o jsonl")).exits(0);
        let printed: Vec<&str> = ran.stdout.lines().collect();
        assert!(printed == texts(&rows)[from..to], "{line}: {} rows", printed.len());
    }
}

#[test]
fn what_cannot_be_followed_is_said() {
    let same: Vec<(i64, String)> =
        (0..50).map(|i| (1_700_000_000_000, format!("{{\"tranId\":{i},\"time\":1700000000000}}"))).collect();
    let falling = trades(20).into_iter().rev().collect();
    let cases = [
        (same, "futures income --limit 10 --start-time 1600000000000", 1, "rows have the time 1700000000000"),
        (falling, "historical-trades --symbol X", 1, "the pages do not follow each other"),
        (Vec::new(), "klines --symbol X --interval 1m", 2, "it is not said where the pages begin"),
        (vec![(0, "{}".to_owned())], "historical-trades --symbol X", 8, "a row has no whole number `id`"),
        (Vec::new(), "historical-trades --symbol X --resume r", 2, "only lines can be gone on with"),
        (Vec::new(), "historical-trades --symbol X --watch 5s", 2, "pages are followed once"),
        (Vec::new(), "open-orders", 2, "unexpected argument '--all'"),
    ];
    for (rows, line, code, message) in cases {
        let server = serves(rows, |_| None);
        all(&server, line).exits(code).says(message);
    }
}

#[test]
fn no_rows_are_null_and_a_page_without_them_is_none() {
    let trades = "convert trade-flow --start-time 1700000000000 --end-time 1700000001000";
    let cases = [
        (trades, "{\"list\":null}", None),
        (trades, "{\"list\":[]}", None),
        (trades, "{\"rows\":[]}", Some("the answer is no page of rows: it has no `list`")),
        ("rebate tax-query", "{\"data\":null}", None),
        ("rebate tax-query", "{\"data\":{}}", Some("it has no `data`")),
        ("stocks tokenized-history", "{}", Some("it has no `rows`")),
        (trades, "[]", Some("the answer is no page of rows: ")),
    ];
    for (line, body, message) in cases {
        let server = scripted(move |_, _| answer("200 OK", body));
        let ran = all(&server, &format!("{line} -o jsonl")).prints_nothing();
        assert_eq!(ran.code, Some(if message.is_some() { 8 } else { 0 }), "{line}, {body}: {ran:?}");
        ran.says(message.unwrap_or_default());
    }
}

/// Runs it with stdout appended to a file.
fn append(server: &Scripted, line: &str, resume: &Path, output: &Path) -> Option<i32> {
    let bnq = bnq(&format!("-q --env local --base-url {} {line} --all --resume", server.url))
        .arg(resume.to_str().unwrap());
    let file = OpenOptions::new().create(true).append(true).open(output).unwrap();
    bnq.command().stdin(Stdio::null()).stdout(file).stderr(Stdio::null()).status().unwrap().code()
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let rows = trades(5_000);
    let lines = [
        "historical-trades --symbol X -o jsonl --retry-for 0 --limit 500",
        "futures income --start-time 1600000000000 --limit 1000 -o jsonl --retry-for 0",
        "historical-trades --symbol X -o csv --retry-for 0 --limit 500",
    ];
    for line in lines {
        // Every fourth request fails for good.
        let server = serves(rows.clone(), |n| (n % 4 == 3).then(|| answer("503 Service Unavailable", "")));
        let folder = tempfile::tempdir().unwrap();
        let (resume, output) = (folder.path().join("resume"), folder.path().join("rows"));
        let mut runs = 0;
        while append(&server, line, &resume, &output) != Some(0) {
            runs += 1;
            assert!(runs < 20, "{line}");
            // What was written and not noted is written again.
            let mut text = fs::read(&output).unwrap();
            text.extend(b"{\"id\":1,\"pri");
            fs::write(&output, text).unwrap();
        }
        assert!(runs > 1, "{line}");
        let text = fs::read_to_string(&output).unwrap();
        let printed: Vec<&str> = text.lines().collect();
        if line.contains("csv") {
            assert_eq!((printed.len(), printed[0]), (5_001, "id,price,time"), "{line}");
            assert!(
                printed.iter().skip(1).enumerate().all(|(i, l)| l.starts_with(&format!("{},", i + 1))),
                "{line}"
            );
        } else {
            assert!(printed == texts(&rows), "{line}: {} rows", printed.len());
        }
        assert_eq!(append(&server, line, &resume, &output), Some(0), "{line}");
        assert_eq!(fs::read_to_string(&output).unwrap(), text, "{line}: it is over");
        fs::write(&output, "").unwrap();
        assert_eq!(append(&server, line, &resume, &output), Some(2), "{line}");
        let other = line.replace("--limit", "recvWindow=4000 --limit").replace("--symbol X", "--symbol Y");
        let other = other.replace("1600000000000", "1600000000001");
        assert_eq!(append(&server, &other, &resume, &output), Some(3), "{line}");
    }
}

/// Ctrl-C while the third page is asked for.
#[test]
fn a_run_ended_by_ctrl_c_goes_on_where_it_was() {
    for format in ["jsonl", "csv"] {
        let rows = trades(2_000);
        let pid = Arc::new(Mutex::new(None));
        let of_child = Arc::clone(&pid);
        let server = serves(rows, move |number| {
            let child: Option<u32> = if number == 2 { of_child.lock().unwrap().take() } else { None };
            let ended = Command::new("kill").args(["-INT", &child?.to_string()]).status().unwrap();
            assert!(ended.success());
            Some(Then::Close)
        });
        let folder = tempfile::tempdir().unwrap();
        let (resume, output) = (folder.path().join("resume"), folder.path().join("rows"));
        let line = format!("historical-trades --symbol X -o {format} --limit 500");
        {
            // Held until the child is known, which no request comes before.
            let mut known = pid.lock().unwrap();
            let run = bnq(&format!("-q --env local --base-url {} {line} --all --resume", server.url))
                .arg(resume.to_str().unwrap());
            let file = OpenOptions::new().create(true).append(true).open(&output).unwrap();
            let mut child = run.command().stdin(Stdio::null()).stdout(file).spawn().unwrap();
            *known = Some(child.id());
            drop(known);
            assert_eq!(child.wait().unwrap().signal(), Some(2), "{format}");
        }
        let first = fs::read_to_string(&output).unwrap().lines().count();
        assert!((1_000..1_002).contains(&first), "{format}: {first} rows");
        assert_eq!(append(&server, &line, &resume, &output), Some(0), "{format}");
        let text = fs::read_to_string(&output).unwrap();
        let ids: Vec<&str> = text.lines().filter(|line| *line != "id,price,time").collect();
        let id = |i: usize| if format == "csv" { format!("{i},") } else { format!("{{\"id\":{i},") };
        assert_eq!(ids.len(), 2_000, "{format}");
        assert!(ids.iter().zip(1..).all(|(row, i)| row.starts_with(&id(i))), "{format}");
    }
}
