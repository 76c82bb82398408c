//! `data/limits.toml` to the statics of `src/catalogue/limits.rs`.

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table, literal};
use crate::source::Source;

const KINDS: [&str; 4] = ["weight", "orders", "sapi_ip", "sapi_uid"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    limit: Vec<Spanned<Limit>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    prefix: String,
    kind: String,
    interval: String,
    most: u32,
    source: String,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let source = Source::read("data/limits.toml")?;
    let limits: Limits = source.parse()?;
    let mut table = Table::new("LIMITS", "Limit");
    let mut rows = Vec::new();
    for spanned in &limits.limit {
        let l = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        if !KINDS.contains(&l.kind.as_str()) {
            return Err(fail(format!("`{}` is none of {KINDS:?}", l.kind)));
        }
        if l.source.trim().is_empty() || !l.prefix.starts_with('/') {
            return Err(fail("has no source, or a prefix without its `/`".to_owned()));
        }
        let [prefix, kind, interval] = [&l.prefix, &l.kind, &l.interval].map(|s| pool.add(s));
        rows.push(format!(
            "Limit{{prefix:{prefix},kind:{kind},interval:{interval},most:{}}}",
            literal(l.most as usize)
        ));
    }
    table.add(rows);
    Ok(table.finish())
}
