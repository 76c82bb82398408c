use super::Sight;
use super::html::Html;
use crate::practice::exchange::Exchange;
use crate::practice::keys::API_KEY;
use crate::signing::mask;

/// The address that a client sends its requests to.
pub(super) fn base(sight: &Sight<'_>) -> String {
    format!("http://127.0.0.1:{}", sight.port)
}

/// What this is, where it is, what time it is there.
pub(super) fn header(page: &mut Html, sight: &Sight<'_>, paused: bool) {
    let now = jiff::Timestamp::from_microsecond(sight.exchange.clock().now_us()).unwrap_or_default();
    page.markup("<header>\n<h1>bnq practice exchange</h1>\n<p><code>").text(&base(sight));
    page.markup("</code></p>\n<p><time>").text(&now.strftime("%Y-%m-%d %H:%M:%S").to_string());
    page.markup("</time> UTC</p>\n<p>");
    page.markup(if paused {
        "Paused. <a href=\"/\">Refresh again</a>"
    } else {
        "Refreshes every 2 s. <a href=\"/?paused\">Pause</a>"
    });
    page.markup("</p>\n</header>\n");
}

/// The faults that are in force, if there are any.
pub(super) fn faults(page: &mut Html, exchange: &Exchange) {
    let rules = exchange.faults().in_force();
    if rules.is_empty() {
        return;
    }
    page.markup(
        "<section aria-labelledby=\"faults\">\n<h2 id=\"faults\">Faults on demand</h2>\n\
        <table>\n<caption>Rules in force, and how many of the requests that they are for they have hit</caption>\n\
        <thead><tr><th scope=\"col\">Rule</th><th scope=\"col\" class=\"number\">Hit</th></tr></thead>\n<tbody>\n",
    );
    for (rule, hits, seen) in rules {
        page.markup("<tr><th scope=\"row\"><code>").text(&rule).markup("</code></th><td class=\"number\">");
        page.text(&format!("{hits} of {seen}")).markup("</td></tr>\n");
    }
    page.markup("</tbody>\n</table>\n</section>\n");
}

/// How a client gets here, and with which keys.
pub(super) fn client(page: &mut Html, sight: &Sight<'_>) {
    let base = base(sight);
    page.markup(
        "<section aria-labelledby=\"client\">\n<h2 id=\"client\">Your client</h2>\n<p>Give it <code>",
    );
    page.text(&base)
        .markup("</code> in place of <code>https://api.binance.com</code>, and one of these keys.");
    let keys = sight.exchange.keys();
    if keys.iter().any(|key| key.api_key == API_KEY) {
        page.markup(" The README of bnq has those of the practice account in full. Or:</p>\n<pre><code>bnq --env local --base-url ");
        page.text(&base).markup(" account</code></pre>\n");
    } else {
        page.markup("</p>\n");
    }
    page.markup(
        "<table>\n<caption>Keys that it takes</caption>\n<thead><tr><th scope=\"col\">Kind</th>\
        <th scope=\"col\">API key</th></tr></thead>\n<tbody>\n",
    );
    for key in keys {
        page.markup("<tr><th scope=\"row\">").text(&key.verifying.kind().to_string());
        page.markup("</th><td><code>").text(&mask(&key.api_key)).markup("</code></td></tr>\n");
    }
    page.markup("</tbody>\n</table>\n</section>\n");
}
