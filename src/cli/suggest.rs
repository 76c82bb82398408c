//! The nearest of some names, for slips of the hand.

/// The name most like `word`, if one is like it at all.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |s: &str| s.to_lowercase().replace(['-', '_'], "");
    let word = plain(word);
    let score = |name: &str| {
        let name = plain(name);
        let contains = word.len() >= 4 && (name.contains(&word) || word.contains(&name) && name.len() >= 4);
        strsim::jaro_winkler(&word, &name).max(if contains { 0.85 } else { 0.0 })
    };
    names
        .into_iter()
        .map(|name| (score(name), name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}
