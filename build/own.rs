//! `data/own.toml` to the statics of `src/explain/own.rs`.

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    own: Vec<Spanned<Own>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    code: i32,
    #[serde(default)]
    security: Vec<String>,
    cause: String,
    fix: String,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let source = Source::read("data/own.toml")?;
    let all: All = source.parse()?;
    let (mut types, mut table) = (Table::new("OWN_SECURITY", "Text"), Table::new("OWN", "Own"));
    let mut rows = Vec::new();
    for spanned in &all.own {
        let own = spanned.get_ref();
        if own.cause.is_empty() || own.fix.is_empty() {
            return Err(source.at(&spanned.span(), format!("{}: a text is empty", own.code)));
        }
        let security = types.add(own.security.iter().map(|s| pool.add(s)).collect());
        let [cause, fix] = [&own.cause, &own.fix].map(|s| pool.add(s));
        rows.push(format!("Own{{code:{},security:{security},cause:{cause},fix:{fix}}}", own.code));
    }
    table.add(rows);
    Ok(types.finish() + &table.finish())
}
