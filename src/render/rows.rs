//! Finds the rows and columns of an answer.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::{Field, Fields};
use super::value::{Kind, Value};
use super::{Format, Note, Output};

/// What the rows are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    /// The items of an array.
    List(Value<'a>),
    /// The value itself, one row.
    One(Value<'a>),
}

impl<'a> Subject<'a> {
    /// An array is its items; an object with exactly one list of objects is that list; else the value is the one row.
    fn of(top: Value<'a>, notes: &mut Vec<Note>) -> Subject<'a> {
        if top.kind() == Kind::Array {
            return Subject::List(top);
        }
        let mut lists = Subject::lists(top);
        let (Some((member, list)), None) = (lists.next(), lists.next()) else { return Subject::One(top) };
        let left_out: Vec<_> =
            top.members().filter(|(_, value)| *value != list).map(|(key, _)| key.into_owned()).collect();
        if !left_out.is_empty() {
            notes.push(Note::RowsOf { member: member.into_owned(), left_out });
        }
        Subject::List(list)
    }

    /// The members of an object that are arrays of objects.
    pub(super) fn lists(top: Value<'a>) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        top.members().filter(|(_, value)| {
            value.items().next().is_some() && value.items().all(|item| item.kind() == Kind::Object)
        })
    }

    pub(super) fn rows(self) -> impl Iterator<Item = Value<'a>> {
        let (list, one) = match self {
            Subject::List(list) => (Some(list), None),
            Subject::One(value) => (None, Some(value)),
        };
        list.into_iter().flat_map(Value::items).chain(one)
    }
}

/// The names of all cells in the rows, in the order in which they are first seen.
pub(super) fn names(subject: Subject<'_>) -> Vec<String> {
    Index::of(subject).names
}

struct Index {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Index {
    fn of(subject: Subject<'_>) -> Index {
        let mut index = Index { names: Vec::new(), places: HashMap::new() };
        for row in subject.rows() {
            flatten(row, |name, _| {
                if !index.places.contains_key(name.as_ref()) {
                    index.places.insert(name.clone().into_owned(), index.names.len());
                    index.names.push(name.into_owned());
                }
            });
        }
        index
    }
}

/// The cells of one row with their names: the members of an object, with a dot those of the objects directly in it; the
/// items of an array by number; for anything else the value under the name `value`.
fn flatten<'a>(row: Value<'a>, mut visit: impl FnMut(Cow<'a, str>, Value<'a>)) {
    match row.kind() {
        Kind::Object => {
            for (key, value) in row.members() {
                let mut inner = value.members().peekable();
                if inner.peek().is_none() {
                    visit(key, value);
                    continue;
                }
                inner.for_each(|(name, value)| visit(Cow::Owned(format!("{key}.{name}")), value));
            }
        }
        Kind::Array => row.items().enumerate().for_each(|(at, item)| visit(Cow::Owned(at.to_string()), item)),
        _ => visit(Cow::Borrowed("value"), row),
    }
}

/// One cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    /// The name of a field, in the first column of a field/value table.
    Name(Cow<'a, str>),
    Value(Value<'a>),
}

impl<'a> Cell<'a> {
    /// The text as it came, nothing escaped.
    pub(super) fn text(&self) -> Cow<'a, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Name(name) => name.clone(),
            Cell::Value(value) => value.text(),
        }
    }
}

/// Rows and columns. Cells are found anew at each pass, so that memory is that of the answer.
pub(super) struct Rows<'a> {
    pub(super) columns: Vec<String>,
    subject: Subject<'a>,
    content: Content<'a>,
}

enum Content<'a> {
    /// Columns by name.
    Named(HashMap<String, usize>),
    /// A column for each field.
    Fields(&'a Fields),
    /// Two columns, a line for each cell of the one row.
    Pairs(Option<&'a Fields>),
}

impl<'a> Rows<'a> {
    /// The rows of an answer; what they leave out is added to `notes`.
    pub(super) fn of(top: Value<'a>, output: &'a Output, notes: &mut Vec<Note>) -> Rows<'a> {
        let fields = output.fields.as_ref();
        let subject = match fields {
            Some(fields) => fields.subject(top),
            None => Subject::of(top, notes),
        };
        if let Some(fields) = fields {
            notes.extend(fields.missing(subject));
        }
        if subject.rows().next().is_none() {
            notes.push(Note::NoRows);
        }
        let one_object = matches!(subject, Subject::One(value) if value.kind() == Kind::Object);
        if one_object && output.format == Format::Table {
            let columns = vec!["field".to_owned(), "value".to_owned()];
            return Rows { columns, subject, content: Content::Pairs(fields) };
        }
        if let Some(fields) = fields {
            let columns = fields.iter().map(|field| field.name().to_owned()).collect();
            return Rows { columns, subject, content: Content::Fields(fields) };
        }
        let Index { names, places } = Index::of(subject);
        Rows { columns: names, subject, content: Content::Named(places) }
    }

    /// Calls `visit` with the cells of each row, one for each column.
    ///
    /// # Errors
    /// The first error of `visit`.
    pub(super) fn each<E>(&self, mut visit: impl FnMut(&[Cell<'a>]) -> Result<(), E>) -> Result<(), E> {
        for row in self.subject.rows() {
            match &self.content {
                Content::Named(places) => {
                    let mut cells = vec![Cell::Empty; self.columns.len()];
                    flatten(row, |name, value| {
                        if let Some(cell) = places.get(name.as_ref()).and_then(|place| cells.get_mut(*place))
                        {
                            *cell = Cell::Value(value);
                        }
                    });
                    visit(&cells)?;
                }
                Content::Fields(fields) => {
                    visit(&fields.iter().map(|field| cell(field, row)).collect::<Vec<_>>())?;
                }
                Content::Pairs(Some(fields)) => {
                    for field in fields.iter() {
                        visit(&[Cell::Name(field.name().to_owned().into()), cell(field, row)])?;
                    }
                }
                Content::Pairs(None) => {
                    let mut pairs = Vec::new();
                    flatten(row, |name, value| pairs.push([Cell::Name(name), Cell::Value(value)]));
                    pairs.iter().try_for_each(|pair| visit(pair))?;
                }
            }
        }
        Ok(())
    }
}

fn cell<'a>(field: &Field, row: Value<'a>) -> Cell<'a> {
    field.of(row).map_or(Cell::Empty, Cell::Value)
}

#[cfg(test)]
mod tests {
    use super::super::Style;
    use super::*;

    /// The header and the rows, cells joined by `|`.
    fn show(json: &str, format: Format, fields: Option<&str>) -> (Vec<String>, Vec<Note>) {
        let fields = fields.map(|text| text.parse().unwrap());
        let output = Output { format, fields, style: Style::default() };
        let mut notes = Vec::new();
        let rows = Rows::of(Value::parse(json.as_bytes()).unwrap(), &output, &mut notes);
        let mut lines = vec![rows.columns.join("|")];
        let join = |cells: &[Cell]| {
            let texts: Vec<_> = cells.iter().map(Cell::text).collect();
            lines.push(texts.join("|"));
            Ok::<(), ()>(())
        };
        rows.each(join).unwrap();
        (lines, notes)
    }

    #[test]
    fn each_shape_of_answer_has_its_rows() {
        let cases = [
            (
                "objects, columns as first seen",
                r#"[{"b":1,"a":"x"},{"c":null,"a":2}]"#,
                vec!["b|a|c", "1|x|", "|2|"],
            ),
            (
                "one level is flattened",
                r#"[{"a":{"b":1,"c":{"d":[2, 3]}},"e":{}}]"#,
                vec!["a.b|a.c|e", "1|{\"d\":[2,3]}|{}"],
            ),
            ("arrays", r#"[[1,"2"],[3,"4",5]]"#, vec!["0|1|2", "1|2|", "3|4|5"]),
            ("scalars", r#"["a",1,null,true]"#, vec!["value", "a", "1", "", "true"]),
            ("one scalar", "1.50", vec!["value", "1.50"]),
            ("mixed", r#"[{"a":1},7]"#, vec!["a|value", "1|", "|7"]),
            ("empty list", "[]", vec![""]),
            ("one list in an object", r#"{"total":1,"rows":[{"a":1}]}"#, vec!["a", "1"]),
            (
                "two lists in an object",
                r#"{"x":[{"a":1}],"y":[{"a":1}]}"#,
                vec!["x|y", r#"[{"a":1}]|[{"a":1}]"#],
            ),
            ("a list of arrays is a cell", r#"{"bids":[["1","2"]]}"#, vec!["bids", r#"[["1","2"]]"#]),
            ("the last of two members", r#"[{"a":1,"a":2}]"#, vec!["a", "2"]),
        ];
        for (name, json, expected) in cases {
            assert_eq!(show(json, Format::Csv, None).0, expected, "{name}");
        }
    }

    #[test]
    fn an_object_is_pairs_in_a_table() {
        let json = r#"{"symbol":"ARKBTC","rates":{"maker":"0.10"},"list":[1]}"#;
        assert_eq!(
            show(json, Format::Table, None).0,
            ["field|value", "symbol|ARKBTC", "rates.maker|0.10", "list|[1]"]
        );
        assert_eq!(
            show(json, Format::Table, Some("rates.maker,x")).0,
            ["field|value", "rates.maker|0.10", "x|"]
        );
        assert_eq!(
            show(json, Format::Csv, Some("rates.maker,symbol")).0,
            ["rates.maker|symbol", "0.10|ARKBTC"]
        );
    }

    #[test]
    fn fields_are_the_columns() {
        let klines = r#"[[1,"0.1",{"a":2}],[3]]"#;
        assert_eq!(show(klines, Format::Table, Some("1,0,2.a")).0, ["1|0|2.a", "0.1|1|2", "|3|"]);
        assert_eq!(show("[]", Format::Csv, Some("a,b")).0, ["a|b"]);
    }

    #[test]
    fn what_is_left_out_is_said() {
        let json = r#"{"makerCommission":10,"canTrade":true,"balances":[{"asset":"BTC"}]}"#;
        let notes = show(json, Format::Table, None).1;
        assert_eq!(
            notes.iter().map(Note::to_string).collect::<Vec<_>>(),
            [
                "only the rows of `balances` are shown; 2 fields left out: makerCommission, canTrade; use -o json"
            ]
        );
        assert_eq!(show("[]", Format::Table, None).1, [Note::NoRows]);
    }
}
