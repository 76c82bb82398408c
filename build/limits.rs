//! `data/limits.toml` to the statics of `src/catalogue`.

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table, literal, variant};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    limit: Vec<Spanned<Row>>,
    ban: Ban,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    prefix: String,
    r#type: String,
    interval: String,
    interval_num: u32,
    limit: usize,
    by: String,
    headers: Vec<String>,
    #[serde(default)]
    per_endpoint: bool,
    #[serde(default)]
    bans: bool,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ban {
    after: usize,
    first_seconds: usize,
    most_seconds: usize,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let source = Source::read("data/limits.toml")?;
    let file: File = source.parse()?;
    let mut headers = Table::new("LIMIT_HEADERS", "Text");
    let mut limits = Table::new("LIMITS", "RateLimit");
    let mut rows = Vec::new();
    for spanned in &file.limit {
        let row =
            row(pool, &mut headers, spanned.get_ref()).map_err(|what| source.at(&spanned.span(), what))?;
        rows.push(row);
    }
    limits.add(rows);
    let [after, first_seconds, most_seconds] =
        [file.ban.after, file.ban.first_seconds, file.ban.most_seconds].map(literal);
    let ban = format!(
        "static BAN: Ban = Ban{{after:{after},first_seconds:{first_seconds},most_seconds:{most_seconds}}};\n"
    );
    Ok([limits.finish(), headers.finish(), ban].concat())
}

fn row(pool: &mut Pool, headers: &mut Table, l: &Row) -> Result<String, String> {
    if !l.prefix.starts_with('/') || !l.prefix.ends_with('/') || l.interval_num == 0 {
        return Err("a limit has a `prefix` such as \"/api/\" and an interval".to_owned());
    }
    let kind = variant("LimitKind", &["RequestWeight", "RawRequests", "Orders"], &l.r#type)?;
    let interval = variant("Interval", &["Second", "Minute", "Day"], &l.interval)?;
    let by_account = match l.by.as_str() {
        "IP" => false,
        "UID" => true,
        other => return Err(format!("`by` is \"IP\" or \"UID\", not `{other}`")),
    };
    let names = l.headers.iter().map(|h| pool.add(h)).collect();
    let headers = headers.add(names);
    let (prefix, message) = (pool.add(&l.prefix), pool.add(&l.message));
    let Row { interval_num, per_endpoint, bans, .. } = l;
    let limit = literal(l.limit);
    Ok(format!(
        "RateLimit{{prefix:{prefix},kind:{kind},interval:{interval},interval_num:{interval_num},limit:{limit},\
         by_account:{by_account},headers:{headers},per_endpoint:{per_endpoint},bans:{bans},message:{message}}}"
    ))
}
