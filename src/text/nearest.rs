/// How alike two words have to be, from 0 to 1, for one to read as a slip of the other.
const ALIKE: f64 = 0.8;

/// The names most like `word`, nearest first; none that has little in common with it. Case, `-` and `_` do not count.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |s: &str| s.to_lowercase().replace(['-', '_'], "");
    let word = plain(word);
    let score = |name: &str| {
        let name = plain(name);
        let contains = word.len() >= 4 && (name.contains(&word) || word.contains(&name) && name.len() >= 4);
        strsim::jaro_winkler(&word, &name).max(if contains { ALIKE } else { 0.0 })
    };
    let mut scored: Vec<(f64, &str)> =
        names.into_iter().map(|name| (score(name), name)).filter(|(score, _)| *score >= ALIKE).collect();
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_the_name_that_was_meant() {
        let names = ["open-orders", "open-order-list", "order", "account", "recvWindow", "symbol"];
        let cases = [
            ("open-order", Some("open-orders")),
            ("opne-orders", Some("open-orders")),
            ("recvwindow", Some("recvWindow")),
            ("recv_window", Some("recvWindow")),
            ("symbl", Some("symbol")),
            ("acount", Some("account")),
            ("zzzz", None),
        ];
        for (word, meant) in cases {
            assert_eq!(nearest(word, names).first().copied(), meant, "{word}");
        }
    }
}
