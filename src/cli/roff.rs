//! Text for `man`, in the man macros.

use std::fmt::Write as _;

/// A manual page under construction. Every text given is escaped.
pub struct Page(String);

impl Page {
    /// The head of a page, with its one-line description.
    pub fn new(name: &str, about: &str) -> Self {
        let mut page = Self(String::new());
        let version = escaped(concat!("bnq ", env!("CARGO_PKG_VERSION")));
        // No date: the same program writes the same pages.
        page.macro_line(&format!(
            "TH \"{}\" 1 \"\" \"{version}\" \"bnq manual\"",
            escaped(&name.to_uppercase())
        ));
        // A command that is taken apart at a line's end cannot be searched for.
        page.macro_line("nh");
        page.section("NAME");
        page.0.push_str(&format!("{} \\- {}\n", escaped(name), escaped(about)));
        page
    }

    /// Starts a section.
    pub fn section(&mut self, title: &str) {
        self.macro_line(&format!("SH \"{}\"", escaped(&title.to_uppercase())));
    }

    /// Starts a part of a section.
    pub fn part(&mut self, title: &str) {
        self.macro_line(&format!("SS \"{}\"", escaped(title)));
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.macro_line("PP");
        self.text(text);
    }

    /// A term in bold, with its meaning indented below it.
    pub fn item(&mut self, term: &str, meaning: &str) {
        self.macro_line("TP");
        let _ = writeln!(self.0, "\\fB{}\\fR", escaped(term));
        self.text(if meaning.is_empty() { "\u{a0}" } else { meaning });
    }

    /// Lines that keep their breaks and spaces.
    pub fn verbatim(&mut self, text: &str) {
        self.macro_line("PP");
        self.macro_line("nf");
        for line in text.lines() {
            // An empty line would be taken for a paragraph's end.
            let _ = writeln!(self.0, "\\&{}", escaped(line));
        }
        self.macro_line("fi");
    }

    /// The page.
    pub fn finish(self) -> String {
        self.0
    }

    fn macro_line(&mut self, line: &str) {
        let _ = writeln!(self.0, ".{line}");
    }

    fn text(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let _ = writeln!(self.0, "{}", escaped(line));
        }
    }
}

/// A line of text whose characters are all shown as they are.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    if text.starts_with(['.', '\'']) {
        escaped.push_str("\\&");
    }
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\e"),
            // Else they become typographic ones, and an option that is copied from the page does not work.
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            '"' => escaped.push_str("\\(dq"),
            c if c.is_ascii() => escaped.push(c),
            c => {
                let _ = write!(escaped, "\\[u{:04X}]", u32::from(c));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_acts_on_the_page() {
        let cases = [
            ("--env", "\\-\\-env"),
            (".TH", "\\&.TH"),
            ("'tis", "\\&\\(aqtis"),
            ("a\\b", "a\\eb"),
            ("`x` \"y\"", "\\(gax\\(ga \\(dqy\\(dq"),
            ("vmPU\u{2026}", "vmPU\\[u2026]"),
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }
}
