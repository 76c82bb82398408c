//! Reads requests that people paste: curl lines, raw HTTP, URLs, HAR files and the logs of other clients.
//!
//! It is text: nothing in it is run, expanded, opened or connected to. Bytes are kept as the client would send them, or
//! the very mistakes to be found would be mended. Of curl's own headers only those that follow from its options are
//! there (`Content-Type`, `Authorization`, ...), not `Host`, `User-Agent`, `Accept` and `Content-Length`.

mod axios;
mod ccxt;
mod cmd;
mod command;
mod curl;
mod har;
mod http;
mod literal;
mod options;
mod place;
mod python;
mod shell;
mod url;

use std::fmt;

use crate::diagnose::{ReceivedRequest, Scheme};

pub use place::ReadError;
use place::{Fault, note, shown};

/// Longer texts are refused: no request is that long, and every reader keeps what it reads in memory.
const LONGEST: usize = 1 << 20;

/// More words of a command or headers than these are refused, so that a long text of tiny ones is done with quickly.
const MOST_PARTS: usize = 4096;

const TOO_MANY: &str = "there are more than 4096 words or headers; paste one request";

const TOO_LONG: &str = "the text is longer than 1 MiB; paste one request of it";

/// What the request was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A curl command line, of a Unix shell or of cmd.exe.
    Curl,
    /// A raw HTTP request, or the headers as a browser shows them.
    Http,
    /// A URL or a path.
    Url,
    /// An HTTP archive, or one entry or request of it.
    Har,
    /// What axios or follow-redirects print.
    Axios,
    /// What requests, urllib3 and `http.client` of Python print.
    Requests,
    /// What ccxt prints when it is verbose.
    Ccxt,
}

/// A request as it was read.
#[derive(Clone)]
pub struct Reading {
    /// The request, byte for byte as the client would send it.
    pub request: ReceivedRequest,
    /// The scheme; none where the text does not tell it.
    pub scheme: Option<Scheme>,
    /// `host[:port]` of the URL, else the `Host` header; none where the text does not tell it.
    pub host: Option<String>,
    /// What the text was.
    pub form: Form,
    /// What an unquoted `&`, `;` or `|` cut off the command, as it stands from that character on. The request is what
    /// was left, as the shell would do it. A pipe or a second command that stands apart is no cut but an unread part.
    pub cut: Option<String>,
    /// Parts that are text only, each a phrase for people: `@file`, `$NAME`, further URLs and the like. Control
    /// characters in them are escaped.
    pub unread: Vec<String>,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was cut off and not read can hold a key.
        f.debug_struct("Reading")
            .field("request", &self.request)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// What a reader made of a text, before the host is settled.
struct Draft {
    form: Form,
    method: String,
    target: url::Target,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    cut: Option<String>,
    unread: Vec<String>,
}

impl Draft {
    fn new(form: Form, method: &str, target: url::Target) -> Self {
        let method = method.to_owned();
        Self { form, method, target, headers: Vec::new(), body: Vec::new(), cut: None, unread: Vec::new() }
    }

    fn finish(self) -> Reading {
        let Self { form, method, target, headers, body, cut, unread } = self;
        let url::Target { scheme, host, path, query, .. } = target;
        let request = ReceivedRequest { method, path, query, headers, body };
        let named = || request.header("host").map(|value| String::from_utf8_lossy(value).into_owned());
        let host = host.or_else(named);
        Reading { request, scheme, host, form, cut, unread }
    }
}

/// Reads a request; what it is written as is told from the text.
///
/// # Errors
/// [`ReadError`] if no request is found in it, or the one found cannot be read.
pub fn read(text: &str) -> Result<Reading, ReadError> {
    bounded(text.len(), 0).map_err(|fault| fault.placed(text))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    recognise(text).map(Draft::finish).map_err(|fault| fault.placed(text))
}

/// Reads curl's own arguments, already split by the shell and without the word `curl`.
///
/// # Errors
/// [`ReadError`] if there is no URL or an option lacks its value. Its column counts in the arguments joined by spaces.
pub fn read_curl(args: &[String]) -> Result<Reading, ReadError> {
    let text = args.join(" ");
    bounded(text.len(), args.len()).map_err(|fault| fault.placed(&text))?;
    let mut at = 0;
    let mut words = Vec::with_capacity(args.len());
    for arg in args {
        words.push(command::Word { text: arg.as_bytes().to_vec(), at });
        at += arg.len() + 1;
    }
    let read = curl::read(&words, at.saturating_sub(1));
    read.map(Draft::finish).map_err(|fault| fault.placed(&text))
}

/// Reads a URL, or a path such as `/api/v3/order?…`, with what curl's `-X`, `-H` and `-d` would say about it.
///
/// # Errors
/// [`ReadError`] if the URL is none that HTTP could be spoken to. Its column counts in the URL.
pub fn read_url(
    url: &str,
    method: Option<&str>,
    headers: &[String],
    data: &[String],
) -> Result<Reading, ReadError> {
    let all = headers.iter().chain(data).map(String::len).sum::<usize>();
    bounded(url.len().saturating_add(all), headers.len() + data.len()).map_err(|fault| fault.placed(url))?;
    let options = curl::Arguments::of_url(url, method, headers, data);
    let draft = options.draft(0).map(|draft| Draft { form: Form::Url, ..draft });
    draft.map(Draft::finish).map_err(|fault| fault.placed(url))
}

fn bounded(length: usize, parts: usize) -> Result<(), Fault> {
    let what = if length > LONGEST { TOO_LONG } else { TOO_MANY };
    if length > LONGEST || parts > MOST_PARTS { Err(Fault::new(0, what)) } else { Ok(()) }
}

/// Tries the forms, those first that cannot be mistaken for another.
fn recognise(text: &str) -> Result<Draft, Fault> {
    let start = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Fault::new(0, "there is no text"));
    }
    if trimmed.starts_with(['{', '[']) {
        let json = har::read(text, start);
        if let Some(result) = json.or_else(|| axios::read(text)) {
            return result;
        }
    }
    if let Some(found) = command::find(text).filter(|found| found.sure && found.at <= start + 256) {
        return command::read(text, &found);
    }
    if http::starts(trimmed) {
        return http::read(text, start);
    }
    let logs = ccxt::read(text).or_else(|| python::read(text)).or_else(|| axios::read(text));
    if let Some(result) = logs {
        return result;
    }
    if !trimmed.contains(['\n', '\r']) && url::looks_like_one(unquoted(trimmed)) {
        return curl::Arguments::of_url(unquoted(trimmed), None, &[], &[])
            .draft(start)
            .map(|draft| Draft { form: Form::Url, ..draft });
    }
    if let Some(found) = command::find(text) {
        return command::read(text, &found);
    }
    http::search(text).unwrap_or_else(|| Err(nothing(text, start)))
}

/// A URL is often pasted with the quotes of the code around it.
fn unquoted(text: &str) -> &str {
    let inner = [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.unwrap_or(text).trim()
}

fn nothing(text: &str, start: usize) -> Fault {
    let line = text.get(start..).and_then(|t| t.lines().next()).unwrap_or_default();
    let what = format!(
        "no request found, the text begins with {}; it can be a curl line, raw HTTP, a URL, a HAR entry, or the log of \
         axios, requests or ccxt",
        shown(line.as_bytes())
    );
    Fault::new(start, what)
}

#[cfg(test)]
mod tests;
