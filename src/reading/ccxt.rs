//! What ccxt prints with `verbose` on, in JavaScript (over several lines) and in Python (in one).

use super::{Draft, Fault, Form, literal, note, shown, url};

const BEGIN: &str = "fetch Request:";
const HEADERS: &str = "RequestHeaders:";
const BODY: &str = "RequestBody:";

/// Reads the first request; none if there is no such log in the text.
pub(super) fn read(text: &str) -> Option<Result<Draft, Fault>> {
    let at = text.find(BEGIN)?;
    let from = at + BEGIN.len();
    let end = text.get(from..)?.find(BEGIN).map_or(text.len(), |next| from + next);
    let others = text.get(end..).map_or(0, |rest| rest.matches(BEGIN).count());
    Some(one(text.get(..end)?, from).map(|mut draft| {
        if others > 0 {
            draft.unread.push(format!("{others} further requests of the log"));
        }
        draft
    }))
}

fn one(text: &str, from: usize) -> Result<Draft, Fault> {
    let rest = text.get(from..).unwrap_or_default();
    let headers_at = rest.find(HEADERS);
    let line = rest.get(..headers_at.unwrap_or(rest.len())).unwrap_or_default();
    let mut words = line.trim_start().splitn(3, ' ');
    let (_exchange, method) = (words.next(), words.next().unwrap_or_default());
    let sent = words.next().and_then(|url| url.lines().next()).unwrap_or_default().trim();
    if sent.is_empty() {
        return Err(Fault::new(from, "exchange, method and URL should follow here"));
    }
    let target = url::split(sent.as_bytes()).map_err(|what| Fault::new(from, what))?;
    let mut draft = Draft::new(Form::Ccxt, method, target);
    let Some(headers_at) = headers_at else {
        draft.unread.push("headers and body, which the log does not hold".to_owned());
        return Ok(draft);
    };
    let (headers, after) = literal::read(text.as_bytes(), from + headers_at + HEADERS.len())?;
    for (name, value) in members(headers) {
        match value {
            literal::Literal::Text(value) => draft.headers.push((name, value)),
            other if other.is_nothing() => {}
            _ => note(&mut draft.unread, || format!("{}: a header that is no text", shown(name.as_bytes()))),
        }
    }
    let tail = text.get(after..).unwrap_or_default();
    draft.body =
        tail.find(BODY).map(|at| body(tail.get(at + BODY.len()..).unwrap_or_default())).unwrap_or_default();
    Ok(draft)
}

fn members(value: literal::Literal) -> Vec<(String, literal::Literal)> {
    if let literal::Literal::Map(members) = value { members } else { Vec::new() }
}

/// The body stands on the line, in JavaScript on the next one and with a blank after it.
fn body(text: &str) -> Vec<u8> {
    let line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let (printed, nothing) = match text.trim_start_matches(' ').strip_prefix('\n') {
        Some(next) => {
            let printed = line(next.strip_prefix(' ').unwrap_or(next));
            (printed.strip_suffix(' ').unwrap_or(&printed).to_owned(), "undefined")
        }
        None => (line(text.strip_prefix(' ').unwrap_or(text)), "None"),
    };
    if printed == nothing { Vec::new() } else { printed.into_bytes() }
}
