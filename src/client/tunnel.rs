use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ProxyProblem;
use super::http::USER_AGENT;
use super::origin::with_port;
use super::proxy::Proxy;
use super::wire::Stream;

/// More than any proxy answers to CONNECT.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Asks an HTTP proxy to connect to `host:port`. Afterwards the stream leads there.
pub(super) fn connect(
    stream: &mut Box<dyn Stream>,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> Result<(), ProxyProblem> {
    let target = with_port(host, port);
    let authorization = proxy.credentials.as_ref().map_or_else(String::new, |(user, password)| {
        let pair = [user.as_slice(), b":", password.as_slice()].concat();
        format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair))
    });
    let request = format!(
        "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {USER_AGENT}\r\n{authorization}\r\n"
    );
    stream.write_all(request.as_bytes()).map_err(ProxyProblem::Unreachable)?;
    stream.flush().map_err(ProxyProblem::Unreachable)?;
    match status(&read_head(stream)?) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(ProxyProblem::Credentials),
        Some(status) => Err(ProxyProblem::Status(status)),
        None => Err(ProxyProblem::NotAProxy),
    }
}

/// Reads up to the empty line and not a byte further: what follows belongs to the tunnel.
fn read_head(stream: &mut Box<dyn Stream>) -> Result<Vec<u8>, ProxyProblem> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(ProxyProblem::Unreachable)?;
        head.extend(byte);
        if head.len() > LONGEST_ANSWER || !b"HTTP/1.".iter().zip(&head).all(|(a, b)| a == b) {
            return Err(ProxyProblem::NotAProxy);
        }
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|b| *b == b'\r').next()?).ok()?;
    line.split(' ').nth(1)?.parse().ok()
}
