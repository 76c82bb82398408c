//! Answers made from the shape that the catalogue has for them. The same request has the same answer each time.

mod shape;
mod words;

pub(super) use shape::Shape;

use super::engine::Call;
use super::futures::NEVER_MS;
use crate::catalogue::ParameterType;

/// The time in every example, in milliseconds: 2026-03-01T00:00:00Z.
const TIME_MS: i64 = 1_772_323_200_000;

/// Parameters whose values come back under another name.
const RENAMED: [(&str, &str); 2] = [("clientOrderId", "newClientOrderId"), ("origQty", "quantity")];

/// An example of the answer to a call, as JSON.
pub(super) fn answer(call: &Call<'_>) -> String {
    let mut out = String::new();
    write(call, &Shape::parse(call.endpoint.response()), "", &mut out);
    out
}

/// Writes an example of a shape. `name` is that of the member it belongs to; items have that of their list.
fn write(call: &Call<'_>, shape: &Shape, name: &str, out: &mut String) {
    match shape {
        Shape::Value(kind) => out.push_str(&value(call, kind, name)),
        Shape::Given(text) => out.push_str(&quoted(text)),
        Shape::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                match item {
                    Shape::Object(members) if is_filter(members) => write_filters(call, members, out),
                    _ => write(call, item, name, out),
                }
            }
            out.push(']');
        }
        Shape::Object(members) => write_object(call, members.iter(), out),
    }
}

fn write_object<'a>(call: &Call<'_>, members: impl Iterator<Item = &'a (String, Shape)>, out: &mut String) {
    out.push('{');
    for (i, (name, member)) in members.enumerate() {
        out.push_str(if i == 0 { "" } else { "," });
        out.push_str(&quoted(name));
        out.push(':');
        write(call, member, name, out);
    }
    out.push('}');
}

fn is_filter(members: &[(String, Shape)]) -> bool {
    members.iter().any(|(name, _)| name == words::FILTER_TYPE)
}

/// Writes the filters of a symbol. The shape has the members of all of them in one object, which no client could read.
fn write_filters(call: &Call<'_>, members: &[(String, Shape)], out: &mut String) {
    let has = |name: &str| members.iter().any(|(n, _)| n == name);
    let filters = words::FILTERS.iter().filter(|(_, names)| names.iter().all(|name| has(name)));
    for (i, (kind, names)) in filters.enumerate() {
        out.push_str(if i == 0 { "" } else { "," });
        let own = members.iter().filter(|(name, _)| names.contains(&name.as_str()));
        let first = (words::FILTER_TYPE.to_owned(), Shape::Given(kind));
        write_object(call, std::iter::once(&first).chain(own), out);
    }
}

/// A value as JSON: what was sent under the same name if it fits, else one that the name suggests.
fn value(call: &Call<'_>, kind: &str, name: &str) -> String {
    let sent = echo(call, name);
    let fitting = |fits: fn(&str) -> bool| sent.filter(|v| fits(v)).map(str::to_owned);
    match kind {
        "boolean" => {
            let sent = sent.map(str::to_ascii_lowercase).filter(|v| v == "true" || v == "false");
            sent.unwrap_or_else(|| words::is_set(name).to_string())
        }
        "integer" => fitting(is_whole).unwrap_or_else(|| whole(call, name).to_string()),
        "integer-string" => quoted(&fitting(is_whole).unwrap_or_else(|| whole(call, name).to_string())),
        "time" => TIME_MS.to_string(),
        "number" => fitting(is_number).unwrap_or_else(|| "1.0".to_owned()),
        "decimal-string" => quoted(&fitting(is_number).unwrap_or_else(|| words::decimal(name).to_owned())),
        "string" => quoted(&sent.map_or_else(|| text(call, name), str::to_owned)),
        digits => quoted(digits),
    }
}

fn echo<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a str> {
    let single = |name: &str| {
        call.endpoint.parameter(name).filter(|p| p.list().is_none()).and_then(|p| call.text(p.name()))
    };
    let renamed = || RENAMED.iter().find(|(n, _)| *n == name).and_then(|(_, sent)| single(sent));
    single(name).or_else(renamed)
}

fn whole(call: &Call<'_>, name: &str) -> i64 {
    if name == "deliveryDate" {
        return NEVER_MS;
    }
    if name == "serverTime" {
        // The clock that requests are judged by: clients set theirs by it.
        return call.told_us / 1000;
    }
    if words::is_time(name) { TIME_MS } else { words::number(name) }
}

fn text(call: &Call<'_>, name: &str) -> String {
    let symbol = || call.text("symbol").unwrap_or_else(|| words::symbol(call.endpoint.path()));
    let values = call.endpoint.parameter(name).filter(|p| p.kind() == ParameterType::Enum);
    match (name, values.and_then(|p| p.values().next())) {
        (_, Some(first)) => first.to_owned(),
        ("symbol" | "symbols", _) => symbol().to_owned(),
        ("pair", _) => symbol().split('_').next().unwrap_or_default().to_owned(),
        ("status", _) if has(call, "side") => "NEW".to_owned(),
        ("type", _) if has(call, "side") => "LIMIT".to_owned(),
        ("status" | "contractStatus", _) if has(call, "filters") => "TRADING".to_owned(),
        _ => words::text(call.endpoint.path(), name).to_owned(),
    }
}

/// Whether the answer has a member of this name: orders have a side, symbols have filters.
fn has(call: &Call<'_>, member: &str) -> bool {
    call.endpoint.response().is_some_and(|shape| shape.contains(&format!("\"{member}\":")))
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text.parse::<i64>().is_ok() && (digits == "0" || !digits.starts_with('0')) && !text.starts_with('+')
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && serde_json::from_str::<f64>(text).is_ok()
}

fn quoted(text: &str) -> String {
    // Text can always be written as JSON.
    serde_json::to_string(text).unwrap_or_default()
}
