//! `data/endpoints/*.toml`, `data/parameters/*.toml` and `data/responses/*.json` to the statics of `src/catalogue`.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use toml::{Spanned, Value};

use crate::emit::{Pool, Table, variant};
use crate::paging::{self, Paging};
use crate::responses::Responses;
use crate::source::Source;
use crate::states::{Outcome, Outcomes};
use crate::weights;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    group: String,
    /// Which permission a key needs, by security type.
    #[serde(default)]
    permissions: BTreeMap<String, String>,
    /// Whether `X-MBX-TIME-UNIT` chooses the unit of times.
    #[serde(default)]
    time_unit: bool,
    endpoint: Vec<Spanned<Endpoint>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    command: String,
    method: String,
    path: String,
    section: String,
    title: String,
    help: String,
    security: String,
    signed: bool,
    changes: bool,
    weight: Option<Value>,
    #[serde(default)]
    weight_by: String,
    #[serde(default)]
    order_count: u8,
    order_count_1m: Option<u8>,
    #[serde(default)]
    weight_note: String,
    permission: Option<String>,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    doc: String,
    role: Option<String>,
    errors_in: Option<String>,
    settle: Option<Settle>,
    outcome: Option<Outcome>,
    paging: Option<Paging>,
    ask: Option<bool>,
    #[serde(default)]
    plays: String,
    #[serde(default)]
    one_of: Vec<Vec<String>>,
    #[serde(default)]
    at_most_one: Vec<Vec<String>>,
    #[serde(default)]
    requires: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    mandatory_by: Vec<MandatoryBy>,
    #[serde(default)]
    parameters: Vec<Spanned<Parameter>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    #[serde(default)]
    id: String,
    ask: String,
    copy: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MandatoryBy {
    parameter: String,
    is: String,
    needs: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: String,
    r#type: String,
    #[serde(default)]
    required: bool,
    r#in: Option<String>,
    #[serde(default)]
    unit: String,
    list: Option<String>,
    #[serde(default)]
    default: String,
    min: Option<Value>,
    max: Option<Value>,
    over: Option<String>,
    max_length: Option<u16>,
    max_items: Option<u16>,
    max_decimals: Option<u8>,
    #[serde(default)]
    pattern: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    wire: Vec<String>,
    help: Option<String>,
}

type Helps = BTreeMap<String, BTreeMap<String, String>>;

struct Tables {
    parameters: Table,
    parameter_lists: Table,
    names: Table,
    groups: Table,
    requires: Table,
    mandatory: Table,
    weights: Table,
    outcomes: Outcomes,
    paging_sources: HashSet<String>,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let mut helps = Helps::new();
    for source in Source::read_folder("data/parameters")? {
        helps.insert(source.stem(), source.parse()?);
    }
    let mut tables = Tables {
        parameters: Table::new("PARAMETERS", "Parameter"),
        parameter_lists: Table::new("PARAMETER_LISTS", "u16"),
        names: Table::new("NAMES", "Text"),
        groups: Table::new("GROUPS", "Span"),
        requires: Table::new("REQUIRES", "Requires"),
        mandatory: Table::new("MANDATORY", "MandatoryBy"),
        weights: Table::new("WEIGHTS", "WeightCase"),
        outcomes: Outcomes::read()?,
        paging_sources: paging::sources()?,
    };
    let mut rows = BTreeMap::new();
    for source in Source::read_folder("data/endpoints")? {
        let product: Product = source.parse()?;
        check_product(&source, &product)?;
        let mut responses = Responses::read(&product.group)?;
        for spanned in &product.endpoint {
            let e = spanned.get_ref();
            let response = pool.add(&responses.take(&e.command));
            let row = endpoint_row(pool, &mut tables, &helps, &source, &product.group, spanned)?;
            let permission = permission(&product, e)
                .map_err(|what| source.at(&spanned.span(), format!("`{}`: {what}", e.command)))?;
            let time_unit = product.time_unit;
            let row = format!(
                "Endpoint{{response:{response},permission:{permission},time_unit:{time_unit},{row}}}"
            );
            let row = (e.path.clone(), row);
            if rows.insert((product.group.clone(), e.command.clone()), row).is_some() {
                return Err(source.at(&spanned.span(), format!("`{}` is there twice", e.command)));
            }
        }
        responses.finish()?;
    }
    let mut endpoints = Table::new("ENDPOINTS", "Endpoint");
    let mut by_path: Vec<(&str, usize)> = rows.values().map(|(path, _)| path.as_str()).zip(0..).collect();
    by_path.sort_unstable();
    let mut places = Table::new("BY_PATH", "u16");
    places.add(by_path.into_iter().map(|(_, index)| index.to_string()).collect());
    endpoints.add(rows.values().map(|(_, row)| row.clone()).collect());
    let parts = [
        &endpoints,
        &places,
        &tables.parameters,
        &tables.parameter_lists,
        &tables.names,
        &tables.groups,
        &tables.requires,
        &tables.mandatory,
        &tables.weights,
    ];
    Ok(parts.map(Table::finish).concat() + &tables.outcomes.finish())
}

/// What spans several rows: paths that are unique, and settling endpoints that exist and take what is copied to them.
fn check_product(source: &Source, product: &Product) -> Result<(), String> {
    let mut paths = HashSet::new();
    let takes: HashMap<&str, HashSet<&str>> =
        product.endpoint.iter().map(|e| (e.get_ref().command.as_str(), names_of(e.get_ref()))).collect();
    let mut usual = None;
    for spanned in &product.endpoint {
        let e = spanned.get_ref();
        let fail = |what: String| Err(source.at(&spanned.span(), format!("`{}`: {what}", e.command)));
        if let Some(outcome) = &e.outcome {
            if e.changes || !names_of(e).contains(outcome.id.as_str()) {
                return fail(format!("`outcome` is of a read that takes the id `{}`", outcome.id));
            }
            if outcome.usual && usual.replace(&e.command).is_some() {
                return fail("a second `outcome` is the usual one".to_owned());
            }
        }
        if !paths.insert((&e.method, &e.path)) {
            return fail(format!("{} {} is there twice", e.method, e.path));
        }
        let Some(settle) = &e.settle else {
            continue;
        };
        let Some(asked) = takes.get(settle.ask.as_str()) else {
            return fail(format!("settles by `{}`, which is no endpoint of this file", settle.ask));
        };
        if !settle.id.is_empty() && !names_of(e).contains(settle.id.as_str()) {
            return fail(format!("settles by the id `{}`, which it does not take", settle.id));
        }
        for (from, to) in settle.copy.iter().map(|c| copied(c)) {
            if !names_of(e).contains(from) || !asked.contains(to) {
                return fail(format!("cannot copy `{from}` to `{to}` of `{}`", settle.ask));
            }
        }
    }
    Ok(())
}

/// `a -> b` is `a` of this endpoint as `b` of the other; `a` alone is the same name in both.
fn copied(text: &str) -> (&str, &str) {
    text.split_once(" -> ").unwrap_or((text, text))
}

fn names_of(e: &Endpoint) -> HashSet<&str> {
    e.parameters.iter().map(|p| p.get_ref().name.as_str()).collect()
}

/// The fields of a row, but for the shape of the answer.
fn endpoint_row(
    pool: &mut Pool,
    tables: &mut Tables,
    helps: &Helps,
    source: &Source,
    group: &str,
    spanned: &Spanned<Endpoint>,
) -> Result<String, String> {
    let e = spanned.get_ref();
    let fail = |what: String| source.at(&spanned.span(), format!("`{}`: {what}", e.command));
    if e.help.is_empty() || !e.help.ends_with('.') {
        return Err(fail("`help` is one sentence with a full stop".to_owned()));
    }
    check_names(e).map_err(&fail)?;
    let mut indices = Vec::new();
    for parameter in &e.parameters {
        let row = parameter_row(pool, tables, helps, group, parameter.get_ref())
            .map_err(|what| source.at(&parameter.span(), what))?;
        indices.push(tables.parameters.index_of(row).to_string());
    }
    let parameters = tables.parameter_lists.add(indices);
    let one_of = groups(pool, tables, &e.one_of);
    let at_most_one = groups(pool, tables, &e.at_most_one);
    let requires = requires(pool, tables, e);
    let mandatory_by = mandatory_by(pool, tables, e);
    let settle = settle(pool, tables, e);
    let outcome = tables.outcomes.row(pool, e.outcome.as_ref()).map_err(&fail)?;
    let paging = paging::row(pool, e.paging.as_ref(), &tables.paging_sources, &names_of(e), e.changes)
        .map_err(&fail)?;
    let default = |name: &str| {
        e.parameters.iter().map(Spanned::get_ref).find(|p| p.name == name).map(|p| p.default.clone())
    };
    let weight = weights::row(pool, &mut tables.names, &mut tables.weights, e.weight.as_ref(), default)
        .map_err(&fail)?;
    let method = variant("Method", &["Get", "Post", "Put", "Delete"], &e.method).map_err(&fail)?;
    let security = variant(
        "SecurityType",
        &["None", "MarketData", "UserStream", "UserData", "Trade", "Margin", "PredictionTrade"],
        &e.security,
    )
    .map_err(&fail)?;
    let role = optional(e.role.as_deref(), |r| variant("Role", &["Time", "Account", "KeyRestrictions"], r))
        .map_err(&fail)?;
    let errors_in =
        optional(e.errors_in.as_deref(), |r| variant("ErrorsIn", &["Items", "Body"], r)).map_err(&fail)?;
    let [group, command, path, section, title, help, doc, weight_by, weight_note, plays] = [
        group,
        &e.command,
        &e.path,
        &e.section,
        &e.title,
        &e.help,
        &e.doc,
        &e.weight_by,
        &e.weight_note,
        &e.plays,
    ]
    .map(|s| pool.add(s));
    let (signed, changes, deprecated, order_count) = (e.signed, e.changes, e.deprecated, e.order_count);
    let order_count_1m = e.order_count_1m.unwrap_or(order_count);
    let asks = e.ask.unwrap_or(e.changes);
    Ok(format!(
        "group:{group},command:{command},method:{method},path:{path},section:{section},title:{title},\
         help:{help},doc:{doc},security:{security},signed:{signed},changes:{changes},asks:{asks},deprecated:{deprecated},\
         weight:{weight},weight_by:{weight_by},weight_note:{weight_note},order_count:{order_count},order_count_1m:{order_count_1m},role:{role},errors_in:{errors_in},\
         settle:{settle},outcome:{outcome},paging:{paging},plays:{plays},parameters:{parameters},one_of:{one_of},at_most_one:{at_most_one},\
         requires:{requires},mandatory_by:{mandatory_by}"
    ))
}

fn check_names(e: &Endpoint) -> Result<(), String> {
    let names = names_of(e);
    if names.len() != e.parameters.len() {
        return Err("a parameter is there twice".to_owned());
    }
    let grouped = e.one_of.iter().chain(&e.at_most_one).flatten();
    let required = e.requires.iter().flat_map(|(name, needs)| needs.iter().chain([name]));
    let by_value = e.mandatory_by.iter().flat_map(|m| m.needs.iter().flatten().chain([&m.parameter]));
    for name in grouped.chain(required).chain(by_value) {
        if !names.contains(name.as_str()) {
            return Err(format!("names the parameter `{name}`, which it does not take"));
        }
    }
    Ok(())
}

fn parameter_row(
    pool: &mut Pool,
    tables: &mut Tables,
    helps: &Helps,
    group: &str,
    p: &Parameter,
) -> Result<String, String> {
    let fail = |what: String| format!("parameter `{}`: {what}", p.name);
    let known = |table: &str| helps.get(table).and_then(|t| t.get(&p.name));
    let help = p.help.as_ref().or_else(|| known(group)).or_else(|| known("all"));
    let help = help.filter(|h| h.ends_with('.')).ok_or_else(|| fail("has no sentence of help".to_owned()))?;
    let kind =
        variant("ParameterType", &["String", "Integer", "Decimal", "Boolean", "Enum", "Json"], &p.r#type)
            .map_err(&fail)?;
    if (p.r#type == "enum") == p.values.is_empty() {
        return Err(fail("`values` belong to type enum, and an enum needs them".to_owned()));
    }
    if p.over.as_deref().is_some_and(|over| over != "capped") {
        return Err(fail("`over` is \"capped\" or left out".to_owned()));
    }
    let place = variant("Place", &["Query", "Body"], p.r#in.as_deref().unwrap_or("query")).map_err(&fail)?;
    let styles = ["JsonArray", "Comma", "Repeat", "Indexed", "Semicolon"];
    let list = optional(p.list.as_deref(), |l| variant("ListStyle", &styles, l)).map_err(&fail)?;
    let (min, max) = (bound(p.min.as_ref()).map_err(&fail)?, bound(p.max.as_ref()).map_err(&fail)?);
    let (required, capped, max_decimals) = (p.required, p.over.is_some(), p.max_decimals);
    let (max_length, max_items) = (p.max_length, p.max_items);
    let (values, wire) = (name_list(pool, tables, &p.values), name_list(pool, tables, &p.wire));
    let flag = kebab(&p.name);
    let [name, flag, unit, default, min, max, pattern, format, help] =
        [&p.name, &flag, &p.unit, &p.default, &min, &max, &p.pattern, &p.format, help].map(|s| pool.add(s));
    Ok(format!(
        "Parameter{{name:{name},flag:{flag},kind:{kind},required:{required},place:{place},unit:{unit},\
         list:{list},default:{default},min:{min},max:{max},capped:{capped},max_length:{max_length:?},\
         max_items:{max_items:?},max_decimals:{max_decimals:?},pattern:{pattern},format:{format},\
         values:{values},wire:{wire},help:{help}}}"
    ))
}

/// `origClientOrderId` as a flag: `orig-client-order-id`.
fn kebab(name: &str) -> String {
    let mut flag = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !flag.is_empty() {
            flag.push('-');
        }
        flag.push(c.to_ascii_lowercase());
    }
    flag
}

fn name_list(pool: &mut Pool, tables: &mut Tables, names: &[String]) -> String {
    let rows = names.iter().map(|n| pool.add(n)).collect();
    tables.names.add(rows)
}

fn groups(pool: &mut Pool, tables: &mut Tables, groups: &[Vec<String>]) -> String {
    let rows = groups.iter().map(|g| name_list(pool, tables, g)).collect();
    tables.groups.add(rows)
}

fn requires(pool: &mut Pool, tables: &mut Tables, e: &Endpoint) -> String {
    let mut rows = Vec::new();
    for (parameter, needs) in &e.requires {
        let (parameter, needs) = (pool.add(parameter), name_list(pool, tables, needs));
        rows.push(format!("Requires{{parameter:{parameter},needs:{needs}}}"));
    }
    tables.requires.add(rows)
}

fn mandatory_by(pool: &mut Pool, tables: &mut Tables, e: &Endpoint) -> String {
    let mut rows = Vec::new();
    for m in &e.mandatory_by {
        let (parameter, is) = (pool.add(&m.parameter), pool.add(&m.is));
        let needs = groups(pool, tables, &m.needs);
        rows.push(format!("MandatoryBy{{parameter:{parameter},is:{is},needs:{needs}}}"));
    }
    tables.mandatory.add(rows)
}

fn settle(pool: &mut Pool, tables: &mut Tables, e: &Endpoint) -> String {
    let Some(settle) = &e.settle else { return "None".to_owned() };
    let pairs: Vec<Vec<String>> = settle
        .copy
        .iter()
        .map(|c| copied(c))
        .map(|(from, to)| vec![from.to_owned(), to.to_owned()])
        .collect();
    let (id, ask, copy) = (pool.add(&settle.id), pool.add(&settle.ask), groups(pool, tables, &pairs));
    format!("Some(Settle{{id:{id},ask:{ask},copy:{copy}}})")
}

/// The permission that a key needs: the endpoint's own, the product's for its security type, or reading. Public endpoints and
/// those that any key may call need none.
fn permission(product: &Product, e: &Endpoint) -> Result<String, String> {
    let word = match (&e.permission, product.permissions.get(&e.security), e.security.as_str()) {
        (Some(word), ..) | (None, Some(word), _) => word,
        (None, None, "NONE" | "MARKET_DATA" | "USER_STREAM") => return Ok("None".to_owned()),
        (None, None, "USER_DATA") => "enableReading",
        (None, None, security) => {
            return Err(format!("`permissions` of the file says nothing of {security}"));
        }
    };
    Ok(format!("Some({})", variant("Permission", &PERMISSIONS, word)?))
}

const PERMISSIONS: [&str; 9] = [
    "EnableReading",
    "EnableSpotAndMarginTrading",
    "EnableMargin",
    "EnableFutures",
    "EnableVanillaOptions",
    "EnablePortfolioMarginTrading",
    "EnableWithdrawals",
    "EnableInternalTransfer",
    "PermitsUniversalTransfer",
];

fn bound(value: Option<&Value>) -> Result<String, String> {
    match value {
        None => Ok(String::new()),
        Some(Value::Integer(n)) => Ok(n.to_string()),
        Some(Value::String(s)) if is_decimal(s) => Ok(s.clone()),
        Some(_) => Err("a bound is a whole number, or a decimal as text".to_owned()),
    }
}

fn is_decimal(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(decimals)
}

fn optional(word: Option<&str>, variant: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    word.map_or(Ok("None".to_owned()), |w| Ok(format!("Some({})", variant(w)?)))
}
