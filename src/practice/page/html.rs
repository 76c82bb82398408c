use crate::text::sanitize;

/// HTML under construction. Markup comes from this program's own text alone, which its type sees to; all else is escaped.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Appends markup as it stands.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text, foreign or not.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&escaped(text));
        self
    }

    /// Appends a sentence in which backticks stand around what is code.
    pub(super) fn sentence(&mut self, text: &str) -> &mut Self {
        let pieces: Vec<&str> = text.split('`').collect();
        // With one backtick too many it is not to be told what is code.
        if pieces.len().is_multiple_of(2) {
            return self.text(text);
        }
        for (number, piece) in pieces.into_iter().enumerate() {
            if number.is_multiple_of(2) {
                self.text(piece);
            } else {
                self.markup("<code>").text(piece).markup("</code>");
            }
        }
        self
    }

    /// The HTML text.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Text that is nothing but text, between tags and within quotes: characters that are markup as references, and those that hide
/// or turn the text around as in the log.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in sanitize(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let cases = [
            ("plain", "GET /api/v3/ping", "GET /api/v3/ping"),
            ("element", "<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
            ("end of the style", "</style><script>", "&lt;/style&gt;&lt;script&gt;"),
            ("out of quotes", "\" a='", "&quot; a=&#39;"),
            ("reference", "&lt;b&gt; &#60;", "&amp;lt;b&amp;gt; &amp;#60;"),
            ("control", "a\0\u{1b}[2J\nb\u{85}", "a\\u0000\\u001b[2J\\nb\\u0085"),
            ("bidi", "\u{202e}gnp\u{2066}", "\\u202egnp\\u2066"),
            ("letters stay", "é币😀", "é币😀"),
        ];
        for (name, text, wanted) in cases {
            let mut html = Html::default();
            html.text(text);
            assert_eq!(html.finish(), wanted, "{name}");
        }
    }

    #[test]
    fn backticks_mark_code_and_nothing_else() {
        let cases = [
            ("none", "send one", "send one"),
            ("code", "send `X-MBX-APIKEY: <key>` too", "send <code>X-MBX-APIKEY: &lt;key&gt;</code> too"),
            ("one too many", "`a` and `<b>", "`a` and `&lt;b&gt;"),
        ];
        for (name, text, wanted) in cases {
            let mut html = Html::default();
            html.sentence(text);
            assert_eq!(html.finish(), wanted, "{name}");
        }
    }
}
