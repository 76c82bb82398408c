//! `data/states.toml`, and how endpoints refer to it by `outcome`, to rows of `src/catalogue/outcome.rs`.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use crate::emit::{Pool, Table, literal};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    #[serde(default)]
    filled: Vec<String>,
    #[serde(default)]
    open: Vec<String>,
    #[serde(default)]
    done: Vec<String>,
    #[serde(default)]
    cancelled: Vec<String>,
    #[serde(default)]
    rejected: Vec<String>,
    #[serde(default)]
    expired: Vec<String>,
    source: String,
}

/// `outcome` of an endpoint.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    #[serde(default)]
    pub usual: bool,
    pub id: String,
    #[serde(default)]
    items: String,
    at: String,
    states: String,
    #[serde(default)]
    executed: String,
    #[serde(default)]
    missing: Vec<i32>,
    #[serde(default)]
    names: Vec<String>,
}

/// The tables of words, and the rows made of them so far.
pub struct Outcomes {
    tables: BTreeMap<String, States>,
    words: Table,
    missing: Table,
    names: Table,
}

impl Outcomes {
    pub fn read() -> Result<Self, String> {
        let source = Source::read("data/states.toml")?;
        let tables: BTreeMap<String, States> = source.parse()?;
        for (name, states) in &tables {
            let fail = |what: String| Err(source.at(&(0..0), format!("`{name}` {what}")));
            if states.source.trim().is_empty() {
                return fail("has no source".to_owned());
            }
            let mut seen = HashSet::new();
            if let Some((_, word)) = states.words().find(|(_, word)| !seen.insert(*word)) {
                return fail(format!("has `{word}` twice"));
            }
        }
        Ok(Self {
            tables,
            words: Table::new("STATE_WORDS", "StateWord"),
            missing: Table::new("MISSING", "i32"),
            names: Table::new("OUTCOME_NAMES", "Text"),
        })
    }

    /// The expression of an endpoint's outcome.
    pub fn row(&mut self, pool: &mut Pool, outcome: Option<&Outcome>) -> Result<String, String> {
        let Some(o) = outcome else { return Ok("None".to_owned()) };
        let states =
            self.tables.get(&o.states).ok_or_else(|| format!("`{}` is no table of states", o.states))?;
        let rows = states
            .words()
            .map(|(state, word)| format!("StateWord{{word:{},state:OrderState::{state}}}", pool.add(word)))
            .collect();
        let words = self.words.add(rows);
        let missing = self.missing.add(o.missing.iter().map(|code| code_literal(*code)).collect());
        let names = self.names.add(o.names.iter().map(|name| pool.add(name)).collect());
        let [id, items, at, executed] = [&o.id, &o.items, &o.at, &o.executed].map(|s| pool.add(s));
        Ok(format!(
            "Some(Outcome{{usual:{},id:{id},items:{items},at:{at},executed:{executed},words:{words},\
             missing:{missing},names:{names}}})",
            o.usual
        ))
    }

    pub fn finish(&self) -> String {
        [&self.words, &self.missing, &self.names].map(Table::finish).concat()
    }
}

impl States {
    fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("Filled", &self.filled),
            ("Open", &self.open),
            ("Done", &self.done),
            ("Cancelled", &self.cancelled),
            ("Rejected", &self.rejected),
            ("Expired", &self.expired),
        ];
        all.into_iter().flat_map(|(state, words)| words.iter().map(move |word| (state, word.as_str())))
    }
}

fn code_literal(code: i32) -> String {
    let digits = literal(usize::try_from(code.unsigned_abs()).unwrap_or_default());
    if code < 0 { format!("-{digits}") } else { digits }
}
