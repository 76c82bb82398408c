//! The answers that faults give in place of the exchange's own; they are data, with where each was seen.

use std::sync::OnceLock;

use serde::Deserialize;

/// A row of `data/practice/faults.toml`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::practice) struct FaultAnswer {
    pub(in crate::practice) word: String,
    pub(in crate::practice) status: u16,
    pub(in crate::practice) code: Option<i32>,
    #[serde(default)]
    pub(in crate::practice) html: bool,
    pub(in crate::practice) body: String,
    pub(in crate::practice) retry_after: Option<u32>,
    #[serde(default)]
    pub(in crate::practice) when: Times,
    pub(in crate::practice) about: String,
    pub(in crate::practice) source: String,
}

/// When a request can get an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::practice) enum Times {
    /// Before it is executed or after, as the rule says.
    #[default]
    Either,
    /// In place of being executed.
    Before,
}

#[derive(Default, Deserialize)]
struct File {
    answer: Vec<FaultAnswer>,
}

/// Every row, in the order of the file.
pub(in crate::practice) fn all() -> &'static [FaultAnswer] {
    static ALL: OnceLock<Vec<FaultAnswer>> = OnceLock::new();
    ALL.get_or_init(|| read().unwrap_or_default().answer)
}

/// A test reads the file, so that no row can be lost unseen.
fn read() -> Result<File, toml::de::Error> {
    toml::from_str(include_str!("../../../data/practice/faults.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain;

    #[test]
    fn every_answer_is_the_exchanges_own() {
        assert!(read().unwrap().answer.len() > 8);
        for row in all() {
            let name = &row.word;
            assert!(!row.source.is_empty() && !row.about.is_empty(), "{name}");
            let Some(code) = row.code else { continue };
            let body: serde_json::Value = serde_json::from_str(&row.body).unwrap();
            assert_eq!(body["code"], code, "{name}");
            // What stands between the places that are filled in.
            let said = body["msg"].as_str().unwrap().replace("6000", "%s").replace("1 MINUTE", "%s");
            let said = said.replace("{until}", "%s");
            let known = explain::error("", code.into()).unwrap();
            assert!(known.messages().any(|m| m == said), "{name}: {said}");
        }
    }
}
