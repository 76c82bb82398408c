//! The page on `/` for browsers: the last requests with what was wrong with them, and the account.
//!
//! It is made anew for each look at it and refreshes by being loaded again. No script belongs to it and none can run in it, so
//! that nothing foreign that it shows can do anything; see also [`html::Html`], through which all of it goes.

mod account;
mod html;
mod recent;
mod requests;
mod setup;

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::exchange::{Answered, Exchange, Reason};
use crate::diagnose::ReceivedRequest;
use html::Html;
pub(super) use recent::Recent;

const STYLE: &str = include_str!("page/style.css");

/// What a page is made of.
pub(super) struct Sight<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) recent: &'a Recent,
    /// The port it is served on.
    pub(super) port: u16,
}

/// Whether a request is for the page and not for the exchange, which has nothing at `/`: a browser asks for HTML by name. One
/// of a client that has lost its path is still refused with what is wrong.
pub(super) fn is_asked(request: &ReceivedRequest) -> bool {
    let html = |accept: &[u8]| accept.to_ascii_lowercase().windows(9).any(|w| w == b"text/html");
    request.path == "/" && request.header("Accept").is_some_and(html)
}

/// The page, or a refusal of another method than GET and HEAD.
pub(super) fn answer(request: &ReceivedRequest, sight: &Sight<'_>) -> Answered {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        let (cause, fix) = ("the page on `/` can only be read", "send GET");
        let headers =
            vec![("Allow", "GET, HEAD".to_owned()), ("Content-Type", "text/plain;charset=UTF-8".to_owned())];
        let body = format!("{cause}; {fix}\n");
        let reason = Reason { cause: cause.to_owned(), fix: fix.to_owned(), ..Reason::default() };
        return Answered { status: 405, headers, body, reason: Some(reason), ..Answered::default() };
    }
    let body = document(sight, request.query == b"paused").finish();
    Answered { status: 200, headers: headers(), body, ..Answered::default() }
}

fn headers() -> Vec<(&'static str, String)> {
    let fixed = [
        ("Content-Type", "text/html;charset=UTF-8"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ];
    let policy = ("Content-Security-Policy", policy().to_owned());
    fixed.map(|(name, value)| (name, value.to_owned())).into_iter().chain([policy]).collect()
}

/// Nothing but this style and the icon, which is in the page.
fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let style = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        )
    })
}

fn document(sight: &Sight<'_>, paused: bool) -> Html {
    let mut page = Html::default();
    page.markup(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <title>bnq practice exchange</title>\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"color-scheme\" content=\"light dark\">\n\
        <link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E\
        %3Crect width='8' height='8' rx='2' fill='%230b6e4f'/%3E%3C/svg%3E\">\n",
    );
    if !paused {
        page.markup("<meta http-equiv=\"refresh\" content=\"2\">\n");
    }
    page.markup("<style>").markup(STYLE).markup("</style>\n</head>\n<body>\n");
    setup::header(&mut page, sight, paused);
    page.markup("<main>\n");
    requests::section(&mut page, sight);
    page.markup("<div class=\"side\">\n");
    account::orders(&mut page, sight.exchange);
    account::balances(&mut page, sight.exchange);
    setup::faults(&mut page, sight.exchange);
    setup::client(&mut page, sight);
    page.markup("</div>\n</main>\n</body>\n</html>\n");
    page
}

#[cfg(test)]
mod tests;
