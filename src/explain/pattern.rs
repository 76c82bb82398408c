//! Messages as the exchange sends them, with holes for what varies, and text that may hold one.

use std::sync::LazyLock;

use super::{ERRORS, MESSAGES, What};

/// What stands in the data for text that varies.
const HOLES: [&str; 3] = ["%s", "%d", "{param}"];

/// A shorter text between holes is in too many texts to say anything.
const TELLING: usize = 4;

/// Text as it is compared: lower case, single spaces, and nothing of the quoting that JSON, shells and documentation add.
pub fn plain(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !matches!(c, '\\' | '`')).collect();
    kept.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message, and what it tells.
pub struct Pattern {
    /// The texts between its holes, plain.
    literals: Vec<String>,
    /// What has this message.
    pub what: What,
}

impl Pattern {
    /// The pattern of one message.
    pub fn new(message: &str, what: What) -> Self {
        let mut pieces = vec![message.to_owned()];
        for hole in HOLES {
            pieces = pieces.iter().flat_map(|p| p.split(hole).map(str::to_owned)).collect();
        }
        let end = pieces.pop().map(|last| last.trim_end_matches(['.', '!']).to_owned());
        // `plain` takes the spaces at the ends away, so `abc %s` fits `abc` and what follows.
        let literals = pieces.iter().chain(&end).map(|p| plain(p)).filter(|p| !p.is_empty()).collect();
        Self { literals, what }
    }

    /// Every message of the data.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
            let errors = ERRORS.iter().flat_map(|e| e.messages().map(|m| Pattern::new(m, What::Error(e))));
            let messages = MESSAGES.iter().map(|m| Pattern::new(m.text(), What::Message(m)));
            errors.chain(messages).collect()
        });
        &ALL
    }

    /// How many letters of it are fixed.
    pub fn length(&self) -> usize {
        self.literals.iter().map(String::len).sum()
    }

    /// Its longest fixed text.
    pub fn longest(&self) -> &str {
        self.literals.iter().max_by_key(|l| l.len()).map(String::as_str).unwrap_or_default()
    }

    /// Whether the plain text has this message in it.
    pub fn is_in(&self, text: &str) -> bool {
        if self.longest().len() < TELLING {
            return false;
        }
        let mut rest = Some(text);
        for literal in &self.literals {
            rest = rest.and_then(|r| r.split_once(literal.as_str())).map(|(_, after)| after);
        }
        rest.is_some()
    }

    /// Whether the plain text is this message and nothing else.
    pub fn is(&self, text: &str) -> bool {
        let ends =
            |text: &str| self.literals.last().is_none_or(|l| text.trim_end_matches(['.', '!']).ends_with(l));
        self.literals.first().is_none_or(|l| text.starts_with(l.as_str())) && ends(text) && self.is_in(text)
    }

    /// Whether the plain text is a part of this message.
    pub fn has(&self, text: &str) -> bool {
        text.len() >= TELLING && self.literals.iter().any(|l| l.contains(text))
    }

    /// How many of the words are in this message.
    pub fn shared_words(&self, words: &[&str]) -> usize {
        let has = |word: &str| self.literals.iter().flat_map(|l| l.split(' ')).any(|w| bare(w) == word);
        words.iter().filter(|word| has(bare(word))).count()
    }
}

/// A word without what stands around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}
