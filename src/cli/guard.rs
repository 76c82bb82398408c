//! The question before a change.

use crate::catalogue::Environment;
use crate::cli::ask;
use crate::cli::console;
use crate::cli::exit::Failure;
use crate::cli::query::Query;
use crate::text::sanitize;

/// Shows what is about to be changed, and asks. Reads and the practice account are never asked about.
///
/// # Errors
/// A usage failure unless it was confirmed: nothing has been sent then.
pub fn confirm(query: &Query<'_>) -> Result<(), Failure> {
    let environment = query.environment();
    if !query.target.asks || environment == Environment::Local || query.session.globals.yes {
        return Ok(());
    }
    let command = query.target.name();
    if !ask::someone_is_there() {
        return Err(Failure::usage(format!(
            "{command} changes your account, and nobody is there to be asked"
        ))
        .with_fix("add --yes to run it without a question, or --dry-run to see what would be sent"));
    }
    console::print_stderr(&summary(query)?);
    if ask::yes("Send it?")? {
        return Ok(());
    }
    Err(Failure::usage("not confirmed; nothing was sent"))
}

fn summary(query: &Query<'_>) -> Result<String, Failure> {
    let profile = query.settings.profile().unwrap_or("none");
    let mut text = format!(
        "{}\n  {:<24}{}\n  {:<24}{}\n  {:<24}{}\n",
        query.target.help(),
        "environment",
        query.environment(),
        "host",
        query.base_url(None)?.as_str(),
        "profile",
        sanitize(profile),
    );
    for (name, value) in query.parameters().iter() {
        text.push_str(&format!("  {name:<24}{}\n", sanitize(value)));
    }
    Ok(text)
}
