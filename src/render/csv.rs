//! CSV by RFC 4180 with a header line. Cells are the text as it came; nothing is changed, `=` at the start neither.

use std::io::{self, Write};

use super::Style;
use super::rows::{Cell, Rows};
use crate::text::sanitize;

/// Writes the rows. On a terminal, and only there, characters that could act on it are escaped.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(rows: &Rows<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if rows.columns.is_empty() {
        return Ok(());
    }
    let shown = |text: &str| if style.terminal { sanitize(text).into_owned() } else { text.to_owned() };
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(rows.columns.iter().map(|name| shown(name))).map_err(into_io)?;
    rows.each(|cells| {
        let texts = cells.iter().map(Cell::text).map(|text| shown(&text));
        writer.write_record(texts).map_err(into_io)
    })?;
    writer.flush()
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
