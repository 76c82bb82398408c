//! `data/hosts.toml` to the statics of `src/catalogue/hosts.rs`.

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table, variant};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hosts {
    host: Vec<Spanned<Host>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    environment: String,
    prefix: String,
    r#use: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    ignores_signing: bool,
    url: String,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let source = Source::read("data/hosts.toml")?;
    let hosts: Hosts = source.parse()?;
    let mut rows = Vec::new();
    for spanned in &hosts.host {
        let host = spanned.get_ref();
        let fail = |what: String| source.at(&spanned.span(), what);
        if !host.url.starts_with("https://") || host.url.matches('/').count() != 2 {
            return Err(fail(format!("`{}` is not `https://host`", host.url)));
        }
        let environment =
            variant("Environment", &["Live", "Testnet", "Demo"], &host.environment).map_err(fail)?;
        let purpose =
            variant("HostUse", &["Default", "Alternative", "MarketData"], &host.r#use).map_err(fail)?;
        let ignores = host.ignores_signing;
        let [prefix, group, url] = [&host.prefix, &host.group, &host.url].map(|s| pool.add(s));
        rows.push(format!(
            "Host{{environment:{environment},prefix:{prefix},purpose:{purpose},group:{group},\
             ignores_signing:{ignores},url:{url}}}"
        ));
    }
    let mut table = Table::new("HOSTS", "Host");
    table.add(rows);
    Ok(table.finish())
}
