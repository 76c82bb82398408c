//! What is no symbol: an asset alone, or a pair the wrong way round.

use crate::catalogue::{assets, quote_rank};

/// What was sent in place of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotSymbol<'a> {
    /// One asset.
    Asset,
    /// Quote asset and base asset, in that order.
    Reversed {
        /// What belongs first.
        base: &'a str,
        /// What belongs second.
        quote: &'a str,
    },
    /// Base asset and quote asset with something between them; how they are written together.
    Separated(String),
}

/// Whether a text may be a symbol, as far as can be told without the list of them.
pub fn is_likely_symbol(text: &str) -> bool {
    not_symbol(text).is_none()
}

/// Tells an asset or a reversed pair from a symbol; `None` if it may be a symbol.
pub(super) fn not_symbol(text: &str) -> Option<NotSymbol<'_>> {
    if let Some((base, quote)) = text.split_once(['_', '-', '.']) {
        // Contracts have such names too: `BTCUSD_PERP`, `BTC-250101-50000-C`.
        let pair = quote_rank(quote).is_some() && !base.is_empty() && base.chars().all(char::is_alphanumeric);
        return pair.then(|| NotSymbol::Separated(format!("{base}{quote}")));
    }
    if quote_rank(text).is_some() || assets().any(|a| a == text) {
        return Some(NotSymbol::Asset);
    }
    let halves = || (1..text.len()).filter_map(|i| text.split_at_checked(i));
    // A base asset of a lower rank cannot have a quote asset of a higher one: that pair goes the other way.
    let may_be = |(base, quote): (&str, &str)| {
        let quote = quote_rank(quote)?;
        Some(quote_rank(base).is_none_or(|base| quote <= base))
    };
    if halves().any(|pair| may_be(pair) == Some(true)) {
        return None;
    }
    let known = |asset: &str| quote_rank(asset).is_some() || assets().any(|a| a == asset);
    let reversed = halves().find(|(quote, base)| quote_rank(quote).is_some() && known(base));
    reversed.map(|(quote, base)| NotSymbol::Reversed { base, quote })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_and_reversed_pairs_are_no_symbols() {
        let reversed = |base, quote| Some(NotSymbol::Reversed { base, quote });
        let cases = [
            ("BTC", Some(NotSymbol::Asset)),
            ("USDT", Some(NotSymbol::Asset)),
            ("DOGE", Some(NotSymbol::Asset)),
            ("ARK", Some(NotSymbol::Asset)),
            ("USDTBTC", reversed("BTC", "USDT")),
            ("BTCARK", reversed("ARK", "BTC")),
            ("BTCETH", reversed("ETH", "BTC")),
            ("ETHLTC", reversed("LTC", "ETH")),
            ("TRYUSDT", reversed("USDT", "TRY")),
            ("BTC-USDT", Some(NotSymbol::Separated("BTCUSDT".to_owned()))),
            ("BTC_USDT", Some(NotSymbol::Separated("BTCUSDT".to_owned()))),
            ("BTCUSDT_250328", None),
            ("BTCUSDT", None),
            ("ETHBTC", None),
            ("BNBETH", None),
            ("USDTTRY", None),
            ("USDCUSDT", None),
            ("FDUSDUSDT", None),
            ("EURUSDT", None),
            ("BTCEUR", None),
            ("SOLUSDC", None),
            ("BTCSTUSDT", None),
            ("BTCUSD_PERP", None),
            ("BTC-250101-50000-C", None),
            ("币安人生USDT", None),
            ("NEWCOINNEWQUOTE", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(not_symbol(text), expected, "{text}");
        }
    }
}
