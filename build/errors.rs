//! `data/errors/*.toml` and `data/mistakes.toml` to the statics of `src/explain`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table, variant};
use crate::source::Source;

const KINDS: [&str; 7] = ["Auth", "Timestamp", "RateLimit", "Uncertain", "NotExecuted", "Partial", "Refused"];

/// A struct of the fields given and those that every explained thing has.
macro_rules! explained {
    ($name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($(#[$attribute])* $field: $type,)*
            #[serde(default)]
            meaning: String,
            cause: String,
            #[serde(default)]
            tell: String,
            fix: String,
            #[serde(default)]
            also: Vec<Also>,
            #[serde(default)]
            commands: Vec<String>,
            source: String,
        }

        impl $name {
            /// Meaning, causes and commands, as the expression of an `Advice`.
            fn advice(&self, pool: &mut Pool, tables: &mut Tables) -> Result<String, String> {
                said(&[&self.source])?;
                let first = [&self.cause, &self.tell, &self.fix];
                let also = self.also.iter().map(|a| [&a.cause, &a.tell, &a.fix]);
                tables.advice(pool, &self.meaning, std::iter::once(first).chain(also), &self.commands)
            }
        }
    };
}

/// A further cause.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    cause: String,
    #[serde(default)]
    tell: String,
    fix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    product: String,
    error: Vec<Spanned<Error>>,
    #[serde(default)]
    message: Vec<Spanned<Message>>,
}

explained!(Error {
    code: i32,
    #[serde(default)]
    name: String,
    kind: String,
    messages: Vec<String>,
    #[serde(default)]
    retry: bool,
    #[serde(default = "yes")]
    holds: bool,
});

explained!(Message {
    text: String,
    codes: Vec<i32>,
    kind: Option<String>,
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Products {
    product: Vec<Spanned<Product>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    name: String,
    title: String,
    paths: Vec<String>,
    #[serde(default)]
    shares: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    status: Vec<Spanned<Status>>,
}

explained!(Status {
    #[serde(rename = "status")]
    exactly: Option<u16>,
    range: Option<(u16, u16)>,
    name: String,
    kind: String,
    #[serde(default)]
    retry: bool,
    #[serde(default)]
    wait_s: u32,
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistakes {
    mistake: Vec<Spanned<Mistake>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    name: String,
    cause: String,
    why: String,
    fix: String,
}

fn yes() -> bool {
    true
}

struct Tables {
    errors: BTreeMap<(String, i32), String>,
    messages: Vec<String>,
    texts: Table,
    codes: Table,
    causes: Table,
}

impl Tables {
    fn advice<'a>(
        &mut self,
        pool: &mut Pool,
        meaning: &str,
        causes: impl Iterator<Item = [&'a String; 3]>,
        commands: &[String],
    ) -> Result<String, String> {
        let mut rows = Vec::new();
        for [cause, tell, fix] in causes {
            said(&[cause, fix])?;
            let [cause, tell, fix] = [cause, tell, fix].map(|s| pool.add(s));
            rows.push(format!("Cause{{what:{cause},tell:{tell},fix:{fix}}}"));
        }
        let causes = self.causes.add(rows);
        let (meaning, commands) = (pool.add(meaning), self.texts(pool, commands));
        Ok(format!("Advice{{meaning:{meaning},causes:{causes},commands:{commands}}}"))
    }

    /// The expression of a `Span` over some texts.
    fn texts(&mut self, pool: &mut Pool, texts: &[String]) -> String {
        self.texts.add(texts.iter().map(|s| pool.add(s)).collect())
    }
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let mut tables = Tables {
        errors: BTreeMap::new(),
        messages: Vec::new(),
        texts: Table::new("TEXTS", "Text"),
        codes: Table::new("MESSAGE_CODES", "i32"),
        causes: Table::new("CAUSES", "Cause"),
    };
    let (products, names) = products(pool, &mut tables)?;
    let is_list_of_codes = |s: &&Source| !["statuses", "products"].contains(&s.stem().as_str());
    for source in Source::read_folder("data/errors")?.iter().filter(is_list_of_codes) {
        codes(pool, &mut tables, source, &names)?;
    }
    let statuses = statuses(pool, &mut tables)?;
    let mut errors = Table::new("ERRORS", "ErrorEntry");
    errors.add(tables.errors.into_values().collect());
    let mut messages = Table::new("MESSAGES", "MessageEntry");
    messages.add(tables.messages);
    let mistakes = mistakes(pool)?;
    let parts = [errors, messages, tables.texts, tables.codes, tables.causes, products, statuses, mistakes];
    Ok(parts.iter().map(Table::finish).collect())
}

/// The products, and every name that a file of codes can have.
fn products(pool: &mut Pool, tables: &mut Tables) -> Result<(Table, BTreeSet<String>), String> {
    let source = Source::read("data/errors/products.toml")?;
    let parsed: Products = source.parse()?;
    let (mut rows, mut names) = (Vec::new(), BTreeSet::new());
    for spanned in &parsed.product {
        let p = spanned.get_ref();
        said(&[&p.name, &p.title]).map_err(|what| source.at(&spanned.span(), what))?;
        names.extend(std::iter::once(&p.name).chain(&p.shares).cloned());
        let [name, title] = [&p.name, &p.title].map(|s| pool.add(s));
        let (paths, shares) = (tables.texts(pool, &p.paths), tables.texts(pool, &p.shares));
        rows.push(format!("Product{{name:{name},title:{title},paths:{paths},shares:{shares}}}"));
    }
    let mut table = Table::new("PRODUCTS", "Product");
    table.add(rows);
    Ok((table, names))
}

fn codes(
    pool: &mut Pool,
    tables: &mut Tables,
    source: &Source,
    products: &BTreeSet<String>,
) -> Result<(), String> {
    let parsed: Codes = source.parse()?;
    if !products.contains(&parsed.product) {
        return Err(source.at_line(1, format!("`{}` is not in products.toml", parsed.product)));
    }
    for spanned in &parsed.error {
        let e = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), format!("{}: {what}", e.code));
        let kind = variant("Kind", &KINDS, &e.kind).map_err(fail)?;
        let advice = e.advice(pool, tables).map_err(fail)?;
        let messages = tables.texts(pool, &e.messages);
        let [product, name] = [&parsed.product, &e.name].map(|s| pool.add(s));
        let code = e.code;
        let row = format!(
            "ErrorEntry{{product:{product},code:{code},name:{name},kind:{kind},retry:{},holds:{},messages:{messages},advice:{advice}}}",
            e.retry, e.holds
        );
        if tables.errors.insert((parsed.product.clone(), code), row).is_some() {
            return Err(fail("is there twice".to_owned()));
        }
    }
    for spanned in &parsed.message {
        let m = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        said(&[&m.text]).map_err(fail)?;
        let advice = m.advice(pool, tables).map_err(fail)?;
        let kind = m.kind.as_deref().map(|k| variant("Kind", &KINDS, k)).transpose().map_err(fail)?;
        let kind = kind.map_or("None".to_owned(), |kind| format!("Some({kind})"));
        let codes = tables.codes.add(m.codes.iter().map(i32::to_string).collect());
        let [product, text] = [&parsed.product, &m.text].map(|s| pool.add(s));
        tables.messages.push(format!(
            "MessageEntry{{product:{product},text:{text},codes:{codes},kind:{kind},advice:{advice}}}"
        ));
    }
    Ok(())
}

fn statuses(pool: &mut Pool, tables: &mut Tables) -> Result<Table, String> {
    let source = Source::read("data/errors/statuses.toml")?;
    let parsed: Statuses = source.parse()?;
    let mut rows = Vec::new();
    for spanned in &parsed.status {
        let s = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        said(&[&s.name]).map_err(fail)?;
        let kind = variant("Kind", &KINDS, &s.kind).map_err(fail)?;
        let (first, last) = match (s.exactly, s.range) {
            (Some(status), None) => (status, status),
            (None, Some(range)) => range,
            _ => return Err(fail("has either `status` or `range`".to_owned())),
        };
        let advice = s.advice(pool, tables).map_err(fail)?;
        let name = pool.add(&s.name);
        rows.push(format!(
            "StatusEntry{{first:{first},last:{last},name:{name},kind:{kind},retry:{},wait_s:{},advice:{advice}}}",
            s.retry, s.wait_s
        ));
    }
    let mut table = Table::new("STATUSES", "StatusEntry");
    table.add(rows);
    Ok(table)
}

/// The names of the mistakes.
pub fn mistake_names() -> Result<Vec<String>, String> {
    let parsed: Mistakes = Source::read("data/mistakes.toml")?.parse()?;
    Ok(parsed.mistake.into_iter().map(|m| m.into_inner().name).collect())
}

fn mistakes(pool: &mut Pool) -> Result<Table, String> {
    let source = Source::read("data/mistakes.toml")?;
    let parsed: Mistakes = source.parse()?;
    let mut rows = BTreeMap::new();
    for spanned in &parsed.mistake {
        let m = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        said(&[&m.name, &m.cause, &m.why, &m.fix]).map_err(fail)?;
        let [name, cause, why, fix] = [&m.name, &m.cause, &m.why, &m.fix].map(|s| pool.add(s));
        let row = format!("MistakeEntry{{name:{name},cause:{cause},why:{why},fix:{fix}}}");
        if rows.insert(m.name.clone(), row).is_some() {
            return Err(fail(format!("`{}` is there twice", m.name)));
        }
    }
    let mut table = Table::new("MISTAKES", "MistakeEntry");
    table.add(rows.into_values().collect());
    Ok(table)
}

fn said(texts: &[&str]) -> Result<(), String> {
    if texts.iter().any(|t| t.trim().is_empty()) {
        return Err("a text is empty".to_owned());
    }
    Ok(())
}
