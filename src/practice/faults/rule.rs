use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::answers::{self, FaultAnswer, Times};
use super::error::RuleError;
use super::values;
use crate::text::nearest;

/// One rule: which requests, and what happens to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    text: String,
    method: Option<String>,
    path: Pattern,
    pub(super) what: What,
    pub(super) skip: u64,
    pub(super) count: Option<u64>,
    /// How likely it is, in billionths.
    pub(super) chance: Option<u64>,
}

/// Which paths.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exact(String),
    Beginning(String),
}

/// What happens to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::practice) struct What {
    /// How much later it is answered.
    pub(in crate::practice) latency: Duration,
    /// By how much the exchange's clock is off, in microseconds.
    pub(in crate::practice) clock_us: i64,
    pub(in crate::practice) ending: Option<Ending>,
}

/// What becomes of a request in place of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::practice) enum Ending {
    /// It is answered so.
    Answer { answer: &'static FaultAnswer, when: When, retry_after: Option<u32> },
    /// The connection is closed without an answer.
    Drop(When),
    /// The same, with a reset.
    Reset(When),
    /// The connection is closed in the middle of the answer.
    HalfAnswer,
    /// A read gets the answer that it got before.
    Stale,
}

/// Whether the request is executed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::practice) enum When {
    /// It is not executed.
    Before,
    /// It has been executed.
    After,
}

impl Ending {
    /// Whether the request comes to the exchange at all.
    pub(in crate::practice) fn executes(self) -> bool {
        match self {
            Self::Answer { when, .. } | Self::Drop(when) | Self::Reset(when) => when == When::After,
            Self::HalfAnswer | Self::Stale => true,
        }
    }

    fn of(word: &str) -> Result<Self, RuleError> {
        let whole = |row: &&FaultAnswer| row.when == Times::Before && row.word == word;
        if let Some(answer) = answers::all().iter().find(whole) {
            return Ok(Self::Answer { answer, when: When::Before, retry_after: None });
        }
        let (name, when) = match (word.strip_suffix("-before"), word.strip_suffix("-after")) {
            (Some(name), _) => (name, Some(When::Before)),
            (_, Some(name)) => (name, Some(When::After)),
            _ => (word, None),
        };
        let row = answers::all().iter().find(|row| row.when == Times::Either && row.word == name);
        match (name, row, when) {
            ("drop", _, Some(when)) => Ok(Self::Drop(when)),
            ("reset", _, Some(when)) => Ok(Self::Reset(when)),
            (_, Some(answer), Some(when)) => Ok(Self::Answer { answer, when, retry_after: None }),
            ("drop" | "reset", _, None) | (_, Some(_), None) => Err(RuleError::Executed(word.to_owned())),
            ("half-answer", ..) if when.is_none() => Ok(Self::HalfAnswer),
            ("stale", ..) if when.is_none() => Ok(Self::Stale),
            _ => Err(unknown(word)),
        }
    }
}

fn unknown(word: &str) -> RuleError {
    let names: Vec<String> = super::table().into_iter().flat_map(|row| row.typed()).collect();
    let nearest = nearest(word, names.iter().map(String::as_str)).first().map(|n| (*n).to_owned());
    RuleError::Unknown { word: word.to_owned(), nearest }
}

impl Rule {
    /// Whether it is for such a request.
    pub(super) fn is_for(&self, method: &str, path: &str) -> bool {
        let fits = match &self.path {
            Pattern::Exact(whole) => path == whole,
            Pattern::Beginning(beginning) => path.starts_with(beginning.as_str()),
        };
        fits && self.method.as_deref().is_none_or(|own| own == method)
    }

    /// Whether it needs answers that were given before.
    pub(super) fn is_stale(&self) -> bool {
        self.what.ending == Some(Ending::Stale)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];
        let mut words = text.split_whitespace();
        let first = words.next().ok_or(RuleError::Empty)?;
        let method = METHODS.into_iter().find(|m| m.eq_ignore_ascii_case(first));
        let path = match method {
            Some(_) => words.next().ok_or_else(|| RuleError::NoFault(first.to_owned()))?,
            None => first,
        };
        let mut draft = Draft::new(pattern(path, method.is_some())?);
        draft.rule.method = method.map(str::to_owned);
        words.clone().try_for_each(|word| draft.take(word))?;
        let mut rule = draft.finish(path)?;
        let all: Vec<&str> = method.into_iter().chain([path]).chain(words).collect();
        rule.text = all.join(" ");
        Ok(rule)
    }
}

fn pattern(word: &str, after_method: bool) -> Result<Pattern, RuleError> {
    let beginning = word.strip_suffix('*');
    let path = beginning.unwrap_or(word);
    let is_path = path.starts_with('/') && !path.contains(['*', '?', '#']);
    if is_path || (path.is_empty() && beginning.is_some()) {
        return Ok(match beginning {
            Some(beginning) => Pattern::Beginning(beginning.to_owned()),
            None => Pattern::Exact(word.to_owned()),
        });
    }
    let is_fault = word.contains('=') && !word.starts_with('/')
        || !matches!(Ending::of(word), Err(RuleError::Unknown { .. }));
    Err(match (is_fault, after_method || word.starts_with(['/', '*'])) {
        (true, _) => RuleError::NoPath(word.to_owned()),
        (false, true) => RuleError::Path(word.to_owned()),
        (false, false) => RuleError::Start(word.to_owned()),
    })
}

/// Of the words read so far, the one with this name.
fn given<'a>(words: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
    words.iter().find(|(n, _)| *n == name).map(|(_, word)| word.as_str())
}

/// A rule of which some words have been read.
struct Draft {
    rule: Rule,
    /// The words read so far, by name.
    given: Vec<(&'static str, String)>,
    retry_after: Option<u32>,
}

impl Draft {
    fn new(path: Pattern) -> Self {
        let what = What::default();
        let rule = Rule { text: String::new(), method: None, path, what, skip: 0, count: None, chance: None };
        Self { rule, given: Vec::new(), retry_after: None }
    }

    fn take(&mut self, word: &str) -> Result<(), RuleError> {
        let name = if let Some((name, value)) = word.split_once('=') {
            self.option(word, name, value)?
        } else {
            let ending = Ending::of(word)?;
            if let Some(other) = given(&self.given, "ending") {
                return Err(RuleError::Both(other.to_owned(), word.to_owned()));
            }
            self.rule.what.ending = Some(ending);
            "ending"
        };
        if given(&self.given, name).is_some() {
            return Err(RuleError::Twice(word.split('=').next().unwrap_or_default().to_owned() + "="));
        }
        self.given.push((name, word.to_owned()));
        Ok(())
    }

    fn option(&mut self, word: &str, name: &str, value: &str) -> Result<&'static str, RuleError> {
        let wanted = |wanted| move || RuleError::Value { word: word.to_owned(), wanted };
        let rule = &mut self.rule;
        Ok(match name {
            "latency" => {
                rule.what.latency = values::latency(value)
                    .ok_or_else(wanted("a time of at most an hour with its unit, such as 500ms or 2s"))?;
                "latency"
            }
            "clock" => {
                rule.what.clock_us = values::offset(value)
                    .ok_or_else(wanted("a time with its sign and unit, such as +1500ms or -7s"))?;
                "clock"
            }
            "retry-after" => {
                let seconds = value.parse().map_err(|_| wanted("a number of seconds")())?;
                self.retry_after = Some(seconds);
                "retry-after"
            }
            "count" => {
                let count = value.parse().ok().filter(|n| *n > 0);
                rule.count = Some(count.ok_or_else(wanted("a whole number from 1 on"))?);
                "count"
            }
            // Both are what people write.
            "skip" | "after" => {
                rule.skip = value.parse().map_err(|_| wanted("a whole number")())?;
                "skip"
            }
            "chance" => {
                let wanted = wanted("a number above 0 and at most 1, such as 0.1");
                rule.chance = Some(values::chance(value).ok_or_else(wanted)?);
                "chance"
            }
            _ => return Err(unknown(word)),
        })
    }

    /// The whole rule, if its words go together; `path` is the word for that.
    fn finish(self, path: &str) -> Result<Rule, RuleError> {
        let Self { mut rule, given: words, retry_after: seconds } = self;
        let word = |name| given(&words, name);
        let (ending, retry) = (word("ending"), word("retry-after"));
        if ending.or(word("latency")).or(word("clock")).is_none() {
            return Err(RuleError::NoFault(path.to_owned()));
        }
        let not_executed = rule.what.ending.is_some_and(|ending| !ending.executes());
        let takes_retry = match &mut rule.what.ending {
            Some(Ending::Answer { answer, retry_after, .. }) if answer.retry_after.is_some() => {
                *retry_after = seconds.or(answer.retry_after);
                true
            }
            _ => false,
        };
        let method = rule.method.as_deref().filter(|method| *method != "GET");
        let idle = [
            word("clock").zip(ending).filter(|_| not_executed),
            retry.zip(ending.or(Some(path))).filter(|_| !takes_retry),
            ending.zip(method).filter(|_| rule.what.ending == Some(Ending::Stale)),
        ];
        let no_effect = |(word, with): (&str, &str)| RuleError::NoEffect(word.to_owned(), with.to_owned());
        idle.into_iter().flatten().next().map(no_effect).map_or(Ok(()), Err)?;
        Ok(rule)
    }
}
