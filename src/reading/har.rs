//! HTTP archives. Source: "HTTP Archive (HAR) format", W3C Web Performance Working Group, 2012.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Draft, Fault, Form, shown, url};
use crate::catalogue;

/// Reads a HAR file, an entry, or the request of an entry; none if the JSON is something else. Of a whole file the first
/// entry that goes to a path as the exchange has them is read.
pub(super) fn read(text: &str, at: usize) -> Option<Result<Draft, Fault>> {
    let value: Value = match serde_json::from_str(text.trim()) {
        Ok(value) => value,
        Err(error) => return broken(text, at, &error),
    };
    let entries = value.pointer("/log/entries").or(Some(&value)).and_then(Value::as_array);
    if let Some(entries) = entries {
        let requests = entries.iter().filter_map(|entry| entry.get("request"));
        let known: BTreeSet<_> = catalogue::endpoints().iter().filter_map(|e| area(e.path())).collect();
        let mut fitting = requests.filter(|request| goes_to_one_of(request, &known));
        let Some(first) = fitting.next() else {
            let none = !entries.is_empty() && entries.iter().all(|entry| entry.get("request").is_none());
            return (!none)
                .then(|| Err(Fault::new(at, "no entry of this HAR goes to a path of the exchange")));
        };
        let others = fitting.count();
        return Some(draft(first, at).map(|mut draft| {
            if others > 0 {
                draft.unread.push(format!("{others} further requests to the exchange"));
            }
            draft
        }));
    }
    let request = value.get("request").unwrap_or(&value);
    let listed = request.get("headers").is_some_and(Value::is_array);
    let ours = listed || request.get("postData").is_some() || request.get("httpVersion").is_some();
    (request.get("url").is_some() && ours).then(|| draft(request, at))
}

/// Only what shows itself as a HAR file is said to be broken.
fn broken(text: &str, at: usize, error: &serde_json::Error) -> Option<Result<Draft, Fault>> {
    let archive = ["\"log\"", "\"entries\"", "\"request\""].iter().all(|name| text.contains(name));
    let line =
        text.trim().split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let what = format!("the HAR is no JSON here: {error}");
    archive.then(|| Err(Fault::new((at + line + error.column()).saturating_sub(1), what)))
}

/// The first part of a path: `api`, `sapi`, `fapi`, ...
fn area(path: &str) -> Option<&str> {
    path.split('/').nth(1)
}

fn goes_to_one_of(request: &Value, areas: &BTreeSet<&str>) -> bool {
    let url = request.get("url").and_then(Value::as_str).unwrap_or_default();
    url::split(url.as_bytes()).is_ok_and(|target| area(&target.path).is_some_and(|area| areas.contains(area)))
}

fn draft(request: &Value, at: usize) -> Result<Draft, Fault> {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let target = text("url").ok_or_else(|| Fault::new(at, "the request of this HAR has no url"))?;
    let target = url::split(target.as_bytes()).map_err(|what| Fault::new(at, what))?;
    let mut draft = Draft::new(Form::Har, text("method").unwrap_or("GET"), target);
    let headers = request.get("headers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    draft.headers = headers.iter().filter_map(header).filter(|(name, _)| !name.starts_with(':')).collect();
    if let Some(posted) = request.get("postData") {
        match posted.get("text").and_then(Value::as_str) {
            Some(body) => draft.body = body.as_bytes().to_vec(),
            None => draft
                .unread
                .push("postData: it holds no text, and how its params were encoded is not told".to_owned()),
        }
        if let Some(encoding) = posted.get("encoding").and_then(Value::as_str) {
            draft.unread.push(format!("postData: its text is encoded as {}", shown(encoding.as_bytes())));
        }
    } else if let Some(body) = text("body") {
        draft.body = body.as_bytes().to_vec();
    }
    Ok(draft)
}

/// `{"name": …, "value": …}`, or a pair.
fn header(value: &Value) -> Option<(String, Vec<u8>)> {
    let name = value.get("name").or_else(|| value.get(0))?.as_str()?;
    let text = value.get("value").or_else(|| value.get(1))?.as_str()?;
    Some((name.to_owned(), text.as_bytes().to_vec()))
}
