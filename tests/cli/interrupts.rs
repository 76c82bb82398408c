//! Ctrl-C and SIGTERM, at every stage of a run.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::support::{Bnq, Scripted, Then, answer, bnq, installed, scripted, terminal};

const ORDER: &str =
    "new-order --symbol ARKBTC --side BUY --type LIMIT --time-in-force GTC --quantity 1 --price 0.1";
const SIGNALS: [(Signal, i32, i32); 2] = [(Signal::INT, 2, 130), (Signal::TERM, 15, 143)];
const LONG: Duration = Duration::from_secs(30);

/// A server that tells of each request when it has arrived whole, and then does as asked with it.
fn telling(then: impl Fn(usize, &str) -> Then + Send + 'static) -> (Scripted, Receiver<()>) {
    let (arrived, arrivals) = channel();
    let server = scripted(move |number, line| {
        let _ = arrived.send(());
        then(number, line)
    });
    (server, arrivals)
}

fn start(bnq: &Bnq) -> Child {
    bnq.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn kill(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Runs it, sends the signal when so many requests have arrived, and gives what it left behind.
fn interrupted(
    line: &str,
    then: impl Fn(usize, &str) -> Then + Send + 'static,
    requests: usize,
    signal: Signal,
) -> (Output, serde_json::Value) {
    let (server, arrivals) = telling(then);
    let bnq = bnq(&format!("-q --env local --errors json --base-url {} {line}", server.url));
    let child = start(&bnq);
    for _ in 0..requests {
        arrivals.recv_timeout(LONG).unwrap();
    }
    kill(&child, signal);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    let error: serde_json::Value =
        serde_json::from_str(said.trim_end()).unwrap_or_else(|e| panic!("{line}: {e}: {said}"));
    (output, error["error"].clone())
}

#[test]
fn a_change_under_way_is_unknown_and_can_be_settled() {
    for (signal, ..) in SIGNALS {
        let (output, error) = interrupted(ORDER, |_, _| Then::Hang, 1, signal);
        assert_eq!((output.status.code(), output.status.signal()), (Some(9), None), "{error}");
        assert_eq!((&error["kind"], &error["exit_code"]), (&"unknown".into(), &9.into()), "{error}");
        let (fix, id) = (error["fix"].as_str().unwrap(), error["client_order_id"].as_str().unwrap());
        assert!(fix.contains(&format!(" settle {id} --symbol ARKBTC --sent-at 1")), "{fix}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_answer_that_is_half_here_leaves_a_change_unknown() {
    let (server, arrivals) =
        telling(|_, _| Then::Begin(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec()));
    let bnq = bnq(&format!("--env local --base-url {} {ORDER}", server.url));
    let child = start(&bnq);
    arrivals.recv_timeout(LONG).unwrap();
    kill(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(9), "{output:?}");
}

#[test]
fn a_read_dies_of_the_signal() {
    for (signal, number, told) in SIGNALS {
        let (output, error) = interrupted("open-orders", |_, _| Then::Hang, 1, signal);
        assert_eq!((output.status.code(), output.status.signal()), (None, Some(number)), "{error}");
        assert_eq!((&error["kind"], &error["exit_code"]), (&"interrupted".into(), &told.into()), "{error}");
    }
}

#[test]
fn before_anything_is_sent_nothing_is_unknown() {
    for (signal, number, told) in SIGNALS {
        // A proxy that never opens the way: the request itself cannot have left.
        let (proxy, arrivals) = telling(|_, _| Then::Hang);
        let bnq = bnq(&format!("--errors json --yes {ORDER}")).keys().var("HTTPS_PROXY", &proxy.url);
        let child = start(&bnq);
        arrivals.recv_timeout(LONG).unwrap();
        kill(&child, signal);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.status.signal()), (None, Some(number)), "{said}");
        assert!(said.contains(&format!("\"exit_code\":{told},")), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        assert!(proxy.requests()[0].starts_with("CONNECT "), "{:?}", proxy.requests());
    }
}

fn missing(line: &str) -> Then {
    if line.contains("/api/v3/time") {
        // As if it had been sent in the year 2001: by this clock, the order can still arrive for a long time.
        return answer("200 OK", r#"{"serverTime":1000000000000}"#);
    }
    answer("400 Bad Request", r#"{"code":-2013,"msg":"Order does not exist."}"#)
}

#[test]
fn settle_is_a_read_while_it_waits() {
    for (signal, number, told) in SIGNALS {
        let line = "settle mine --symbol ARKBTC --sent-at 1000000000000";
        let (output, error) = interrupted(line, |_, line| missing(line), 3, signal);
        assert_eq!((output.status.code(), output.status.signal()), (None, Some(number)), "{error}");
        assert_eq!((&error["kind"], &error["exit_code"]), (&"interrupted".into(), &told.into()), "{error}");
        assert_eq!(error["client_order_id"], "mine");
        assert!(error["fix"].as_str().unwrap().contains(": bnq -q --env local "), "{error}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_change_that_is_being_settled_stays_unknown() {
    for (signal, ..) in SIGNALS {
        let then = |_, line: &str| if line.starts_with("POST") { Then::Close } else { missing(line) };
        let (output, error) = interrupted(&format!("--settle {ORDER}"), then, 3, signal);
        assert_eq!(output.status.code(), Some(9), "{error}");
        assert!(error["fix"].as_str().unwrap().contains(" settle bnq-"), "{error}");
    }
}

#[test]
fn a_second_signal_does_not_wait_for_the_words() {
    for (line, expected) in [(ORDER, (Some(9), None)), ("open-orders", (None, Some(2)))] {
        let (server, arrivals) = telling(|_, _| Then::Hang);
        let bnq = bnq(&format!("--env local --base-url {} {line}", server.url));
        // Nobody reads stderr, and it is full: the words of the first signal cannot get out.
        let (reader, writer) = std::io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        while rustix::io::write(&writer, &[b'.'; 4096]).is_ok() {}
        while rustix::io::write(&writer, b".").is_ok() {}
        rustix::io::ioctl_fionbio(&writer, false).unwrap();
        let mut child = bnq.command().stdout(Stdio::null()).stderr(writer).spawn().unwrap();
        arrivals.recv_timeout(LONG).unwrap();
        // Until it has ended: the second one that finds it busy with its words is what ends it.
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < LONG, "{line}: it waits for its words");
            kill(&child, Signal::INT);
            std::thread::yield_now();
        };
        assert_eq!((status.code(), status.signal()), expected, "{line}");
        drop(reader);
    }
}

#[test]
fn at_the_question_before_a_change_nothing_has_been_sent() {
    if !installed("setsid") {
        return;
    }
    for (signal, number, _) in SIGNALS {
        let (proxy, _) = telling(|_, _| Then::Hang);
        let (mut terminal, name) = terminal();
        let slave = || File::options().read(true).write(true).open(&name).unwrap();
        let bnq = bnq(ORDER).keys().var("HTTPS_PROXY", &proxy.url);
        let plain = bnq.command();
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(plain.get_program()).args(plain.get_args()).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(slave()).stdout(slave()).stderr(slave());
        let mut child = command.spawn().unwrap();
        drop(command);
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("Send it? [y/N]") {
            let mut some = [0; 256];
            let count = terminal.read(&mut some).unwrap();
            seen.extend_from_slice(&some[..count]);
        }
        if signal == Signal::INT {
            // As it comes from the keyboard.
            terminal.write_all(b"\x03").unwrap();
        } else {
            kill(&child, signal);
        }
        let status = child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (None, Some(number)));
        assert!(proxy.requests().is_empty(), "{:?}", proxy.requests());
    }
}

#[test]
fn an_interrupted_batch_tells_of_the_change_under_way() {
    let lines = "time\nnew-order symbol=ARKBTC side=BUY type=MARKET quantity=1\ntime\n";
    for (name, hangs, requests, code, printed) in
        [("a change", "POST", 2, Some(9), 2), ("a read", "GET", 1, None, 0)]
    {
        let (server, arrivals) =
            telling(move |_, line| if line.starts_with(hangs) { Then::Hang } else { answer("200 OK", "{}") });
        let bnq = bnq(&format!("-q --env local --timeout 1 --base-url {} batch lines", server.url))
            .file("lines", lines);
        let child = start(&bnq);
        for _ in 0..requests {
            arrivals.recv_timeout(LONG).unwrap();
        }
        kill(&child, Signal::INT);
        let output = child.wait_with_output().unwrap();
        let (said, shown) =
            (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
        assert_eq!((output.status.code(), shown.lines().count()), (code, printed), "{name}: {said}{shown}");
        assert!(said.contains("interrupted; 3 lines: "), "{name}: {said}");
        assert_eq!(shown.contains(" settle bnq-"), code == Some(9), "{name}: {shown}");
        assert_eq!(server.requests().len(), requests, "{name}");
    }
}
