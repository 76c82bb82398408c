//! `--fields`: which parts of an answer are wanted.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Note;
use super::rows::{Subject, names};
use super::value::{Kind, Value};
use crate::text;

/// The fields asked for, in that order. Written `a,b.c,d.0`: a dot leads into an object, a number picks the item of an
/// array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

/// Why a list of fields is not one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FieldsError {
    /// Nothing between two commas or dots.
    #[error("--fields: name {number} of `{text}` is empty")]
    Empty {
        /// The list as typed.
        text: String,
        /// Which of the names, counted from 1.
        number: usize,
    },
    /// The same field a second time, which would give an object two members of one name.
    #[error("--fields: `{name}` is there twice")]
    Twice {
        /// The name.
        name: String,
    },
}

/// One path into a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field(String);

impl Field {
    /// The path as typed.
    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// What the path leads to.
    pub(super) fn of<'a>(&self, row: Value<'a>) -> Option<Value<'a>> {
        self.0.split('.').try_fold(row, Value::child)
    }

    fn first(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

impl FromStr for Fields {
    type Err = FieldsError;

    fn from_str(text: &str) -> Result<Self, FieldsError> {
        let (mut fields, mut seen) = (Vec::new(), HashSet::new());
        for (index, name) in text.split(',').map(str::trim).enumerate() {
            if name.split('.').any(|segment| segment.trim().is_empty()) {
                return Err(FieldsError::Empty { text: text.to_owned(), number: index + 1 });
            }
            if !seen.insert(name) {
                return Err(FieldsError::Twice { name: name.to_owned() });
            }
            fields.push(Field(name.to_owned()));
        }
        Ok(Fields(fields))
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Field::name).collect();
        f.write_str(&names.join(","))
    }
}

impl Fields {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    /// What the fields are taken from: the items of an array; an object that has any of them; else the items of the one
    /// list of objects in it that has any of them, or that is the only list; else the object.
    pub(super) fn subject<'a>(&self, top: Value<'a>) -> Subject<'a> {
        if top.kind() == Kind::Array {
            return Subject::List(top);
        }
        if self.any_in(top) {
            return Subject::One(top);
        }
        let lists: Vec<_> = Subject::lists(top).collect();
        let mut named = lists.iter().filter(|(_, list)| list.items().any(|row| self.any_in(row)));
        match (named.next(), named.next(), lists.as_slice()) {
            (Some((_, list)), None, _) | (None, _, [(_, list)]) => Subject::List(*list),
            _ => Subject::One(top),
        }
    }

    fn any_in(&self, row: Value<'_>) -> bool {
        self.iter().any(|field| row.child(field.first()).is_some())
    }

    /// A note for each field that is in no row, if there are rows.
    pub(super) fn missing(&self, subject: Subject<'_>) -> Vec<Note> {
        let mut missing: Vec<_> = self.iter().collect();
        for row in subject.rows() {
            missing.retain(|field| field.of(row).is_none());
            if missing.is_empty() {
                return Vec::new();
            }
        }
        if subject.rows().next().is_none() {
            return Vec::new();
        }
        let known = names(subject);
        let note =
            |field: &Field| Note::FieldMissing { field: field.0.clone(), similar: similar(&field.0, &known) };
        missing.into_iter().map(note).collect()
    }
}

/// At most three names, nearest first.
fn similar(wanted: &str, names: &[String]) -> Vec<String> {
    text::nearest(wanted, names.iter().map(String::as_str)).into_iter().take(3).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_fields_is_read_or_refused_with_the_place() {
        let empty = |text: &str, number| Err(FieldsError::Empty { text: text.to_owned(), number });
        let cases = [
            ("a", Ok("a".to_owned())),
            ("a, b.c ,d.0", Ok("a,b.c,d.0".to_owned())),
            ("", empty("", 1)),
            ("a,,b", empty("a,,b", 2)),
            ("a,b,", empty("a,b,", 3)),
            ("a..b", empty("a..b", 1)),
            ("a,.b", empty("a,.b", 2)),
            ("a, b,a", Err(FieldsError::Twice { name: "a".to_owned() })),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Fields>().map(|fields| fields.to_string()), expected, "{text:?}");
        }
    }

    #[test]
    fn the_subject_is_where_the_fields_are() {
        let info =
            r#"{"timezone":"UTC","rateLimits":[{"interval":"DAY"}],"symbols":[{"symbol":"ARKBTC"}],"e":[]}"#;
        let cases = [
            ("array", r#"[{"a":1},{"b":2}]"#, "a", "[{\"a\":1},{\"b\":2}]"),
            ("the object has one of them", r#"{"a":1,"l":[{"b":1}]}"#, "b,a", "One"),
            ("the only list", r#"{"x":1,"l":[{"b":1}]}"#, "b", "[{\"b\":1}]"),
            ("the only list, though it has none", r#"{"x":1,"l":[{"b":1}]}"#, "c", "[{\"b\":1}]"),
            ("of several lists, the one that has it", info, "symbol", "[{\"symbol\":\"ARKBTC\"}]"),
            ("of several lists, none has it", info, "simbol", "One"),
            ("two have it", r#"{"l":[{"b":1}],"m":[{"b":1}]}"#, "b", "One"),
            ("scalar", "7", "a", "One"),
        ];
        for (name, json, fields, expected) in cases {
            let fields: Fields = fields.parse().unwrap();
            let found = match fields.subject(Value::parse(json.as_bytes()).unwrap()) {
                Subject::List(list) => list.as_json(),
                Subject::One(_) => "One",
            };
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn typing_errors_are_found() {
        let missing = |json: &str, fields: &str| {
            let fields: Fields = fields.parse().unwrap();
            let notes = fields.missing(fields.subject(Value::parse(json.as_bytes()).unwrap()));
            notes.iter().map(Note::to_string).collect::<Vec<_>>()
        };
        let orders = r#"[{"symbol":"ARKBTC"},{"symbol":"LTCBTC","origQty":"1.0","fee":{"asset":"BNB"}}]"#;
        assert_eq!(missing(orders, "symbol,origQty,fee.asset"), [""; 0], "a field that one row has");
        assert_eq!(missing("[]", "symbol"), [""; 0], "no rows, nothing to compare with");
        let expected = ["no field `origqty` in the answer; there is `origQty`"];
        assert_eq!(missing(orders, "origqty"), expected);
        assert_eq!(missing(orders, "fee.aset"), ["no field `fee.aset` in the answer; there is `fee.asset`"]);
        assert_eq!(missing(orders, "zzz"), ["no field `zzz` in the answer"]);
    }
}
