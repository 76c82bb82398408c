use std::fmt;

use super::endpoint::{Endpoint, Names};
use super::{NAMES, Parameter, WEIGHTS};
use crate::data::Span;

/// What a call costs against the request limits.
#[derive(Clone, Copy)]
pub enum Weight {
    /// Always the same.
    Fixed(u32),
    /// Depends on the parameters.
    Rule(WeightRule),
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(n) => n.fmt(f),
            Self::Rule(rule) => rule.fmt(f),
        }
    }
}

/// Cases, of which the first that fits counts, or the last where none does. Shown as one line of words.
#[derive(Clone, Copy)]
pub struct WeightRule(Span);

#[derive(Clone, Copy)]
pub(super) enum WeightRow {
    Fixed(u32),
    Rule(Span),
}

impl From<WeightRow> for Weight {
    fn from(row: WeightRow) -> Self {
        match row {
            WeightRow::Fixed(n) => Self::Fixed(n),
            WeightRow::Rule(cases) => Self::Rule(WeightRule(cases)),
        }
    }
}

pub(super) struct WeightCase {
    pub(super) weight: u32,
    /// It fits where one of these is sent; always, where there are none.
    pub(super) with: Span,
    /// The values that it has to have.
    pub(super) values: Span,
    /// The largest value that it may have; what is not sent has its default.
    pub(super) up_to: Option<u32>,
    /// The most items that there may be.
    pub(super) items_up_to: Option<u32>,
    /// Whether the weight is that of one item.
    pub(super) each: bool,
    /// The most that all items together weigh.
    pub(super) most: Option<u32>,
}

impl WeightRule {
    /// The weight of a call with these values.
    pub(super) fn of<'a>(self, endpoint: &Endpoint, value: &impl Fn(&str) -> Option<&'a str>) -> Option<u32> {
        let cases = self.0.of(&WEIGHTS);
        let fits = |case: &&WeightCase| case.fits(endpoint, value);
        let case = cases.iter().find(fits).or_else(|| cases.last())?;
        let items = if case.each { case.items(value).max(1) } else { 1 };
        let weight = case.weight.saturating_mul(items);
        Some(case.most.map_or(weight, |most| weight.min(most)))
    }
}

impl WeightCase {
    fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        Names(self.with).iter()
    }

    fn is_otherwise(&self) -> bool {
        self.with.of(&NAMES).is_empty()
    }

    fn fits<'a>(&self, endpoint: &Endpoint, value: &impl Fn(&str) -> Option<&'a str>) -> bool {
        if self.is_otherwise() {
            return true;
        }
        if let Some(most) = self.up_to {
            let number = |text: &str| text.parse::<u32>().ok();
            let default = |name| endpoint.parameter(name).and_then(Parameter::default).and_then(number);
            return self
                .names()
                .filter_map(|n| value(n).and_then(number).or_else(|| default(n)))
                .any(|n| n <= most);
        }
        let mut sent = self.names().filter_map(value).filter(|v| !v.is_empty());
        if !self.values.of(&NAMES).is_empty() {
            return sent.any(|v| Names(self.values).iter().any(|one| one.eq_ignore_ascii_case(v)));
        }
        sent.next().is_some() && self.items_up_to.is_none_or(|most| self.items(value) <= most)
    }

    /// How many items were sent: a JSON array's, those between commas, or the one.
    fn items<'a>(&self, value: &impl Fn(&str) -> Option<&'a str>) -> u32 {
        let count = |text: &str| {
            let items = text.trim().trim_start_matches('[').trim_end_matches(']');
            u32::try_from(items.split(',').filter(|i| !i.trim().is_empty()).count()).unwrap_or(u32::MAX)
        };
        self.names().filter_map(value).map(count).fold(0, u32::saturating_add)
    }
}

impl fmt::Display for WeightRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<&WeightCase> = None;
        for case in self.0.of(&WEIGHTS) {
            if before.is_some() {
                f.write_str("; ")?;
            }
            write!(f, "{}{}", case.weight, case.words(before))?;
            before = Some(case);
        }
        Ok(())
    }
}

impl WeightCase {
    /// What is to be said after its figure, given the case before it.
    fn words(&self, before: Option<&Self>) -> String {
        let names = self.names().collect::<Vec<_>>().join(" or ");
        let values = Names(self.values).iter().collect::<Vec<_>>().join(" or ");
        // A bound is named once: `5 for limit up to 100; 25 up to 500`.
        let of = if before.is_some_and(|b| b.up_to.or(b.items_up_to).is_some()) {
            String::new()
        } else if self.items_up_to.is_some() {
            format!(" for items of {names}")
        } else {
            format!(" for {names}")
        };
        if let Some(most) = self.up_to.or(self.items_up_to) {
            return format!("{of} up to {most}");
        }
        let most = self.most.map(|most| format!(", at most {most}")).unwrap_or_default();
        match before {
            Some(b) if self.is_otherwise() && b.up_to.is_some() => " above".to_owned(),
            Some(b) if self.is_otherwise() && b.is_plain() => " without".to_owned(),
            _ if self.is_otherwise() => " otherwise".to_owned(),
            _ if self.each => format!(" for each item of {names}{most}"),
            _ if values.is_empty() => format!(" with {names}"),
            _ => format!(" with {names} {values}"),
        }
    }

    /// Whether it depends on nothing but what was sent.
    fn is_plain(&self) -> bool {
        !self.each && self.items_up_to.is_none() && self.values.of(&NAMES).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue;

    #[test]
    fn the_weight_follows_from_what_is_sent() {
        let symbols = |n: usize| format!("symbols=[{}]", vec!["\"A\""; n].join(","));
        let (two, twenty_one, sixty, hundred_and_one) = (symbols(2), symbols(21), symbols(60), symbols(101));
        let cases = [
            ("spot ping", "", Some(1)),
            ("spot open-orders", "symbol=A", Some(6)),
            ("spot open-orders", "", Some(80)),
            ("spot open-orders", "symbol=", Some(80)),
            ("spot depth", "symbol=A", Some(5)),
            ("spot depth", "limit=100", Some(5)),
            ("spot depth", "limit=101", Some(25)),
            ("spot depth", "limit=1000", Some(50)),
            ("spot depth", "limit=5000", Some(250)),
            ("spot depth", "limit=99999999999", Some(5)),
            ("spot depth", "limit=x", Some(5)),
            ("spot ticker", "symbol=A", Some(4)),
            ("spot ticker", &two, Some(8)),
            ("spot ticker", &sixty, Some(200)),
            ("spot ticker-24hr", "symbol=A", Some(2)),
            ("spot ticker-24hr", &two, Some(2)),
            ("spot ticker-24hr", &twenty_one, Some(40)),
            ("spot ticker-24hr", &hundred_and_one, Some(80)),
            ("spot ticker-24hr", "", Some(80)),
            ("spot ticker-price", "symbol=A", Some(2)),
            ("spot ticker-price", &two, Some(4)),
            ("spot execution-rules", "symbol=A", Some(2)),
            ("spot execution-rules", &two, Some(4)),
            ("spot execution-rules", &sixty, Some(40)),
            ("spot execution-rules", "symbolStatus=TRADING", Some(40)),
            ("spot my-trades", "orderId=1", Some(5)),
            ("spot my-trades", "symbol=A", Some(20)),
            ("spot my-prevented-matches", "preventedMatchId=1", Some(2)),
            ("spot my-prevented-matches", "orderId=1", Some(20)),
            ("spot order-test", "computeCommissionRates=TRUE", Some(20)),
            ("spot order-test", "computeCommissionRates=false", Some(1)),
            ("margin new-order", "sideEffectType=MARGIN_BUY", Some(1500)),
            ("margin new-order", "sideEffectType=AUTO_REPAY", Some(6)),
            ("margin new-order", "", Some(6)),
            ("futures klines", "", Some(5)),
            ("futures klines", "limit=99", Some(1)),
            ("futures klines", "limit=1500", Some(10)),
            ("futures new-order", "", Some(0)),
            ("portfolio-margin cm-all-orders", "pair=A", Some(40)),
            ("alpha klines", "", None),
        ];
        for (name, sent, weight) in cases {
            let (group, command) = name.split_once(' ').unwrap();
            let endpoint = catalogue::find(group, command).unwrap();
            let value = |name: &str| sent.split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| v);
            assert_eq!(endpoint.weight_of(value), weight, "{name} {sent}");
        }
    }

    #[test]
    fn rules_are_shown_in_words() {
        let cases = [
            ("spot account", "20"),
            ("spot open-orders", "6 with symbol; 80 without"),
            ("spot depth", "5 for limit up to 100; 25 up to 500; 50 up to 1000; 250 above"),
            ("spot ticker", "4 for each item of symbol or symbols, at most 200"),
            ("spot ticker-24hr", "2 for items of symbol or symbols up to 20; 40 up to 100; 80 otherwise"),
            ("spot execution-rules", "2 for each item of symbol or symbols, at most 40; 40 otherwise"),
            ("spot order-test", "20 with computeCommissionRates true; 1 otherwise"),
            ("margin new-order", "1500 with sideEffectType MARGIN_BUY or AUTO_BORROW_REPAY; 6 otherwise"),
            ("portfolio-margin cm-all-orders", "20 with symbol; 40 with pair"),
        ];
        for (name, words) in cases {
            let (group, command) = name.split_once(' ').unwrap();
            let weight = catalogue::find(group, command).unwrap().weight().unwrap();
            assert_eq!(weight.to_string(), words, "{name}");
        }
    }

    /// Further limits and announced changes, which no figure holds.
    #[test]
    fn few_weights_need_words_beside_them() {
        let noted: Vec<String> = catalogue::endpoints()
            .iter()
            .filter(|e| e.weight_note().is_some())
            .map(|e| format!("{} {}", e.group(), e.command()))
            .collect();
        let expected = [
            "coin-futures all-orders",
            "coin-futures force-orders",
            "coin-futures leverage-bracket",
            "coin-futures user-trades",
            "futures convert-get-quote",
            "futures funding-rate",
            "margin set-max-leverage",
            "spot my-prevented-matches",
            "wallet withdraw-history",
        ];
        assert_eq!(noted, expected);
    }
}
