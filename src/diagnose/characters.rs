use crate::catalogue::{ListStyle, Parameter, ParameterType, quote_rank};
use crate::explain;
use crate::text::fill;

/// A range of characters as the exchange names it, and the same as a test.
struct LegalRange {
    pattern: &'static str,
    holds: fn(&str) -> bool,
    /// The mistake that a value outside of it most likely is, and the value that was meant.
    likely: fn(&str) -> Likely,
}

/// The name of a mistake, and the value that was meant, where one can be told.
type Likely = (&'static str, Option<String>);

const NOT_ALLOWED: &str = "characters-not-allowed";

const INTEGER: LegalRange =
    LegalRange { pattern: "^[0-9]{1,20}$", holds: |s| digits(s, 20), likely: likely_number };

const DECIMAL: LegalRange = LegalRange {
    pattern: r"^([0-9]{1,20})(\.[0-9]{1,20})?$",
    holds: |s| match s.split_once('.') {
        Some((whole, decimals)) => digits(whole, 20) && digits(decimals, 20),
        None => digits(s, 20),
    },
    likely: likely_number,
};

// assumed: reported in questions about exchangeInfo and tickers, not in the documentation.
const SYMBOLS: LegalRange = LegalRange {
    pattern: r#"^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\]$"#,
    // White space may stand within an item, and nowhere else.
    holds: |s| {
        let items = serde_json::from_str::<Vec<String>>(s);
        items.is_ok_and(|items| {
            !s.contains(char::is_whitespace) || serde_json::to_string(&items).is_ok_and(|t| t == s)
        })
    },
    likely: likely_list,
};

/// The ranges that the catalogue names by their pattern.
const NAMED: [LegalRange; 2] = [
    LegalRange {
        pattern: r"^[\w\-._&&[^a-z]]{1,50}$",
        // `\w` is any letter or digit: there are symbols with Chinese names.
        holds: |s| {
            let legal = |c: char| (c.is_alphanumeric() && !c.is_ascii_lowercase()) || "_-.".contains(c);
            length(s, 50) && s.chars().all(legal)
        },
        likely: likely_symbol,
    },
    LegalRange {
        pattern: r"^[\.A-Z\:/a-z0-9_-]{1,36}$",
        holds: |s| length(s, 36) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b".:/_-".contains(&b)),
        // An id is whatever its owner chose: no other text can have been meant.
        likely: |_| (NOT_ALLOWED, None),
    },
];

fn digits(text: &str, most: usize) -> bool {
    length(text, most) && text.bytes().all(|b| b.is_ascii_digit())
}

fn length(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count())
}

fn legal_range(parameter: &Parameter, value: &str) -> Option<&'static LegalRange> {
    match (parameter.list(), parameter.kind()) {
        (None, _) => {}
        // `permissions=SPOT` is documented beside `permissions=["SPOT"]`.
        (Some(ListStyle::JsonArray), ParameterType::String | ParameterType::Enum) => {
            return (!parameter.values().any(|v| v == value)).then_some(&SYMBOLS);
        }
        // The ranges are those of single values.
        (Some(_), _) => return None,
    }
    if let Some(pattern) = parameter.pattern() {
        return NAMED.iter().find(|r| r.pattern == pattern);
    }
    match parameter.kind() {
        // Where the documentation gives no range, a symbol is one all the same.
        ParameterType::String if parameter.name() == "symbol" => NAMED.first(),
        ParameterType::Integer => Some(&INTEGER),
        ParameterType::Decimal => Some(&DECIMAL),
        _ => None,
    }
}

/// A value whose characters the exchange refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueMistake {
    /// The name of the mistake in `data/mistakes.toml`.
    pub mistake: &'static str,
    /// The range that the exchange names, as a regular expression.
    pub legal: &'static str,
    /// The value that was most likely meant, where there is one.
    pub meant: Option<String>,
}

/// Looks at the characters of a value as the exchange does, and says what is wrong with them.
pub fn value_mistake(parameter: &Parameter, value: &str) -> Option<ValueMistake> {
    let range = legal_range(parameter, value)?;
    if (range.holds)(value) {
        return None;
    }
    let (mistake, meant) = (range.likely)(value);
    let meant = meant.filter(|m| (range.holds)(m));
    // A list that is none is named as that even where its items cannot be told.
    let named = meant.is_some() || mistake == LIST_NOT_JSON;
    let mistake = if named { mistake } else { NOT_ALLOWED };
    Some(ValueMistake { mistake, legal: range.pattern, meant })
}

const LIST_NOT_JSON: &str = "list-not-json";

fn likely_list(value: &str) -> Likely {
    let separates = |c: char| c == ',' || c.is_whitespace() || "[]'\"".contains(c);
    let items: Vec<&str> = value.split(separates).filter(|s| !s.is_empty()).collect();
    (LIST_NOT_JSON, serde_json::to_string(&items).ok().filter(|_| !items.is_empty()))
}

fn likely_number(value: &str) -> Likely {
    if value.contains(['e', 'E']) {
        return ("number-in-exponent-form", without_exponent(value));
    }
    if value.contains(',') {
        // Of two different marks the last is the point, and the other one parts the thousands.
        let meant = match (value.rfind(','), value.rfind('.')) {
            (Some(comma), Some(point)) if comma < point => value.replace(',', ""),
            (_, Some(_)) => value.replace('.', "").replace(',', "."),
            _ => value.replace(',', "."),
        };
        return ("decimal-comma", Some(meant));
    }
    (NOT_ALLOWED, None)
}

fn likely_symbol(value: &str) -> Likely {
    let joined: String =
        value.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_uppercase();
    let upper = value.to_ascii_uppercase();
    // Contracts have such names: `BTCUSD_PERP`.
    let pair = upper.split_once(['_', '-', '.']).is_none_or(|(_, quote)| quote_rank(quote).is_some());
    if !pair && upper.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) {
        return ("symbol-lower-case", Some(upper));
    }
    let separated = value.chars().any(|c| !c.is_alphanumeric());
    (if separated { "symbol-with-separator" } else { "symbol-lower-case" }, Some(joined))
}

/// `1.5e-05` written out, digit by digit.
fn without_exponent(value: &str) -> Option<String> {
    let (mantissa, exponent) = value.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok().filter(|e: &i32| e.abs() <= 20)?;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let digits = format!("{whole}{decimals}");
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let length = i32::try_from(digits.len()).ok()?;
    if point <= 0 {
        return Some(format!("0.{}{digits}", zeros(-point)));
    }
    if point >= length {
        return Some(format!("{digits}{}", zeros(point - length)));
    }
    let (left, right) = digits.split_at_checked(usize::try_from(point).ok()?)?;
    Some(format!("{left}.{right}"))
}

impl ValueMistake {
    /// What was wrong and how to mend it, for the value sent as `name`.
    pub fn texts(&self, name: &str, value: &str) -> Option<(String, String)> {
        let entry = explain::mistake(self.mistake)?;
        let expected = self.meant.as_deref().unwrap_or(self.legal);
        let seen = [("name", name), ("value", value), ("expected", expected)];
        Some((fill(entry.cause(), &seen), fill(entry.fix(), &seen)))
    }
}
