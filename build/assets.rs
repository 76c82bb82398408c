//! `data/assets.toml` and `data/removed.toml` to the statics of `src/catalogue`.

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assets {
    quotes: Vec<Vec<String>>,
    assets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllRemoved {
    removed: Vec<Spanned<Removed>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    path: String,
    since: String,
    instead: String,
}

pub fn generate(pool: &mut Pool) -> Result<String, String> {
    let all: Assets = Source::read("data/assets.toml")?.parse()?;
    let mut quotes = Table::new("QUOTES", "(Text, u8)");
    let ranked =
        all.quotes.iter().enumerate().flat_map(|(rank, row)| row.iter().map(move |asset| (rank, asset)));
    quotes.add(ranked.map(|(rank, asset)| format!("({},{rank})", pool.add(asset))).collect());
    let mut assets = Table::new("ASSETS", "Text");
    assets.add(all.assets.iter().map(|asset| pool.add(asset)).collect());
    Ok(quotes.finish() + &assets.finish() + &removed(pool)?.finish())
}

fn removed(pool: &mut Pool) -> Result<Table, String> {
    let source = Source::read("data/removed.toml")?;
    let all: AllRemoved = source.parse()?;
    let mut rows = Vec::new();
    for spanned in &all.removed {
        let row = spanned.get_ref();
        if !row.path.starts_with('/') || row.instead.is_empty() {
            return Err(source.at(&spanned.span(), "a row has a `path` and an `instead`".to_owned()));
        }
        let [path, since, instead] = [&row.path, &row.since, &row.instead].map(|s| pool.add(s));
        rows.push(format!("Removed{{path:{path},since:{since},instead:{instead}}}"));
    }
    let mut table = Table::new("REMOVED", "Removed");
    table.add(rows);
    Ok(table)
}
