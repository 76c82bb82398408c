use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};
use toml::Spanned;

use super::key::{KeyTable, keys};
use super::symbol::{SymbolTable, symbol};
use super::{Account, AccountError, AccountProblem};
use crate::config::{ConfigError, OpenedFile, PRACTICE_SECRET_KEY};
use crate::practice::amount::{Amount, NoAmount};
use crate::practice::keys::Keys;
use crate::practice::spot::Opening;
use crate::practice::spot::state::Fees;
use crate::practice::spot::symbol::{Asset, Symbol};

/// An account file. What is `None` is as in the practice account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountTable {
    past_orders: Option<Spanned<bool>>,
    fees: Option<FeesTable>,
    key: Option<Vec<Spanned<KeyTable>>>,
    balance: Option<Vec<Spanned<BalanceTable>>>,
    symbol: Option<Vec<Spanned<SymbolTable>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeesTable {
    maker: Option<Spanned<Decimal>>,
    taker: Option<Spanned<Decimal>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BalanceTable {
    asset: Spanned<String>,
    free: Decimal,
}

/// A decimal in quotes. A bare one would pass through a float.
pub(super) struct Decimal(pub(super) Amount);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal in quotes, such as \"0.001\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                let problem = match text.parse() {
                    Ok(amount) => return Ok(Decimal(amount)),
                    Err(NoAmount::Malformed) => "is no decimal; write digits with a point, such as \"0.001\"",
                    Err(NoAmount::TooPrecise) => "has more than eight decimals; write fewer",
                    Err(NoAmount::TooLarge) => "has more than twelve digits before the point; write fewer",
                };
                Err(E::custom(format!("`{text}` {problem}")))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A secret text: no message has what was written in its place.
pub(super) struct Hidden(pub(super) String);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        match value {
            toml::Value::String(text) => Ok(Self(text)),
            other => Err(D::Error::custom(format!(
                "a key is written as a text in quotes, not as {}",
                other.type_str()
            ))),
        }
    }
}

/// The file while it is read, for its messages.
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    pub(super) fn error(&self, at: &Range<usize>, problem: AccountProblem) -> AccountError {
        let before = self.text.as_bytes().get(..at.start).unwrap_or(self.text.as_bytes());
        let line = before.split(|b| *b == b'\n').count();
        AccountError::Wrong { file: self.path.to_owned(), line, problem }
    }

    /// The name of an asset or a symbol.
    pub(super) fn name(
        &self,
        setting: &'static str,
        name: &Spanned<String>,
    ) -> Result<Arc<str>, AccountError> {
        let text = name.get_ref().as_str();
        let legal = |c: char| (c.is_alphanumeric() && !c.is_ascii_lowercase()) || "_-.".contains(c);
        if (1..=50).contains(&text.chars().count()) && text.chars().all(legal) {
            return Ok(Arc::from(text));
        }
        let name_shown = text.chars().take(50).flat_map(char::escape_debug).collect();
        Err(self.error(&name.span(), AccountProblem::Name { setting, name: name_shown }))
    }
}

/// Reads an account file.
pub(super) fn read(path: &Path) -> Result<Account, AccountError> {
    let problem = |problem| ConfigError::File { what: "account file", path: path.to_owned(), problem };
    let file = OpenedFile::config(path).map_err(problem)?;
    let text = file.text().map_err(problem)?;
    let source = Source { path, text };
    let table: AccountTable = toml::from_str(text).map_err(|e| {
        source.error(&e.span().unwrap_or_default(), AccountProblem::Toml(e.message().trim().to_owned()))
    })?;
    // The published secret is none, and a file with it can be kept where everybody reads it.
    let own_secret =
        |key: &Spanned<KeyTable>| key.get_ref().inline_secret().is_some_and(|s| s != PRACTICE_SECRET_KEY);
    if table.key.iter().flatten().any(own_secret) {
        file.check_private().map_err(problem)?;
    }
    account(&source, table)
}

fn account(source: &Source<'_>, table: AccountTable) -> Result<Account, AccountError> {
    let AccountTable { past_orders, fees: fees_table, key, balance, symbol } = table;
    let practice = Opening::practice();
    let symbols = symbol.map_or(Ok(practice.symbols.clone()), |tables| symbols(source, tables))?;
    let mut balances = balance.map_or(Ok(practice.balances.clone()), |tables| balances(source, tables))?;
    // Every asset that is traded is shown, and a client finds its balance to be zero.
    for asset in symbols.iter().flat_map(|s| [&s.base, &s.quote]) {
        if !balances.iter().any(|(known, _)| known == asset) {
            balances.push((Asset::clone(asset), Amount::ZERO));
        }
    }
    let fees = fees_table.map_or(Ok(practice.fees), |table| fees(source, &table, practice.fees))?;
    let mut opening = Opening { symbols, balances, fees, past_orders: false };
    let as_practice = opening.equals(&practice);
    opening.past_orders = match past_orders {
        Some(wanted) if *wanted.get_ref() && !as_practice => {
            return Err(source.error(&wanted.span(), AccountProblem::PastOrders));
        }
        Some(wanted) => wanted.into_inner(),
        None => as_practice,
    };
    let keys = key.map_or_else(|| Ok(Keys::practice()), |tables| keys(source, tables))?;
    Ok(Account { opening, keys })
}

fn symbols(source: &Source<'_>, tables: Vec<Spanned<SymbolTable>>) -> Result<Vec<Arc<Symbol>>, AccountError> {
    let mut symbols: Vec<Arc<Symbol>> = Vec::new();
    for table in tables {
        let span = table.span();
        let symbol = symbol(source, &table)?;
        if symbols.iter().any(|s| s.name == symbol.name) {
            let name = symbol.name.to_string();
            return Err(source.error(&span, AccountProblem::Twice { what: "symbol", name }));
        }
        symbols.push(Arc::new(symbol));
    }
    Ok(symbols)
}

fn balances(
    source: &Source<'_>,
    tables: Vec<Spanned<BalanceTable>>,
) -> Result<Vec<(Asset, Amount)>, AccountError> {
    let mut balances: Vec<(Asset, Amount)> = Vec::new();
    for table in tables {
        let span = table.span();
        let BalanceTable { asset, free } = table.into_inner();
        let asset = source.name("asset", &asset)?;
        if balances.iter().any(|(known, _)| *known == asset) {
            let name = asset.to_string();
            return Err(source.error(&span, AccountProblem::Twice { what: "balance of", name }));
        }
        balances.push((asset, free.0));
    }
    Ok(balances)
}

fn fees(source: &Source<'_>, table: &FeesTable, usual: Fees) -> Result<Fees, AccountError> {
    let fee = |name, given: &Option<Spanned<Decimal>>, usual| match given {
        Some(fee) if fee.get_ref().0 >= Amount::whole(1) => {
            Err(source.error(&fee.span(), AccountProblem::Fee(name)))
        }
        Some(fee) => Ok(fee.get_ref().0),
        None => Ok(usual),
    };
    Ok(Fees {
        maker: fee("maker", &table.maker, usual.maker)?,
        taker: fee("taker", &table.taker, usual.taker)?,
    })
}
