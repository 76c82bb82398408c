//! Which endpoints some words mean: names, groups, paths, titles, help and parameter names are looked through.

use std::cmp::Reverse;

use super::{Endpoint, Method, Parameter, TOP_GROUP, endpoints, groups};

/// From here on two words are alike enough to be a slip of each other.
const ALIKE: f64 = 0.84;

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// The endpoints that every word fits, best first.
    pub endpoints: Vec<&'static Endpoint>,
    /// Words that are nowhere in the catalogue, and what was searched for instead.
    pub taken_for: Vec<(String, String)>,
}

/// The endpoints that every word of `query` fits, in any order; all of them if there is no word. A path, with or without
/// method, host and query string, finds the endpoints there.
pub fn search(query: &str) -> Found {
    let mut terms = terms(query);
    if terms.is_empty() && !query.trim().is_empty() {
        return Found::default();
    }
    let mut found = Found { endpoints: matching(&terms), taken_for: Vec::new() };
    if found.endpoints.is_empty() {
        for term in &mut terms {
            if let Some((word, nearest)) = term.correct() {
                found.taken_for.push((word, nearest));
            }
        }
        found.endpoints = matching(&terms);
    }
    if found.endpoints.is_empty() {
        // A method that no endpoint at that path has: the others there are the nearest.
        terms.retain(|t| !matches!(t, Term::Method(_)));
        found.endpoints = if terms.is_empty() { Vec::new() } else { matching(&terms) };
    }
    found
}

/// One part of what is searched for.
enum Term {
    /// A path or a piece of one.
    Path(String),
    /// The method before a path.
    Method(Method),
    /// Anything else, as it was typed and as lower-case letters and digits alone.
    Word { plain: String, typed: String },
}

fn terms(query: &str) -> Vec<Term> {
    let strip = |word: &str| word.trim_matches(['"', '\'', '`', ',', ';']).to_owned();
    let mut words: Vec<String> = query.split_whitespace().map(strip).collect();
    let has_path = words.iter().any(|w| w.contains('/'));
    if let Some(remark) = words.iter().position(|w| has_path && w.starts_with('(')) {
        // What the documentation adds to a path: `GET /api/v3/account (HMAC SHA256)`.
        words.truncate(remark);
    }
    words.iter().filter_map(|word| term(word, has_path)).collect()
}

fn term(word: &str, has_path: bool) -> Option<Term> {
    if word.contains('/') {
        return Some(Term::Path(path_in(word).to_owned()))
            .filter(|t| !matches!(t, Term::Path(p) if p.is_empty()));
    }
    let method = Method::ALL.into_iter().find(|m| has_path && m.as_str().eq_ignore_ascii_case(word));
    let plain = squash(word);
    let word = || Some(Term::Word { plain, typed: word.to_owned() });
    method
        .map(Term::Method)
        .or_else(word)
        .filter(|t| !matches!(t, Term::Word { plain, .. } if plain.is_empty()))
}

/// The path of an address: without scheme, host, query string and fragment.
fn path_in(word: &str) -> &str {
    let word = word.split(['?', '#']).next().unwrap_or_default();
    let after_scheme = word.split_once("://").map_or(word, |(_, rest)| rest);
    let host = after_scheme.split('/').next().unwrap_or_default();
    let is_host = word.len() != after_scheme.len() || host.contains(['.', ':', '$', '{']);
    let path = if is_host { after_scheme.get(host.len()..).unwrap_or_default() } else { word };
    path.trim_end_matches('/')
}

fn matching(terms: &[Term]) -> Vec<&'static Endpoint> {
    let mut scored: Vec<(u32, &Endpoint)> =
        endpoints().iter().filter_map(|e| Some((score(e, terms)?, e))).collect();
    // The whole path leaves no doubt; one that merely goes on from there is another endpoint.
    let exact =
        |e: &Endpoint| terms.iter().any(|t| matches!(t, Term::Path(p) if e.path().eq_ignore_ascii_case(p)));
    if scored.iter().any(|(_, e)| exact(e)) {
        scored.retain(|(_, e)| exact(e));
    }
    scored.sort_by_key(|(score, _)| Reverse(*score));
    scored.into_iter().map(|(_, e)| e).collect()
}

/// How well the terms fit; `None` if one does not fit at all.
fn score(endpoint: &Endpoint, terms: &[Term]) -> Option<u32> {
    let mut total = 0;
    let mut joined = String::new();
    for term in terms {
        total += match term {
            Term::Path(path) => of_path(endpoint.path(), path)?,
            Term::Method(method) => Some(1).filter(|_| endpoint.method() == *method)?,
            Term::Word { plain: word, .. } => {
                joined.push_str(word);
                of_word(endpoint, word)?
            }
        };
    }
    Some(total + of_name(endpoint, &joined, terms))
}

fn of_path(path: &str, wanted: &str) -> Option<u32> {
    let (path, wanted) = (path.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    if path == wanted {
        return Some(200);
    }
    if path.ends_with(&wanted) {
        return Some(150);
    }
    if path.starts_with(&wanted) { Some(100) } else { path.contains(&wanted).then_some(80) }
}

/// What the name as a whole adds: all of it asked for, much of it asked for, and a place at the top level.
fn of_name(endpoint: &Endpoint, joined: &str, terms: &[Term]) -> u32 {
    if joined.is_empty() {
        return 0;
    }
    let command = squash(endpoint.command());
    let whole = if squash(endpoint.group()) + &command == joined {
        300
    } else if command == joined {
        200
    } else {
        0
    };
    let asked = |part: &&str| {
        terms
            .iter()
            .any(|t| matches!(t, Term::Word { plain: w, .. } if w.starts_with(part) || part.starts_with(w.as_str())))
    };
    let parts: Vec<&str> = parts(endpoint.command()).collect();
    let covered = parts.iter().filter(|p| asked(p)).count() * 20 / parts.len().max(1);
    let top = if endpoint.group() == TOP_GROUP { 5 } else { 0 };
    whole + u32::try_from(covered).unwrap_or(0) + top
}

/// Points for a word that is all of a text, one of its words, the start of one, or somewhere inside.
type Points = [u32; 4];

const MOST_OF_PARAMETER: u32 = 30;

const NAME: Points = [100, 60, 45, 30];
const GROUP: Points = [50, 40, 25, 15];
const PATH: Points = [0, 40, 25, 20];
const TITLE: Points = [60, 35, 25, 15];
const PARAMETER: Points = [MOST_OF_PARAMETER, 12, 8, 6];
const HELP: Points = [20, 20, 10, 0];
const SECTION: Points = [15, 15, 10, 0];
const METHOD: Points = [10, 10, 0, 0];

fn of_word(endpoint: &Endpoint, word: &str) -> Option<u32> {
    let texts = [
        (endpoint.command(), NAME),
        (endpoint.group(), GROUP),
        (endpoint.path(), PATH),
        (endpoint.title(), TITLE),
        (endpoint.section(), SECTION),
        (endpoint.help(), HELP),
        (endpoint.method().as_str(), METHOD),
    ];
    let best = |points: u32, (text, worth): (&str, Points)| {
        let most = worth.into_iter().max().unwrap_or(0);
        if most <= points { points } else { points.max(of_text(text, word, worth)) }
    };
    let points = texts.into_iter().fold(0, best);
    if points >= MOST_OF_PARAMETER {
        return Some(points);
    }
    let parameters = endpoint.parameters().map(|p| (p.name(), PARAMETER));
    Some(parameters.fold(points, best)).filter(|points| *points > 0)
}

fn of_text(text: &str, word: &str, [whole, part, start, within]: Points) -> u32 {
    if text.len() < word.len().saturating_sub(1) {
        return 0;
    }
    if plain(text).eq(word.chars()) {
        return whole;
    }
    let singular = word.strip_suffix('s').unwrap_or(word);
    let starts = |p: &str| p.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    let of_part = |p: &str| {
        if p.eq_ignore_ascii_case(word) {
            part
        } else if starts(p) || p.eq_ignore_ascii_case(singular) {
            start
        } else {
            0
        }
    };
    let best = parts(text).map(of_part).max().unwrap_or(0);
    // Two letters are inside of almost everything.
    let inside = best == 0 && within > 0 && word.len() > 2 && squash(text).contains(word);
    if inside { within } else { best }
}

/// The words a name or text is made of: `my-trades`, `openOrders`, `All orders.`
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(humps).filter(|part| !part.is_empty())
}

/// `openOrders` as `open` and `Orders`; a run of capitals stays together.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes().windows(2);
        let end = bytes
            .map(|pair| matches!(pair, [a, b] if !a.is_ascii_uppercase() && b.is_ascii_uppercase()))
            .position(|turns| turns)
            .map_or(rest.len(), |at| at + 1);
        let (hump, after) = rest.split_at(end);
        rest = after;
        Some(hump)
    })
}

/// Lower-case letters and digits alone, so that `open-orders`, `openOrders` and `Open Orders` are the same.
fn squash(text: &str) -> String {
    plain(text).collect()
}

fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase())
}

impl Term {
    /// Puts the nearest of the catalogue's own words in place of one that is nowhere in it; gives both.
    fn correct(&mut self) -> Option<(String, String)> {
        if !matching(std::slice::from_ref(self)).is_empty() {
            return None;
        }
        let (corrected, typed, nearest) = match self {
            Self::Method(_) => return None,
            Self::Path(path) => {
                let paths = endpoints().iter().map(|e| e.path().to_owned());
                let nearest = nearest(path, paths, strsim::normalized_damerau_levenshtein)?;
                (Self::Path(nearest.clone()), path, nearest)
            }
            Self::Word { plain, typed } => {
                let alike = |a: &str, b: &str| {
                    let b = squash(b);
                    strsim::jaro_winkler(a, &b).max(strsim::normalized_damerau_levenshtein(a, &b))
                };
                let nearest = nearest(plain, vocabulary().into_iter(), alike)?;
                (Self::Word { plain: squash(&nearest), typed: nearest.clone() }, typed, nearest)
            }
        };
        let typed = std::mem::take(typed);
        *self = corrected;
        Some((typed, nearest))
    }
}

fn nearest(
    word: &str,
    known: impl Iterator<Item = String>,
    alike: impl Fn(&str, &str) -> f64,
) -> Option<String> {
    let scored = known.map(|k| (alike(word, &k), k)).filter(|(score, _)| *score >= ALIKE);
    scored.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, k)| k)
}

/// Every word that a slip can have been meant for: names of commands and parameters, whole and in parts, and groups.
fn vocabulary() -> Vec<String> {
    let mut words: Vec<String> = groups().into_iter().map(str::to_owned).collect();
    let names =
        |e: &'static Endpoint| std::iter::once(e.command()).chain(e.parameters().map(Parameter::name));
    for name in endpoints().iter().flat_map(names) {
        words.push(name.to_owned());
        words.extend(parts(name).filter(|p| p.len() > 2).map(str::to_ascii_lowercase));
    }
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(query: &str) -> Vec<String> {
        search(query).endpoints.into_iter().map(|e| e.words().join(" ")).collect()
    }

    #[test]
    fn the_best_match_comes_first() {
        let cases = [
            ("a name", "open-orders", "open-orders"),
            ("a name in words", "open orders", "open-orders"),
            ("words in another order", "orders open", "open-orders"),
            ("the wire's spelling", "openOrders", "open-orders"),
            ("capitals", "OPEN ORDERS", "open-orders"),
            ("a group and a name", "margin open orders", "margin open-orders"),
            ("a name that stands in others", "order", "order"),
            ("the top level's own group", "spot order", "order"),
            ("the start of a word", "wallet withdr", "wallet withdraw"),
            ("a word of the title", "kline candlestick", "klines"),
            ("a parameter", "origClientOrderId cancel", "cancel-order"),
            ("a parameter as a flag", "cancel-restrictions cancel order", "cancel-order"),
            ("a plural", "depths", "depth"),
            ("a slip", "opne-ordrs", "open-orders"),
            ("a slip in one of the words", "margin opeen orders", "margin open-orders"),
        ];
        for (name, query, first) in cases {
            assert_eq!(names(query).first().map(String::as_str), Some(first), "{name}: {query}");
        }
    }

    #[test]
    fn a_pasted_path_finds_its_command() {
        let open = &["open-orders"][..];
        let cases = [
            ("method and path", "GET /api/v3/openOrders", open),
            ("path alone", "/sapi/v1/capital/config/getall", &["wallet coins"]),
            ("path of several methods", "/api/v3/openOrders", &["open-orders", "cancel-open-orders"]),
            ("small letters", "get /api/v3/openorders", open),
            ("as the documentation has it", "`GET /api/v3/openOrders` (HMAC SHA256)", open),
            ("an address", "GET https://api.binance.com/api/v3/openOrders?symbol=A&signature=00#top", open),
            ("a host without scheme", "GET api.binance.com/api/v3/openOrders/", open),
            ("a host from a variable", "GET $BASE/api/v3/openOrders", open),
            ("without the first slash", "GET api/v3/openOrders", open),
            ("narrowed by a word", "/api/v3/openOrders cancel", &["cancel-open-orders"]),
            ("a slip", "GET /api/v3/opneOrders", open),
            ("a method that is not there", "PUT /api/v3/depth", &["depth"]),
            ("in two groups", "/futures/data/basis", &["coin-futures basis", "futures basis"]),
        ];
        for (name, query, expected) in cases {
            let mut found = names(query);
            found.sort_unstable();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(found, expected, "{name}: {query}");
        }
    }

    #[test]
    fn an_endpoint_is_found_first_by_its_own_words_and_alone_by_its_path() {
        // Each fourth: all of them take twenty seconds without optimisation.
        for e in endpoints().iter().step_by(4) {
            let words = format!("{} {}", e.group(), e.command());
            let first = search(&words).endpoints.first().copied();
            assert!(first.is_some_and(|f| std::ptr::eq(f, e)), "{words}: {first:?}");
            let request = format!("{} {}", e.method(), e.path());
            for found in search(&request).endpoints {
                assert_eq!((found.method(), found.path()), (e.method(), e.path()), "{request}");
            }
        }
    }

    #[test]
    fn every_word_has_to_fit() {
        assert_eq!(names("withdraw xyzzyxx"), [""; 0]);
        assert_eq!(names("/xyzzy/v1/quux"), [""; 0]);
        assert_eq!(names("klines ping"), [""; 0]);
        assert_eq!(names("/"), [""; 0]);
        assert_eq!(names("???"), [""; 0]);
        assert_eq!(names("").len(), endpoints().len());
        assert_eq!(search("opne-ordrs").taken_for, [("opne-ordrs".to_owned(), "open-orders".to_owned())]);
        assert!(search("open orders").taken_for.is_empty());
    }
}
