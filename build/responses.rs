//! `data/responses/*.json`: the shapes of the answers, an endpoint a line.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::source::Source;

/// What a shape has in the place of a value; `time` is an integer where no name says that it is a time. Digits stand for
/// themselves.
const TYPES: [&str; 7] =
    ["boolean", "decimal-string", "integer", "integer-string", "number", "string", "time"];

/// The shapes of one product.
pub struct Responses {
    source: Source,
    /// By command: the line it stands on and its JSON text.
    rows: BTreeMap<String, (usize, String)>,
}

impl Responses {
    pub fn read(group: &str) -> Result<Self, String> {
        let source = Source::read(format!("data/responses/{group}.json"))?;
        serde_json::from_str::<IgnoredAny>(source.text()).map_err(|e| source.at_line(e.line(), &e))?;
        let mut rows = BTreeMap::new();
        for (index, line) in source.text().lines().enumerate() {
            let row = line.trim().trim_end_matches(',');
            if matches!(row, "{" | "}" | "") {
                continue;
            }
            let fail = |what: String| source.at_line(index + 1, what);
            let (command, shape) = read_row(row).map_err(fail)?;
            if rows.insert(command.clone(), (index + 1, shape)).is_some() {
                return Err(fail(format!("`{command}` is there twice")));
            }
        }
        Ok(Self { source, rows })
    }

    /// The shape of a command's answer; empty where the file has none.
    pub fn take(&mut self, command: &str) -> String {
        self.rows.remove(command).map(|(_, shape)| shape).unwrap_or_default()
    }

    /// What is left over belongs to no endpoint.
    pub fn finish(self) -> Result<(), String> {
        match self.rows.iter().next() {
            None => Ok(()),
            Some((command, (line, _))) => {
                Err(self.source.at_line(*line, format!("`{command}` is no endpoint of this product")))
            }
        }
    }
}

fn read_row(row: &str) -> Result<(String, String), String> {
    let rows: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&format!("{{{row}}}"))
        .map_err(|_| "one endpoint stands on one line, as `\"command\": shape`".to_owned())?;
    let mut rows = rows.into_iter();
    let (Some((command, shape)), None) = (rows.next(), rows.next()) else {
        return Err("one endpoint stands on one line".to_owned());
    };
    let value: Value = serde_json::from_str(shape.get()).map_err(|e| format!("`{command}`: {e}"))?;
    check(&value).map_err(|what| format!("`{command}`: {what}"))?;
    Ok((command, shape.get().to_owned()))
}

fn check(shape: &Value) -> Result<(), String> {
    match shape {
        Value::String(word) if TYPES.contains(&word.as_str()) => Ok(()),
        Value::String(word) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(members) => members.values().try_for_each(check),
        other => Err(format!("{other} is none of {TYPES:?}, nor digits")),
    }
}
