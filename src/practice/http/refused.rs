//! Requests that hyper refuses or gives up before anybody here sees them. It answers 400, 414 or 431 with an empty body.

use crate::practice::exchange::Reason;

/// Method and target of a request line, as far as they can be told.
pub(super) fn split(line: &[u8]) -> (String, Vec<u8>) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut words = line.splitn(2, |b| *b == b' ');
    let word = |bytes: Option<&[u8]>| bytes.filter(|b| !b.is_empty()).unwrap_or(b"-").to_vec();
    let method = String::from_utf8_lossy(&word(words.next())).into_owned();
    let rest = word(words.next());
    let target =
        [&b" HTTP/1.1"[..], b" HTTP/1.0"].iter().find_map(|v| rest.strip_suffix(*v)).unwrap_or(&rest);
    (method, target.to_vec())
}

/// The status that hyper has answered with, and why; `None` if nothing worth a line has happened.
pub(super) fn reason(error: &hyper::Error, line: &[u8]) -> Option<(Option<u16>, Reason)> {
    let (status, cause, fix) = if error.is_parse() {
        unreadable(error, line)
    } else if line.is_empty() {
        // An idle connection that was closed, by either side.
        return None;
    } else if error.is_timeout() {
        (None, "the headers did not arrive in time".to_owned(), "end them with an empty line")
    } else if error.is_incomplete_message() {
        (
            None,
            "the connection was closed in the middle of a request".to_owned(),
            "send all of it before closing",
        )
    } else {
        return None;
    };
    Some((status, Reason { cause, fix: fix.to_owned(), ..Reason::default() }))
}

type Texts = (Option<u16>, String, &'static str);

fn unreadable(error: &hyper::Error, line: &[u8]) -> Texts {
    let words = line.split(|b| *b == b' ').count();
    let control = |b: &u8| *b != b'\r' && b.is_ascii_control();
    if error.is_parse_too_large() {
        let (status, what) = if error.to_string().contains("URI") { (414, "target") } else { (431, "head") };
        let cause = format!("the {what} of the request is too large");
        return (Some(status), cause, "send less in the address and the headers");
    }
    // The first byte of a TLS record that opens a connection.
    if line.first() == Some(&0x16) {
        let cause = "the connection began with TLS".to_owned();
        return (Some(400), cause, "send plain HTTP/1.1, to `http://` and not `https://`");
    }
    if words > 3 {
        let cause = "there is a space in the path or query".to_owned();
        return (Some(400), cause, "percent-encode it as `%20`");
    }
    if line.iter().any(control) {
        let cause = "there is a control character in the path or query".to_owned();
        return (Some(400), cause, "percent-encode it, or take it out");
    }
    (
        Some(400),
        format!("this is no HTTP/1.1 request ({error})"),
        "send HTTP/1.1, each header on a line of its own",
    )
}
