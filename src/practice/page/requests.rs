use super::Sight;
use super::html::Html;
use super::recent::KEPT;
use crate::practice::log::Entry;

/// What became of a request: the class of its row, and a sign and a word for it.
fn verdict(entry: &Entry) -> (&'static str, &'static str) {
    match entry.status {
        None => ("failed", "✗ no answer"),
        Some(500..) => ("failed", "✗ failed"),
        Some(400..) => ("refused", "✗ refused"),
        Some(_) => ("answered", "✓ answered"),
    }
}

/// The last requests, newest first.
pub(super) fn section(page: &mut Html, sight: &Sight<'_>) {
    let entries = sight.recent.entries();
    page.markup("<section aria-labelledby=\"requests\">\n<h2 id=\"requests\">Last requests</h2>\n");
    if entries.is_empty() {
        page.markup("<p>None yet. Have your client send its requests to <code>")
            .text(&super::setup::base(sight));
        page.markup(
            "</code>; each shows up here, and a refused one with what was wrong and how to mend it.</p>\n",
        );
    } else {
        page.markup("<ol class=\"requests\" reversed>\n");
        for entry in &entries {
            row(page, entry);
        }
        page.markup("</ol>\n");
    }
    if entries.len() == KEPT {
        page.markup("<p class=\"quiet\">Older ones are in the log alone.</p>\n");
    }
    page.markup("</section>\n");
}

fn row(page: &mut Html, entry: &Entry) {
    let (class, word) = verdict(entry);
    page.markup("<li class=\"")
        .markup(class)
        .markup("\">\n<p class=\"line\"><time>")
        .text(&entry.time_of_day());
    page.markup("</time> <strong>").markup(word).markup("</strong>");
    if let Some(status) = entry.status {
        page.markup(" <span>").text(&status.to_string());
        if let Some(code) = entry.code {
            page.markup(" ").text(&code.to_string());
        }
        page.markup("</span>");
    }
    page.markup(" <span class=\"quiet\">");
    if let Some(weight) = entry.weight {
        page.markup("weight ").text(&weight.to_string()).markup(", ");
    }
    page.text(&entry.millis.to_string()).markup(" ms</span></p>\n");
    page.markup("<p class=\"target\"><b>").text(&entry.method);
    page.markup("</b> <code>").text(&entry.target).markup("</code></p>\n");
    if let Some(message) = &entry.message {
        page.markup("<p class=\"message\">").text(message).markup("</p>\n");
    }
    remedy(page, entry);
    if let Some(note) = &entry.note {
        page.markup("<p class=\"quiet\">").sentence(note).markup("</p>\n");
    }
    page.markup("</li>\n");
}

/// What was wrong with a request and how to mend it; all of it.
fn remedy(page: &mut Html, entry: &Entry) {
    let first = entry.cause.as_deref().map(|cause| (cause, entry.fix.as_deref().unwrap_or_default()));
    let others = entry.findings.iter().skip(1).map(|f| (f.cause.as_str(), f.fix.as_str()));
    let all: Vec<(&str, &str)> = first.into_iter().chain(others).collect();
    if all.is_empty() {
        return;
    }
    page.markup("<dl>\n");
    for (number, (cause, fix)) in all.into_iter().enumerate() {
        page.markup(if number == 0 { "<dt>Wrong</dt><dd>" } else { "<dt>Also</dt><dd>" }).sentence(cause);
        if !fix.is_empty() {
            page.markup("</dd>\n<dt class=\"fix\">Fix</dt><dd class=\"fix\">").sentence(fix);
        }
        page.markup("</dd>\n");
    }
    page.markup("</dl>\n");
    if let Some(mistake) = &entry.mistake {
        page.markup("<p class=\"quiet\">More: <code>bnq explain ").text(mistake).markup("</code></p>\n");
    }
}
