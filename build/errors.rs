//! `data/errors/*.toml` and `data/mistakes.toml` to the statics of `src/explain`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table, variant};
use crate::source::Source;

const KINDS: [&str; 6] = ["Auth", "Timestamp", "RateLimit", "Uncertain", "Partial", "Refused"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    #[serde(rename = "product")]
    name: String,
    error: Vec<Spanned<Error>>,
    #[serde(default)]
    message: Vec<Spanned<Message>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Error {
    code: i32,
    #[serde(default)]
    name: String,
    kind: String,
    messages: Vec<String>,
    cause: String,
    fix: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
    codes: Vec<i32>,
    cause: String,
    fix: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    status: Vec<Spanned<Status>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    #[serde(rename = "status")]
    exactly: Option<u16>,
    range: Option<(u16, u16)>,
    name: String,
    kind: String,
    cause: String,
    fix: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistakes {
    mistake: Vec<Spanned<Mistake>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    name: String,
    cause: String,
    why: String,
    fix: String,
}

struct Tables {
    errors: BTreeMap<(String, i32), String>,
    messages: Vec<String>,
    texts: Table,
    codes: Table,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let mut tables = Tables {
        errors: BTreeMap::new(),
        messages: Vec::new(),
        texts: Table::new("MESSAGE_TEXTS", "Text"),
        codes: Table::new("MESSAGE_CODES", "i32"),
    };
    for source in Source::read_folder("data/errors")?.iter().filter(|s| s.stem() != "statuses") {
        product(pool, &mut tables, source)?;
    }
    let mut errors = Table::new("ERRORS", "ErrorEntry");
    errors.add(tables.errors.into_values().collect());
    let mut messages = Table::new("MESSAGES", "MessageEntry");
    messages.add(tables.messages);
    let parts = [errors, messages, tables.texts, tables.codes, statuses(pool)?, mistakes(pool)?];
    Ok(parts.iter().map(Table::finish).collect())
}

fn product(pool: &mut Pool, tables: &mut Tables, source: &Source) -> Result<(), String> {
    let product: Product = source.parse()?;
    for spanned in &product.error {
        let e = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), format!("{}: {what}", e.code));
        said(&[&e.cause, &e.fix, &e.source]).map_err(fail)?;
        let kind = variant("Kind", &KINDS, &e.kind).map_err(fail)?;
        let rows = e.messages.iter().map(|m| pool.add(m)).collect();
        let messages = tables.texts.add(rows);
        let [group, name, cause, fix] = [&product.name, &e.name, &e.cause, &e.fix].map(|s| pool.add(s));
        let code = e.code;
        let row = format!(
            "ErrorEntry{{product:{group},code:{code},name:{name},kind:{kind},messages:{messages},\
             cause:{cause},fix:{fix}}}"
        );
        if tables.errors.insert((product.name.clone(), code), row).is_some() {
            return Err(fail("is there twice".to_owned()));
        }
    }
    for spanned in &product.message {
        let m = spanned.get_ref();
        said(&[&m.text, &m.cause, &m.fix, &m.source]).map_err(|what| source.at(&spanned.span(), what))?;
        let codes = tables.codes.add(m.codes.iter().map(i32::to_string).collect());
        let [group, text, cause, fix] = [&product.name, &m.text, &m.cause, &m.fix].map(|s| pool.add(s));
        tables.messages.push(format!(
            "MessageEntry{{product:{group},text:{text},codes:{codes},cause:{cause},fix:{fix}}}"
        ));
    }
    Ok(())
}

fn statuses(pool: &mut Pool) -> Result<Table, String> {
    let source = Source::read("data/errors/statuses.toml")?;
    let parsed: Statuses = source.parse()?;
    let mut rows = Vec::new();
    for spanned in &parsed.status {
        let s = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        said(&[&s.name, &s.cause, &s.fix, &s.source]).map_err(fail)?;
        let kind = variant("Kind", &KINDS, &s.kind).map_err(fail)?;
        let (first, last) = match (s.exactly, s.range) {
            (Some(status), None) => (status, status),
            (None, Some(range)) => range,
            _ => return Err(fail("has either `status` or `range`".to_owned())),
        };
        let [name, cause, fix] = [&s.name, &s.cause, &s.fix].map(|s| pool.add(s));
        rows.push(format!(
            "StatusEntry{{first:{first},last:{last},name:{name},kind:{kind},cause:{cause},fix:{fix}}}"
        ));
    }
    let mut table = Table::new("STATUSES", "StatusEntry");
    table.add(rows);
    Ok(table)
}

/// The names of the mistakes.
pub fn mistake_names() -> Result<Vec<String>, String> {
    let parsed: Mistakes = Source::read("data/mistakes.toml")?.parse()?;
    Ok(parsed.mistake.into_iter().map(|m| m.into_inner().name).collect())
}

fn mistakes(pool: &mut Pool) -> Result<Table, String> {
    let source = Source::read("data/mistakes.toml")?;
    let parsed: Mistakes = source.parse()?;
    let mut rows = BTreeMap::new();
    for spanned in &parsed.mistake {
        let m = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        said(&[&m.name, &m.cause, &m.why, &m.fix]).map_err(fail)?;
        let [name, cause, why, fix] = [&m.name, &m.cause, &m.why, &m.fix].map(|s| pool.add(s));
        let row = format!("MistakeEntry{{name:{name},cause:{cause},why:{why},fix:{fix}}}");
        if rows.insert(m.name.clone(), row).is_some() {
            return Err(fail(format!("`{}` is there twice", m.name)));
        }
    }
    let mut table = Table::new("MISTAKES", "MistakeEntry");
    table.add(rows.into_values().collect());
    Ok(table)
}

fn said(texts: &[&str]) -> Result<(), String> {
    if texts.iter().any(|t| t.trim().is_empty()) {
        return Err("a text is empty".to_owned());
    }
    Ok(())
}
