//! What a number, a name, a message or any text that holds one of them means.

use super::pattern::{Pattern, plain};
use super::scan::{Sign, sightings};
use super::{Advice, ERRORS, ErrorEntry, Kind, MESSAGES, MessageEntry, MistakeEntry, Product, StatusEntry};
use super::{mistake, mistakes, status};
use crate::text;

/// What was found.
#[derive(Clone, Copy)]
pub enum What {
    /// A code.
    Error(&'static ErrorEntry),
    /// A message that says more than its code.
    Message(&'static MessageEntry),
    /// An HTTP status.
    Status(u16, &'static StatusEntry),
    /// A mistake by its name.
    Mistake(&'static MistakeEntry),
}

/// One meaning of what was asked.
#[derive(Clone)]
pub struct Found {
    /// What it is; of a code that means the same in several products, the entry that says most.
    pub what: What,
    /// The products in which it means this; none where it belongs to no product.
    pub products: Vec<&'static Product>,
    /// The code that a message came with, if it is known.
    came_with: Option<i64>,
    /// Every entry that means the same.
    pub(super) entries: Vec<&'static ErrorEntry>,
}

impl Found {
    fn other(what: What) -> Self {
        Self { what, products: Vec::new(), came_with: None, entries: Vec::new() }
    }

    fn of_code(entry: &'static ErrorEntry, product: &'static Product) -> Self {
        Self { products: vec![product], entries: vec![entry], ..Self::other(What::Error(entry)) }
    }

    pub(super) fn message(message: &'static MessageEntry, came_with: Option<i64>) -> Self {
        let has = |p: &&Product| p.files().any(|file| file == message.product());
        let products = Product::all().iter().filter(has).collect();
        Self { products, came_with, ..Self::other(What::Message(message)) }
    }

    /// The codes: one, those that a message can come with, or none.
    pub fn codes(&self) -> Vec<i64> {
        match (self.what, self.came_with) {
            (What::Error(e), _) => vec![i64::from(e.code())],
            (What::Message(_), Some(code)) => vec![code],
            (What::Message(m), None) => m.codes().iter().copied().map(i64::from).collect(),
            _ => Vec::new(),
        }
    }

    /// The name of the code, the status or the mistake.
    pub fn name(&self) -> Option<&'static str> {
        match self.what {
            What::Error(e) => e.name().or_else(|| self.entries.iter().find_map(|e| e.name())),
            What::Message(_) => self.code_of_message()?.name(),
            What::Status(_, s) => Some(s.name()),
            What::Mistake(m) => Some(m.name()),
        }
    }

    /// What it says about the request; nothing, if it is a mistake by its name.
    pub fn kind(&self) -> Option<Kind> {
        match self.what {
            What::Error(e) => Some(e.kind()),
            What::Message(m) => m.kind().or_else(|| self.code_of_message().map(ErrorEntry::kind)),
            What::Status(_, s) => Some(s.kind()),
            What::Mistake(_) => None,
        }
    }

    fn code_of_message(&self) -> Option<&'static ErrorEntry> {
        self.products.first()?.error(self.codes().first().copied()?)
    }

    /// The messages that it comes with, each once.
    pub fn messages(&self) -> Vec<&'static str> {
        if let What::Message(m) = self.what {
            return vec![m.text()];
        }
        let mut messages: Vec<&str> = Vec::new();
        for message in self.entries.iter().flat_map(|e| e.messages()) {
            let said =
                |m: &&str| letters(m) == letters(message) || Pattern::new(m, self.what).is(&plain(message));
            if !messages.iter().any(said) {
                messages.push(message);
            }
        }
        messages
    }

    /// Meaning, causes and commands; a mistake has a cause alone.
    pub fn advice(&self) -> Option<&'static Advice> {
        match self.what {
            What::Error(e) => Some(e.advice()),
            What::Message(m) => Some(m.advice()),
            What::Status(_, s) => Some(s.advice()),
            What::Mistake(_) => None,
        }
    }

    /// What tells it from others; `came_with` is left out, so that a message is one whatever its code.
    pub(super) fn key(&self) -> (i64, &'static str) {
        match self.what {
            What::Error(e) => (i64::from(e.code()), self.entries.first().map_or("", |e| e.product())),
            What::Message(m) => (0, m.text()),
            What::Status(status, _) => (i64::from(status), ""),
            What::Mistake(m) => (0, m.name()),
        }
    }
}

/// Every meaning of `asked`, in `product` alone if one is given.
pub fn find(asked: &str, product: Option<&'static Product>) -> Vec<Found> {
    let asked = asked.trim();
    if let Ok(number) = asked.parse::<i64>() {
        return by_number(number, product);
    }
    let ways = [by_name, by_sign, by_message, by_words];
    ways.into_iter().map(|way| way(asked, product)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// A number is a status, a code, or a code without its sign.
fn by_number(number: i64, product: Option<&'static Product>) -> Vec<Found> {
    if let Some(found) = by_status(number) {
        return vec![found];
    }
    let found = meanings(number, product);
    if found.is_empty() && number > 0 { meanings(-number, product) } else { found }
}

fn by_status(number: i64) -> Option<Found> {
    let number = u16::try_from(number).ok()?;
    status(number).map(|s| Found::other(What::Status(number, s)))
}

/// The meanings of a code: one for all products where it means the same.
pub(super) fn meanings(code: i64, product: Option<&'static Product>) -> Vec<Found> {
    let meant = product.and_then(|p| p.error(code));
    if let (Some(entry), Some(product)) = (meant.filter(|e| is_undocumented(e)), product) {
        return vec![Found::of_code(entry, product)];
    }
    let mut found: Vec<Found> = Vec::new();
    for owner in Product::all() {
        let Some(entry) = owner.own(code).filter(|e| !(is_undocumented(e) && owner.shares_code(code))) else {
            continue;
        };
        match found.iter_mut().find(|f| f.entries.iter().any(|e| mean_the_same(e, entry))) {
            Some(same) => {
                same.products.push(owner);
                same.entries.push(entry);
            }
            None => found.push(Found::of_code(entry, owner)),
        }
    }
    if product.is_some() {
        found.retain(|f| meant.is_some_and(|m| f.entries.iter().any(|e| std::ptr::eq(*e, m))));
    }
    for f in &mut found {
        if let Some(entry) = fullest(&f.entries, meant) {
            f.what = What::Error(entry);
        }
    }
    found
}

/// The entry that says most: the one of the product asked about, unless another is written out and it is not. Of several alike
/// it is the first, which is Spot's.
fn fullest(
    entries: &[&'static ErrorEntry],
    meant: Option<&'static ErrorEntry>,
) -> Option<&'static ErrorEntry> {
    let says = |e: &ErrorEntry| (e.advice().meaning().is_some(), e.advice().causes().len());
    let all = meant.into_iter().chain(entries.iter().copied());
    all.reduce(|best, next| {
        let own = meant.is_some_and(|m| std::ptr::eq(m, best));
        let more = if own { says(next).0 && !says(best).0 } else { says(next) > says(best) };
        if more { next } else { best }
    })
}

/// Of some numbers all that is known is that a product has them.
fn is_undocumented(entry: &ErrorEntry) -> bool {
    entry.name().is_none() && entry.messages().next().is_none()
}

/// Whether a code means the same in two products: by its name, or by a message.
fn mean_the_same(a: &'static ErrorEntry, b: &'static ErrorEntry) -> bool {
    let same_name = a.name().is_some() && a.name() == b.name();
    same_name || a.messages().any(|m| b.messages().any(|n| letters(m) == letters(n)))
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// The meanings of what a name or message belongs to.
fn of(what: What, product: Option<&'static Product>) -> Vec<Found> {
    match what {
        What::Error(entry) => {
            let mut found = meanings(i64::from(entry.code()), product);
            found.retain(|f| f.entries.iter().any(|e| std::ptr::eq(*e, entry)));
            found
        }
        What::Message(m) => {
            let has = product.is_none_or(|p| p.chain().any(|file| file == m.product()));
            has.then(|| Found::message(m, None)).into_iter().collect()
        }
        other => vec![Found::other(other)],
    }
}

/// Each meaning once.
pub(super) fn all_of(whats: impl Iterator<Item = What>, product: Option<&'static Product>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for new in whats.flat_map(|what| of(what, product)) {
        if !found.iter().any(|f| f.key() == new.key()) {
            found.push(new);
        }
    }
    found
}

/// `BAD_API_KEY_FMT`, `lot size`, `key-in-authorization`.
fn by_name(asked: &str, product: Option<&'static Product>) -> Vec<Found> {
    let name = asked.to_uppercase().replace([' ', '-'], "_");
    let errors = ERRORS.iter().filter(|e| e.name() == Some(&name)).map(What::Error);
    let messages = MESSAGES.iter().filter(|m| filter_name(m) == Some(&name)).map(What::Message);
    let mistake = mistake(&asked.to_lowercase().replace([' ', '_'], "-")).map(What::Mistake);
    all_of(errors.chain(messages).chain(mistake), product)
}

/// The name at the end of a message, such as `LOT_SIZE`.
fn filter_name(message: &MessageEntry) -> Option<&'static str> {
    message.text().split_once(": ").map(|(_, name)| name)
}

/// Text with a code in it: a body, a traceback, a line of a log.
fn by_sign(asked: &str, product: Option<&'static Product>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for sighting in sightings(asked, true) {
        for new in resolved(sighting.sign, sighting.window, product) {
            if !found.iter().any(|f| f.key() == new.key()) {
                found.push(new);
            }
        }
    }
    found
}

/// What a code or status means, given the text that stands around it.
pub(super) fn resolved(sign: Sign, around: &str, product: Option<&'static Product>) -> Vec<Found> {
    let code = match sign {
        Sign::Status(status) => return by_status(i64::from(status)).into_iter().collect(),
        Sign::Code(code) => code,
    };
    let around = plain(around);
    let fits = |m: &&MessageEntry| {
        m.codes().iter().any(|c| i64::from(*c) == code)
            && product.is_none_or(|p| p.chain().any(|file| file == m.product()))
            && around.contains(plain(m.text()).trim_end_matches('.'))
    };
    if let Some(message) = MESSAGES.iter().filter(fits).max_by_key(|m| m.text().len()) {
        return vec![Found::message(message, Some(code))];
    }
    let all = meanings(code, product);
    if all.len() < 2 {
        return all;
    }
    let said = |f: &&Found| {
        let patterns = f.entries.iter().flat_map(|e| e.messages().map(|m| Pattern::new(m, f.what)));
        patterns.into_iter().any(|p| p.is_in(&around))
    };
    let narrowed: Vec<Found> = all.iter().filter(said).cloned().collect();
    if narrowed.is_empty() { all } else { narrowed }
}

/// A message, text around one, or part of one or of a name.
fn by_message(asked: &str, product: Option<&'static Product>) -> Vec<Found> {
    let asked = plain(asked);
    let patterns = Pattern::all();
    let whole = all_of(patterns.iter().filter(|p| p.is(&asked)).map(|p| p.what), product);
    if !whole.is_empty() {
        return whole;
    }
    let inside: Vec<&Pattern> = patterns.iter().filter(|p| p.is_in(&asked)).collect();
    let inside = all_of(longest(&inside), product);
    if !inside.is_empty() {
        return inside;
    }
    let part = asked.trim_end_matches('.');
    let name = part.replace(' ', "_");
    let named =
        |e: &&ErrorEntry| name.len() >= 4 && e.name().is_some_and(|n| n.to_lowercase().contains(&name));
    let errors = ERRORS.iter().filter(named).map(What::Error);
    all_of(errors.chain(patterns.iter().filter(|p| p.has(part)).map(|p| p.what)), product)
}

/// Of messages that all fit, those with most text: one can be the beginning of another.
pub(super) fn longest<'a>(patterns: &'a [&Pattern]) -> impl Iterator<Item = What> + 'a {
    let most = patterns.iter().map(|p| p.length()).max();
    patterns.iter().filter(move |p| Some(p.length()) == most).map(|p| p.what)
}

/// Part of a message whose holes are filled in: the messages that have most of its words.
fn by_words(asked: &str, product: Option<&'static Product>) -> Vec<Found> {
    let asked = plain(asked);
    let words: Vec<&str> = asked.split(' ').collect();
    let enough = (words.len() * 3).div_ceil(4).max(3);
    let patterns = Pattern::all();
    let scored = patterns.iter().map(|p| (p.shared_words(&words), p.what));
    let scored: Vec<(usize, What)> = scored.filter(|(shared, _)| *shared >= enough).collect();
    let best = scored.iter().map(|(shared, _)| *shared).max();
    all_of(scored.iter().filter(|(shared, _)| Some(*shared) == best).map(|(_, what)| *what), product)
}

/// The codes and names most like one that is not known, nearest first.
pub fn nearest(asked: &str) -> Vec<String> {
    let asked = asked.trim();
    let mut near = if asked.parse::<i64>().is_ok() {
        let mut codes: Vec<String> = ERRORS.iter().map(|e| e.code().to_string()).collect();
        codes.sort_unstable();
        codes.dedup();
        let asked = format!("-{}", asked.trim_start_matches('-'));
        text::nearest(&asked, codes.iter().map(String::as_str)).into_iter().map(str::to_owned).collect()
    } else {
        let errors = ERRORS.iter().filter_map(ErrorEntry::name);
        let names = errors.chain(MESSAGES.iter().filter_map(filter_name));
        let names = text::nearest(asked, names.chain(mistakes().map(MistakeEntry::name)));
        names.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    near.dedup();
    near.truncate(3);
    near
}
