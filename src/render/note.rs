//! What a person should know about an answer beside the answer.

use std::fmt;

use crate::text::sanitize;

/// A remark for stderr; its text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A field that was asked for is in none of the rows.
    FieldMissing {
        /// As it was typed.
        field: String,
        /// Names that are there and look alike, the nearest first.
        similar: Vec<String>,
    },
    /// The rows come from one member of the object, and its other members are not shown.
    RowsOf {
        /// The member with the rows.
        member: String,
        /// Those not shown.
        left_out: Vec<String>,
    },
    /// Columns that did not fit in the width.
    ColumnsLeftOut {
        /// Their names.
        columns: Vec<String>,
    },
    /// The list is empty.
    NoRows,
    /// `--fields` does not apply to `raw`.
    FieldsIgnored,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::FieldMissing { field, similar } => {
                write!(f, "no field `{}` in the answer", sanitize(field))?;
                if !similar.is_empty() {
                    write!(f, "; there is {}", listed(similar, "`"))?;
                }
                Ok(())
            }
            Note::RowsOf { member, left_out } => {
                let (member, count) = (sanitize(member), left_out.len());
                let names = listed(left_out, "");
                write!(
                    f,
                    "only the rows of `{member}` are shown; {} left out: {names}; use -o json",
                    fields(count)
                )
            }
            Note::ColumnsLeftOut { columns } => {
                let (s, names) = (if columns.len() == 1 { "" } else { "s" }, listed(columns, ""));
                write!(f, "{} column{s} left out: {names}; use --fields or -o csv", columns.len())
            }
            Note::NoRows => f.write_str("the answer is an empty list"),
            Note::FieldsIgnored => f.write_str("--fields does not apply to -o raw"),
        }
    }
}

fn fields(count: usize) -> String {
    format!("{count} field{}", if count == 1 { "" } else { "s" })
}

/// The first names of the list, and how many more there are.
fn listed(names: &[String], quote: &str) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<_> =
        names.iter().take(SHOWN).map(|name| format!("{quote}{}{quote}", sanitize(name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
