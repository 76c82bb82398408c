//! Every fault in every kind of request, with and without further tries: what it exits with, what reached the server, and
//! how often it was carried out. `docs/reliability.md` has the table.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType};

use super::support::{Then, answer, bnq, reset};

/// What goes wrong with the first request. Whatever comes after it is answered.
enum Fault {
    /// Nobody listens, until the client says that it tries again.
    Refused,
    /// The connection is reset before a byte of the request is read. Sooner than its first byte arrives, and the client may
    /// or may not have begun to send: it says which.
    ResetBefore,
    /// The connection is reset with half of the request read.
    ResetWithin,
    /// The request is carried out, and then this happens.
    Executed(fn() -> Then),
    /// The request is not carried out, and answered so.
    NotExecuted(fn() -> Then),
}

const FAULTS: [(&str, Fault); 12] = [
    ("connection refused", Fault::Refused),
    ("reset before the request", Fault::ResetBefore),
    ("reset in the middle of it", Fault::ResetWithin),
    ("reset after executing", Fault::Executed(|| Then::Reset)),
    ("no answer", Fault::Executed(|| Then::Hang)),
    (
        "half an answer",
        Fault::Executed(|| {
            Then::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"orderId\":1,".to_vec())
        }),
    ),
    ("502", Fault::Executed(|| answer("502 Bad Gateway", "<html>bad gateway</html>"))),
    (
        "503",
        Fault::Executed(|| {
            let text = "Unknown error, please check your request or try again later.";
            answer("503 Service Unavailable", &format!(r#"{{"code":-1000,"msg":"{text}"}}"#))
        }),
    ),
    ("504", Fault::Executed(|| answer("504 Gateway Timeout", "<html>gateway timeout</html>"))),
    (
        "-1007",
        Fault::Executed(|| {
            let text = "Timeout waiting for response from backend server. Send status unknown; execution status unknown.";
            answer("408 Request Timeout", &format!(r#"{{"code":-1007,"msg":"{text}"}}"#))
        }),
    ),
    ("429", Fault::NotExecuted(|| held("429 Too Many Requests", 1))),
    ("418", Fault::NotExecuted(|| held("418 I'm a teapot", 120))),
];

fn held(status: &str, seconds: u32) -> Then {
    let body = r#"{"code":-1003,"msg":"Too much request weight used; current limit is 6000."}"#;
    let length = body.len();
    Then::Answer(
        format!("HTTP/1.1 {status}\r\nRetry-After: {seconds}\r\nContent-Length: {length}\r\n\r\n{body}")
            .into_bytes(),
    )
}

struct Request {
    name: &'static str,
    line: &'static str,
    changes: bool,
    /// The parameter that names it, which the message about an unknown outcome has to give.
    id: &'static str,
}

const REQUESTS: [Request; 4] = [
    Request { name: "read", line: "open-orders", changes: false, id: "" },
    Request {
        name: "order",
        line: "new-order --symbol ARKBTC --side BUY --type MARKET --quantity 1",
        changes: true,
        id: "newClientOrderId=",
    },
    Request {
        name: "cancel",
        line: "cancel-order --symbol ARKBTC --order-id 17",
        changes: true,
        id: "orderId=",
    },
    Request {
        name: "withdrawal",
        line: "wallet withdraw --coin BTC --address 1BoatSLRHtKNngkdXEeobR76b53LETtpyT --amount 0.5",
        changes: true,
        id: "withdrawOrderId=",
    },
];

/// With further tries, as is usual, and without.
const RETRIES: [&str; 2] = ["", "--retry-for 0"];

/// The answer to a request that nothing happens to.
const ANSWER: &str = r#"{"orderId":17}"#;

/// The last request of each cell, by which the server knows that all before it have been dealt with.
const END: &[u8] = b"GET /end HTTP/1.1\r\n\r\n";

/// A port that nobody listens on yet, and that nobody else can take.
struct Port {
    socket: std::os::fd::OwnedFd,
    address: SocketAddr,
}

impl Port {
    fn new() -> Self {
        let socket =
            rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .unwrap();
        rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = rustix::net::getsockname(&socket).unwrap().try_into().unwrap();
        Self { socket, address }
    }

    fn listen(&self) -> TcpListener {
        rustix::net::listen(&self.socket, 16).unwrap();
        self.socket.try_clone().unwrap().into()
    }
}

/// What the server saw of one cell.
#[derive(Default)]
struct Seen {
    arrived: Vec<String>,
    executed: usize,
}

/// Answers until the request that ends a cell.
fn serve(listener: &TcpListener, fault: &Fault) -> Seen {
    let mut seen = Seen::default();
    let mut open = Vec::new();
    let mut faulty = !matches!(fault, Fault::Refused);
    for stream in listener.incoming().map_while(Result::ok) {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let first = std::mem::take(&mut faulty);
        match fault {
            Fault::ResetBefore if first => {
                stream.peek(&mut [0]).unwrap();
                reset(&stream);
                continue;
            }
            Fault::ResetWithin if first => {
                (&stream).read_exact(&mut [0; 60]).unwrap();
                reset(&stream);
                continue;
            }
            _ => {}
        }
        let Some(request) = super::support::read_request(&stream) else { continue };
        if request.as_bytes() == END {
            return seen;
        }
        seen.arrived.push(request);
        let then = match fault {
            Fault::NotExecuted(then) if first => then(),
            Fault::Executed(then) if first => {
                seen.executed += 1;
                then()
            }
            _ => {
                seen.executed += 1;
                answer("200 OK", ANSWER)
            }
        };
        match then {
            Then::Answer(bytes) => (&stream).write_all(&bytes).unwrap(),
            Then::Reset => reset(&stream),
            Then::Close => {}
            Then::Hang => open.push(stream),
            Then::Begin(bytes) => {
                (&stream).write_all(&bytes).unwrap();
                open.push(stream);
            }
        }
    }
    seen
}

/// A cell of the table: exit code, requests that reached the server whole, how often it was carried out.
fn cell(fault: &Fault, request: &Request, retry: &str, name: &str) -> (i32, usize, usize) {
    let port = Port::new();
    let url = format!("http://{}", port.address);
    let bnq =
        bnq(&format!("--env local --base-url {url} --timeout 4 --yes {retry} {} -o compact", request.line));
    let listener = (!matches!(fault, Fault::Refused)).then(|| port.listen());
    let mut child =
        bnq.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (code, stdout, stderr, seen) = thread::scope(|scope| {
        let mut server = listener.map(|listener| scope.spawn(move || serve(&listener, fault)));
        let mut stderr = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        while lines.read_line(&mut stderr).unwrap() > 0 {
            if server.is_none() && stderr.contains("; try 2 in ") {
                let listener = port.listen();
                server = Some(scope.spawn(move || serve(&listener, fault)));
            }
        }
        let output = child.wait_with_output().unwrap();
        // Whatever came before is in the queue before this.
        let server = server.unwrap_or_else(|| {
            let listener = port.listen();
            scope.spawn(move || serve(&listener, fault))
        });
        TcpStream::connect(port.address).unwrap().write_all(END).unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), stderr, server.join().unwrap())
    });
    let told = format!("{name}: exit {code:?}, stdout {stdout:?}, stderr {stderr:?}");
    let code = code.unwrap_or_else(|| panic!("{told}"));
    judge(request, code, &stdout, &stderr, &seen, &told);
    (code, seen.arrived.len(), seen.executed)
}

/// What has to hold whatever the fault was.
fn judge(request: &Request, code: i32, stdout: &str, stderr: &str, seen: &Seen, told: &str) {
    let executed = seen.executed;
    // Success is an answer, and an answer is success.
    assert_eq!(code == 0, stdout == format!("{ANSWER}\n"), "{told}");
    assert!(code == 0 || stdout.is_empty(), "{told}");
    if !request.changes {
        assert!(matches!(code, 0 | 6 | 8), "{told}");
        assert!(code != 0 || executed > 0, "{told}");
        return;
    }
    assert!(seen.arrived.len() <= 1 && executed <= 1, "{told}: sent twice: {:?}", seen.arrived);
    assert!(!stderr.contains("; try 2 in "), "{told}");
    match code {
        0 => assert_eq!(executed, 1, "{told}"),
        // These say that nothing was done.
        6 | 8 => assert_eq!(executed, 0, "{told}"),
        9 => {
            let named = seen.arrived.first().and_then(|line| line.split(request.id).nth(1));
            let named = named.map_or("", |rest| rest.split(['&', ' ']).next().unwrap_or_default());
            let fix = stderr.lines().find(|line| line.starts_with("fix:")).unwrap_or_default();
            assert!(fix.contains("bnq ") && fix.contains(named), "{told}: {named}");
        }
        _ => panic!("{told}"),
    }
}

/// All cells, some at a time, a row a fault.
fn measured() -> Vec<Vec<(i32, usize, usize)>> {
    let columns: Vec<_> = REQUESTS.iter().flat_map(|r| RETRIES.map(|retry| (r, retry))).collect();
    let next = AtomicUsize::new(0);
    let table = Mutex::new(vec![vec![(0, 0, 0); columns.len()]; FAULTS.len()]);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    let (row, column) = (n / columns.len(), n % columns.len());
                    let Some((name, fault)) = FAULTS.get(row) else { return };
                    let (request, retry) = columns[column];
                    let name = format!("{name}, {} {retry}", request.name);
                    let cell = cell(fault, request, retry, &name);
                    table.lock().unwrap()[row][column] = cell;
                }
            });
        }
    });
    table.into_inner().unwrap()
}

/// The table as it stands in the page.
fn written(table: &[Vec<(i32, usize, usize)>]) -> String {
    let mut text = String::from("| the first request meets |");
    for request in &REQUESTS {
        write!(text, " {} | without tries |", request.name).unwrap();
    }
    text += &format!("\n|{}\n", " --- |".repeat(1 + 2 * REQUESTS.len()));
    for ((name, _), row) in FAULTS.iter().zip(table) {
        write!(text, "| {name} |").unwrap();
        for (code, arrived, executed) in row {
            write!(text, " {code} · {arrived} · {executed} |").unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn no_fault_executes_a_change_twice_or_is_told_wrongly() {
    let table = written(&measured());
    println!("{table}");
    let page = include_str!("../../docs/reliability.md");
    assert!(page.contains(&table), "docs/reliability.md has another table than was measured:\n{table}");
}
