//! What a newer list of endpoints adds, removes and changes: `cargo run --example catalogue-diff -- NEWER.json`.
//!
//! The list is an array of objects with `group`, `method`, `path`, `title`, `security`, `signed`, `changes`, `weight` and
//! `params` (`name`, `type`, `required`, `values`, `default`, `min`, `max`), as CONTRIBUTING.md describes.

#![expect(clippy::print_stdout, reason = "a program of its own that prints what it found")]

use std::collections::BTreeMap;

use anyhow::Context as _;
use bnq::catalogue::{self, Endpoint, Parameter, ParameterType};
use serde_json::{Map, Value};

/// A fact of an endpoint or one of its parameters, by name.
type Facts = BTreeMap<String, String>;

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).context("name the newer list: catalogue-diff NEWER.json")?;
    let text = std::fs::read_to_string(&path).with_context(|| path.clone())?;
    let list: Vec<Map<String, Value>> = serde_json::from_str(&text).with_context(|| path.clone())?;
    let newer: BTreeMap<String, Facts> = list.iter().map(|row| (key_of(row), facts_of(row))).collect();
    let ours: BTreeMap<String, Facts> = catalogue::endpoints().iter().map(known).collect();
    let mut counts = [0; 3];
    for key in newer.keys().filter(|key| !ours.contains_key(*key)) {
        counts[0] += 1;
        println!("added    {key}");
    }
    for key in ours.keys().filter(|key| !newer.contains_key(*key)) {
        counts[1] += 1;
        println!("removed  {key}");
    }
    for (key, (old, new)) in ours.iter().filter_map(|(key, old)| Some((key, (old, newer.get(key)?)))) {
        let changes = changes(old, new);
        counts[2] += usize::from(!changes.is_empty());
        for change in changes {
            println!("changed  {key}: {change}");
        }
    }
    println!("{} added, {} removed, {} changed", counts[0], counts[1], counts[2]);
    Ok(())
}

fn changes(old: &Facts, new: &Facts) -> Vec<String> {
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    let shown = |facts: &Facts, name: &str| facts.get(name).map_or("nothing".to_owned(), Clone::clone);
    names
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| format!("{name} was {}, now {}", shown(old, name), shown(new, name)))
        .collect()
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(s) => Some(s.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn key_of(row: &Map<String, Value>) -> String {
    ["group", "method", "path"].map(|name| text(row.get(name)).unwrap_or_default()).join(" ")
}

fn facts_of(row: &Map<String, Value>) -> Facts {
    let mut facts = Facts::new();
    for name in ["security", "signed", "changes", "weight"] {
        facts.extend(text(row.get(name)).map(|value| (name.to_owned(), value)));
    }
    for parameter in row.get("params").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        facts.insert(name.to_owned(), "there".to_owned());
        for fact in ["type", "required", "default", "min", "max"] {
            facts.extend(text(parameter.get(fact)).map(|value| (format!("{name}.{fact}"), value)));
        }
        if let Some(values) = parameter.get("values").and_then(Value::as_array) {
            let values: Vec<String> = values.iter().filter_map(|v| text(Some(v))).collect();
            facts.insert(format!("{name}.values"), values.join(" "));
        }
    }
    facts
}

fn known(e: &'static Endpoint) -> (String, Facts) {
    let mut facts = Facts::from([
        ("security".to_owned(), e.security().as_str().to_owned()),
        ("signed".to_owned(), e.signed().to_string()),
        ("changes".to_owned(), e.changes().to_string()),
    ]);
    facts.extend(e.weight().map(|w| ("weight".to_owned(), w.to_string())));
    e.parameters().for_each(|p| facts.extend(known_parameter(p)));
    (format!("{} {} {}", e.group(), e.method(), e.path()), facts)
}

fn known_parameter(p: &Parameter) -> Vec<(String, String)> {
    let kind = match p.kind() {
        ParameterType::String => "string",
        ParameterType::Integer => "integer",
        ParameterType::Decimal => "decimal",
        ParameterType::Boolean => "boolean",
        ParameterType::Enum => "enum",
        ParameterType::Json => "json",
    };
    let values = p.values().collect::<Vec<_>>().join(" ");
    let facts = [
        ("type", Some(kind.to_owned())),
        ("required", Some(p.required().to_string())),
        ("default", p.default().map(str::to_owned)),
        ("min", p.min().map(str::to_owned)),
        ("max", p.max().map(str::to_owned)),
        ("values", Some(values).filter(|v| !v.is_empty())),
    ];
    let given = facts.into_iter().filter_map(|(fact, value)| Some((format!("{}.{fact}", p.name()), value?)));
    given.chain([(p.name().to_owned(), "there".to_owned())]).collect()
}
