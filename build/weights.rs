//! The weight of an endpoint: a figure, or the cases on which it depends.

use serde::Deserialize;
use toml::Value;

use crate::emit::{Pool, Table};

/// One case of a rule; the first that fits counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    weight: u32,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    up_to: Option<u32>,
    items_up_to: Option<u32>,
    #[serde(default)]
    each: bool,
    most: Option<u32>,
}

/// The expression of an `Option<WeightRow>`. `default` gives a parameter's default value, if the endpoint takes it at all.
pub fn row(
    pool: &mut Pool,
    names: &mut Table,
    cases: &mut Table,
    weight: Option<&Value>,
    default: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let rule: Vec<Case> = match weight {
        None => return Ok("None".to_owned()),
        Some(Value::Integer(n)) => return Ok(format!("Some(WeightRow::Fixed({n}))")),
        Some(rule) => {
            rule.clone().try_into().map_err(|e: toml::de::Error| format!("weight: {}", e.message()))?
        }
    };
    if rule.is_empty() {
        return Err("`weight` is a whole number, or a list of cases".to_owned());
    }
    let mut rows = Vec::new();
    for case in &rule {
        check(case, &default).map_err(|what| format!("weight: {what}"))?;
        let Case { weight, up_to, items_up_to, each, most, .. } = case;
        let mut list = |of: &[String]| {
            let texts = of.iter().map(|n| pool.add(n)).collect();
            names.add(texts)
        };
        let (with, values) = (list(&case.with), list(&case.values));
        rows.push(format!(
            "WeightCase{{weight:{weight},with:{with},values:{values},up_to:{up_to:?},items_up_to:{items_up_to:?},\
             each:{each},most:{most:?}}}"
        ));
    }
    Ok(format!("Some(WeightRow::Rule({}))", cases.add(rows)))
}

fn check(case: &Case, default: &impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let depends = !case.values.is_empty() || case.up_to.is_some() || case.items_up_to.is_some() || case.each;
    if depends && case.with.is_empty() {
        return Err("a case that depends on values names their parameter in `with`".to_owned());
    }
    for name in &case.with {
        let default =
            default(name).ok_or_else(|| format!("names the parameter `{name}`, which it does not take"))?;
        if case.up_to.is_some() && default.parse::<u32>().is_err() {
            return Err(format!("`up_to` needs a default of `{name}`"));
        }
    }
    if case.up_to.is_some() && case.with.len() != 1 {
        return Err("`up_to` is about one parameter".to_owned());
    }
    Ok(())
}
