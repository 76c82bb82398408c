//! Rust text for the statics. All strings go into one blob and rows hold offsets into it: a `&str` in a static would
//! need a relocation when the program is loaded, and tens of thousands of them are paid at each start.

use std::collections::HashMap;
use std::fmt::Write;

/// Every string of the data, once.
#[derive(Default)]
pub struct Pool {
    text: String,
    known: HashMap<String, usize>,
}

impl Pool {
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The expression of a `Text` that reads `s`.
    pub fn add(&mut self, s: &str) -> String {
        let start = *self.known.entry(s.to_owned()).or_insert_with(|| {
            let start = self.text.len();
            self.text.push_str(s);
            start
        });
        format!("Text::new({},{})", literal(start), s.len())
    }
}

/// A number as clippy likes to read it: `110_035`.
pub fn literal(n: usize) -> String {
    if n < 1000 { n.to_string() } else { format!("{}_{:03}", literal(n / 1000), n % 1000) }
}

/// A static array under construction; equal runs of rows are kept once.
pub struct Table {
    name: &'static str,
    row: &'static str,
    rows: Vec<String>,
    known: HashMap<Vec<String>, usize>,
}

impl Table {
    pub fn new(name: &'static str, row: &'static str) -> Self {
        Self { name, row, rows: Vec::new(), known: HashMap::new() }
    }

    /// The expression of a `Span` over the given rows.
    pub fn add(&mut self, rows: Vec<String>) -> String {
        let len = rows.len();
        let start = *self.known.entry(rows).or_insert_with_key(|rows| {
            let start = self.rows.len();
            self.rows.extend(rows.iter().cloned());
            start
        });
        format!("Span::new({start},{len})")
    }

    /// The index of a single row.
    pub fn index_of(&mut self, row: String) -> usize {
        let rows = vec![row];
        if let Some(index) = self.known.get(&rows) {
            return *index;
        }
        self.known.insert(rows.clone(), self.rows.len());
        self.rows.extend(rows);
        self.rows.len() - 1
    }

    pub fn finish(&self) -> String {
        let mut out = format!("static {}: [{}; {}] = [\n", self.name, self.row, self.rows.len());
        for row in &self.rows {
            let _ = writeln!(out, "{row},");
        }
        out.push_str("];\n");
        out
    }
}

/// The variant of an enum that a word of the data stands for; letters and digits count, case and marks do not.
pub fn variant(name: &str, variants: &[&str], word: &str) -> Result<String, String> {
    let plain = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let found = variants.iter().find(|v| plain(v) == plain(word));
    found.map(|v| format!("{name}::{v}")).ok_or_else(|| format!("`{word}` is none of {variants:?}"))
}
