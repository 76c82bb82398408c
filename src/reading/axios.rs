//! What axios prints: its config, an `AxiosError` with the config in it, and the options that follow-redirects logs.

use super::literal::{self, Literal};
use super::{Draft, Fault, Form, http, note, shown, url};

/// So many objects are tried; a text with more is something else.
const MOST: usize = 8;

/// Node.js takes no more by far.
const MOST_HEADERS: usize = 256;

const REDIRECTS: &str = "follow-redirects options {";

/// Reads the request; none if there is nothing of axios in the text.
pub(super) fn read(text: &str) -> Option<Result<Draft, Fault>> {
    let config = config(text);
    let mut read = match (wire(text), config) {
        (Some(Ok(wire)), Ok(Some(config))) => Some(with_body(wire, &config)),
        (Some(wire), _) => Some(wire),
        (None, Ok(Some(config))) => Some(of_config(&config)),
        (None, Err(fault)) => Some(Err(fault)),
        (None, Ok(None)) => redirects(text),
    };
    if read.is_none() {
        let at = text.find("AxiosError")?;
        read = Some(Err(Fault::new(at, "axios did not print the request here; print the error's `config`")));
    }
    let errors = text.matches("isAxiosError: true").count().max(text.matches(REDIRECTS).count());
    read.map(|read| {
        read.map(|mut draft| {
            if errors > 1 {
                draft.unread.push(format!("{} further requests of the log", errors - 1));
            }
            Draft { form: Form::Axios, ..draft }
        })
    })
}

/// The head that Node.js wrote, which it keeps as `_header`.
fn wire(text: &str) -> Option<Result<Draft, Fault>> {
    let at = text.find("_header: '")?;
    let (value, _) = literal::read(text.as_bytes(), at + "_header: ".len()).ok()?;
    Some(http::parse(value.text()?, 0).map_err(|fault| Fault { at, ..fault }))
}

fn with_body(mut wire: Draft, config: &Literal) -> Result<Draft, Fault> {
    let printed = of_config(config)?;
    wire.target.scheme = printed.target.scheme;
    wire.target.host = printed.target.host;
    wire.body = printed.body;
    // How the query was made is known from what was sent.
    let body = printed.unread.into_iter().filter(|part| part.starts_with(DATA));
    wire.unread.extend(body);
    Ok(wire)
}

/// The config: after its name, or the text itself. An object that does not end is a fault only if it is the first.
fn config(text: &str) -> Result<Option<Literal>, Fault> {
    let named = text.match_indices("config").filter_map(|(at, name)| {
        let after = text.get(at + name.len()..)?;
        let value = after.strip_prefix('"').unwrap_or(after).strip_prefix(':')?;
        Some(text.len() - value.len())
    });
    let itself =
        text.find(['{', '[']).filter(|at| text.get(..*at).is_some_and(|before| before.lines().count() <= 2));
    let mut first = None;
    for at in named.take(MOST).chain(itself) {
        match literal::read(text.as_bytes(), at) {
            Ok((value, _)) => {
                let inner = value.get("config").cloned();
                if let Some(found) = [Some(value), inner].into_iter().flatten().find(is_config) {
                    return Ok(Some(found));
                }
            }
            Err(fault) => first = first.or(Some(fault)),
        }
    }
    let ours = ["xsrfCookieName", "transformRequest", "AxiosError"].iter().any(|name| text.contains(name));
    first.filter(|_| ours).map_or(Ok(None), Err)
}

fn is_config(value: &Literal) -> bool {
    let has = |name: &str| value.get(name).is_some();
    (has("url") || has("baseURL")) && (has("method") || has("headers") || has("params"))
}

fn word<'a>(config: &'a Literal, name: &str) -> Option<&'a str> {
    config.get(name)?.text().and_then(|text| std::str::from_utf8(text).ok())
}

fn of_config(config: &Literal) -> Result<Draft, Fault> {
    let mut unread = Vec::new();
    let full = full_url(word(config, "baseURL"), word(config, "url").unwrap_or_default());
    let mut target = url::split(full.as_bytes()).map_err(|what| Fault::new(0, what))?;
    if let Some(params) = config.get("params") {
        let added = parameters(params, &mut unread);
        if !target.query.is_empty() && !added.is_empty() {
            target.query.push(b'&');
        }
        target.query.extend(added.into_bytes());
    }
    let method = word(config, "method").unwrap_or("get").to_ascii_uppercase();
    let mut draft = Draft::new(Form::Axios, &method, target);
    headers(config, &method.to_ascii_lowercase(), &mut draft.headers, &mut unread);
    draft.body = config.get("data").map(|data| body(data, &mut unread)).unwrap_or_default();
    draft.unread = unread;
    Ok(draft)
}

/// As axios joins them: a URL with a scheme stands by itself.
fn full_url(base: Option<&str>, url: &str) -> String {
    let absolute = url.split_once("//").is_some_and(|(scheme, _)| scheme.is_empty() || scheme.ends_with(':'));
    let base = base.filter(|base| !base.is_empty() && !absolute);
    match base {
        Some(base) if url.is_empty() => base.to_owned(),
        Some(base) => format!("{}/{}", base.trim_end_matches('/'), url.trim_start_matches('/')),
        None if absolute || url.starts_with('/') => url.to_owned(),
        None => format!("/{url}"),
    }
}

/// The query that axios makes of `params`; what is not printed in full is noted.
fn parameters(params: &Literal, unread: &mut Vec<String>) -> String {
    let members = match params {
        Literal::Map(members) => members,
        other => {
            if !other.is_nothing() {
                unread.push("params: they are not printed as an object".to_owned());
            }
            return String::new();
        }
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        let listed: &[Literal] =
            if let Literal::List(items) = value { items } else { std::slice::from_ref(value) };
        let suffix = if matches!(value, Literal::List(_)) { "[]" } else { "" };
        if !suffix.is_empty() {
            note(unread, || format!("params.{}: newer versions of axios encode the `[]`", name.trim()));
        }
        for item in listed.iter().filter(|item| !item.is_nothing()) {
            let text = match item {
                Literal::Text(text) => text.as_slice(),
                Literal::Bare(word) if !word.starts_with('[') => word.as_bytes(),
                _ => {
                    note(unread, || format!("params.{}: it is not printed in full", name.trim()));
                    continue;
                }
            };
            pairs.push(format!("{}{suffix}={}", encode(name.as_bytes()), encode(text)));
        }
    }
    pairs.join("&")
}

/// axios's encoding of a parameter. Source: `lib/helpers/buildURL.js` of axios 1.
fn encode(text: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => encoded.push('+'),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' | b':' | b'$' | b',' => {
                encoded.push(char::from(*byte));
            }
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(*byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Old versions print the defaults of all methods, of each method, and of the request as objects in one another.
fn headers(config: &Literal, method: &str, list: &mut Vec<(String, Vec<u8>)>, unread: &mut Vec<String>) {
    let Some(printed @ Literal::Map(own)) = config.get("headers") else {
        if config.get("headers").is_some_and(|headers| !headers.is_nothing()) {
            unread.push("headers: they are not printed in full".to_owned());
        }
        return;
    };
    let inner = ["common", method].into_iter().filter_map(|name| printed.get(name));
    for (name, value) in inner.chain([printed]).filter_map(members).flatten().take(MOST_HEADERS) {
        let value = match value {
            Literal::Text(text) => text.clone(),
            Literal::Bare(word) if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() => {
                word.clone().into_bytes()
            }
            _ => continue,
        };
        list.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        list.push((name.clone(), value));
    }
    if own.is_empty() {
        unread.push("headers: none are printed".to_owned());
    }
}

fn members(value: &Literal) -> Option<&[(String, Literal)]> {
    if let Literal::Map(members) = value { Some(members) } else { None }
}

/// How notes on the body begin.
const DATA: &str = "data: ";

fn body(data: &Literal, unread: &mut Vec<String>) -> Vec<u8> {
    match data {
        Literal::Text(text) => text.clone(),
        nothing if nothing.is_nothing() => Vec::new(),
        Literal::Bare(word) => {
            unread.push(format!("{DATA}{} is not printed in full", shown(word.as_bytes())));
            Vec::new()
        }
        object => {
            unread.push(format!(
                "{DATA}it is printed as an object; as axios sends it by default it stands here, as JSON"
            ));
            json(object).into_bytes()
        }
    }
}

fn json(value: &Literal) -> String {
    let quoted = |text: &[u8]| serde_json::Value::from(String::from_utf8_lossy(text)).to_string();
    match value {
        Literal::Text(text) => quoted(text),
        Literal::Bare(word) => word.clone(),
        Literal::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Literal::Map(members) => {
            let given = members.iter().filter(|(_, value)| *value != Literal::Bare("undefined".to_owned()));
            let pairs = given.map(|(name, value)| format!("{}:{}", quoted(name.as_bytes()), json(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
    }
}

/// The options that follow-redirects logs when `DEBUG` says so.
fn redirects(text: &str) -> Option<Result<Draft, Fault>> {
    let at = text.find(REDIRECTS)? + REDIRECTS.len() - 1;
    let options = match literal::read(text.as_bytes(), at) {
        Ok((options, _)) => options,
        Err(fault) => return Some(Err(fault)),
    };
    let protocol = word(&options, "protocol").unwrap_or_default();
    let host = word(&options, "hostname").or(word(&options, "host")).unwrap_or_default();
    let port = word(&options, "port").filter(|port| !port.is_empty()).map(|port| format!(":{port}"));
    let path = word(&options, "path").unwrap_or("/");
    let full = format!("{protocol}//{host}{}{path}", port.unwrap_or_default());
    let full = if protocol.is_empty() || host.is_empty() { path } else { &full };
    let target = url::split(full.as_bytes()).map_err(|what| Fault::new(at, what));
    Some(target.map(|target| {
        let method = word(&options, "method").unwrap_or("GET");
        let mut draft = Draft::new(Form::Axios, method, target);
        headers(&options, "", &mut draft.headers, &mut draft.unread);
        if draft.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            draft.unread.push("the body, which follow-redirects does not log".to_owned());
        }
        draft
    }))
}
