//! `data/clients.toml` to the statics of `src/explain/clients.rs`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::emit::{Pool, Table};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clients {
    client: Vec<Spanned<Client>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    name: String,
    agents: Vec<String>,
    fixes: BTreeMap<String, String>,
}

/// `mistakes` are the names that a fix can be for.
pub fn generate(pool: &mut Pool, mistakes: &[String]) -> Result<String, String> {
    let source = Source::read("data/clients.toml")?;
    let all: Clients = source.parse()?;
    let (mut agents, mut fixes) = (Table::new("AGENTS", "Text"), Table::new("CLIENT_FIXES", "(Text, Text)"));
    let mut clients = Table::new("CLIENTS", "Client");
    let mut rows = Vec::new();
    for spanned in &all.client {
        let client = spanned.get_ref();
        if let Some(unknown) = client.fixes.keys().find(|name| !mistakes.contains(name)) {
            return Err(source.at(&spanned.span(), format!("there is no mistake `{unknown}`")));
        }
        let name = pool.add(&client.name);
        let told_by = agents.add(client.agents.iter().map(|agent| pool.add(agent)).collect());
        let lines =
            client.fixes.iter().map(|(mistake, fix)| format!("({},{})", pool.add(mistake), pool.add(fix)));
        let lines = fixes.add(lines.collect());
        rows.push(format!("Client{{name:{name},agents:{told_by},fixes:{lines}}}"));
    }
    clients.add(rows);
    Ok([agents, fixes, clients].iter().map(Table::finish).collect())
}
