//! What Python's `http.client` prints with a debug level, and urllib3 as its log, by itself or below requests.

use super::literal::{self, Literal};
use super::{Draft, Fault, Form, Scheme, http, url};

const SEND: &str = "send: ";

/// Reads the first request; none if there is no such log in the text.
pub(super) fn read(text: &str) -> Option<Result<Draft, Fault>> {
    sent(text)
        .or_else(|| logged(text).next().map(|line| line.draft()).map(|draft| draft.map(|d| note(text, d))))
}

fn note(text: &str, mut draft: Draft) -> Draft {
    draft.unread.push("headers and body, which this log does not hold".to_owned());
    others(logged(text).count().saturating_sub(1), &mut draft);
    draft
}

fn others(count: usize, draft: &mut Draft) {
    if count > 0 {
        draft.unread.push(format!("{count} further requests of the log"));
    }
}

/// The places of what was sent, each a literal of bytes.
fn sends(text: &str) -> impl Iterator<Item = usize> {
    let places = text.match_indices(SEND).map(|(at, _)| at + SEND.len());
    places.filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with("b'") || rest.starts_with("b\"")))
}

/// The head is sent by itself and the body after it, until the answer; what a proxy is told is no request to the
/// exchange.
fn sent(text: &str) -> Option<Result<Draft, Fault>> {
    let (mut bytes, mut begin, mut end, mut count) = (Vec::new(), None, 0, 0);
    let mut answered = false;
    for at in sends(text) {
        if at < end {
            // It stands in a text that was sent.
            continue;
        }
        let (part, after) = match literal::read(text.as_bytes(), at) {
            Ok((Literal::Text(part), after)) => (part, after),
            Ok((_, after)) => (Vec::new(), after),
            Err(fault) if begin.is_none() => return Some(Err(fault)),
            Err(_) => break,
        };
        let head = part.windows(8).any(|w| w == b" HTTP/1.") && !part.starts_with(b"CONNECT ");
        count += usize::from(head);
        answered |= begin.is_some() && text.get(end..at).is_some_and(|between| between.contains("reply: "));
        if count == 1 && (head || begin.is_some() && !answered) {
            begin = begin.or(Some(at));
            bytes.extend(part);
        }
        end = after;
    }
    let begin = begin?;
    let read = http::parse(&bytes, 0).map_err(|fault| Fault { at: begin, ..fault });
    Some(read.map(|mut draft| {
        draft.form = Form::Requests;
        draft.target.scheme = draft.target.scheme.or_else(|| scheme(text));
        others(count - 1, &mut draft);
        draft
    }))
}

/// The scheme, from urllib3's lines.
fn scheme(text: &str) -> Option<Scheme> {
    let logged = logged(text).next().map(|line| line.scheme);
    let starting = || {
        let https = text.contains("Starting new HTTPS connection");
        let http = text.contains("Starting new HTTP connection");
        if https { Some(Scheme::Https) } else { http.then_some(Scheme::Http) }
    };
    logged.or_else(starting)
}

/// `https://api.binance.com:443 "GET /api/v3/time HTTP/1.1" 200 62`
struct Logged<'a> {
    at: usize,
    scheme: Scheme,
    host: &'a str,
    method: &'a str,
    target: &'a str,
}

fn logged(text: &str) -> impl Iterator<Item = Logged<'_>> {
    text.match_indices("://").filter_map(|(at, _)| {
        let before = text.get(..at)?;
        let scheme = if before.ends_with("https") {
            Scheme::Https
        } else if before.ends_with("http") {
            Scheme::Http
        } else {
            return None;
        };
        let (host, request) = text.get(at + 3..)?.split_once([' ', '/', '\n'])?;
        // urllib3 encodes quotes, so the next one ends the request line.
        let (line, _) = request.strip_prefix('"')?.split_once('"')?;
        let (method, rest) = line.split_once(' ')?;
        let (target, _) = rest.rsplit_once(" HTTP/")?;
        let plain = method.bytes().all(|b| b.is_ascii_uppercase());
        // urllib3 always writes the port.
        let port = if scheme == Scheme::Https { ":443" } else { ":80" };
        let host = host.strip_suffix(port).unwrap_or(host);
        (plain && target.starts_with('/')).then_some(Logged { at, scheme, host, method, target })
    })
}

impl Logged<'_> {
    fn draft(&self) -> Result<Draft, Fault> {
        let mut target = url::split(self.target.as_bytes()).map_err(|what| Fault::new(self.at, what))?;
        target.scheme = Some(self.scheme);
        target.host = Some(self.host.to_owned());
        Ok(Draft::new(Form::Requests, self.method, target))
    }
}
