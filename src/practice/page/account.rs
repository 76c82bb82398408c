use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::html::Html;
use crate::catalogue;
use crate::practice::exchange::Exchange;

/// How many orders are shown.
const MOST_ORDERS: usize = 200;

#[derive(Deserialize)]
struct Account {
    balances: Vec<Balance>,
}

#[derive(Deserialize)]
struct Balance {
    asset: String,
    free: String,
    locked: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    symbol: String,
    #[serde(rename = "orderId")]
    id: i64,
    #[serde(rename = "clientOrderId")]
    client_id: String,
    side: String,
    #[serde(rename = "type")]
    kind: String,
    time_in_force: String,
    status: String,
    price: String,
    #[serde(default)]
    stop_price: String,
    orig_qty: String,
    executed_qty: String,
}

/// What the exchange answers its client, so that the page shows what a client sees; else why it does not.
fn ask<T: DeserializeOwned>(
    exchange: &Exchange,
    plays: &str,
    parameters: &[(String, String)],
) -> Result<T, String> {
    let endpoint = catalogue::endpoints().iter().find(|e| e.plays() == Some(plays));
    let endpoint = endpoint.ok_or_else(|| format!("`{plays}` is not played"))?;
    let body = exchange
        .look(endpoint, parameters)
        .map_err(|failure| format!("{}; {}", failure.cause, failure.fix))?;
    serde_json::from_str(&body).map_err(|error| format!("the answer cannot be read: {error}"))
}

fn is_zero(decimal: &str) -> bool {
    decimal.bytes().all(|b| matches!(b, b'0' | b'.'))
}

/// The open orders, newest first.
pub(super) fn orders(page: &mut Html, exchange: &Exchange) {
    page.markup("<section aria-labelledby=\"orders\">\n<h2 id=\"orders\">Open orders</h2>\n");
    match ask::<Vec<Order>>(exchange, "open-orders", &[]) {
        Err(problem) => _ = page.markup("<p>").sentence(&problem).markup("</p>\n"),
        Ok(orders) if orders.is_empty() => _ = page.markup("<p>None.</p>\n"),
        Ok(orders) => {
            page.markup(
                "<table>\n<caption>Newest first</caption>\n<thead><tr><th scope=\"col\">Order</th>\
                <th scope=\"col\" class=\"number\">Price</th><th scope=\"col\" class=\"number\">Quantity</th></tr></thead>\n\
                <tbody>\n",
            );
            for order in orders.iter().rev().take(MOST_ORDERS) {
                order_row(page, order);
            }
            page.markup("</tbody>\n</table>\n");
            if let Some(more @ 1..) = orders.len().checked_sub(MOST_ORDERS) {
                page.markup("<p>").text(&more.to_string()).markup(" older ones are not shown.</p>\n");
            }
        }
    }
    page.markup("</section>\n");
}

fn order_row(page: &mut Html, order: &Order) {
    page.markup("<tr><th scope=\"row\">").text(&order.symbol).markup(" ").text(&order.side);
    page.markup("<small>").text(&order.kind).markup(" ").text(&order.time_in_force);
    page.markup("<br>").text(&order.status).markup(" ").text(&order.id.to_string());
    page.markup("<br>").text(&order.client_id).markup("</small></th>\n<td class=\"number\">");
    if !is_zero(&order.price) {
        page.text(&order.price);
    }
    if !is_zero(&order.stop_price) {
        page.markup("<small>stop ").text(&order.stop_price).markup("</small>");
    }
    page.markup("</td>\n<td class=\"number\">").text(&order.orig_qty);
    page.markup("<small>filled ").text(&order.executed_qty).markup("</small></td></tr>\n");
}

/// What the account has.
pub(super) fn balances(page: &mut Html, exchange: &Exchange) {
    page.markup("<section aria-labelledby=\"balances\">\n<h2 id=\"balances\">Balances</h2>\n");
    let parameters = [("omitZeroBalances".to_owned(), "true".to_owned())];
    match ask::<Account>(exchange, "account", &parameters) {
        Err(problem) => _ = page.markup("<p>").sentence(&problem).markup("</p>\n"),
        Ok(account) => {
            page.markup(
                "<table>\n<caption>Those that are not zero</caption>\n<thead><tr><th scope=\"col\">Asset</th>\
                <th scope=\"col\" class=\"number\">Free</th><th scope=\"col\" class=\"number\">Locked</th></tr></thead>\n<tbody>\n",
            );
            for Balance { asset, free, locked } in &account.balances {
                page.markup("<tr><th scope=\"row\">")
                    .text(asset)
                    .markup("</th><td class=\"number\">")
                    .text(free);
                page.markup("</td><td class=\"number\">").text(locked).markup("</td></tr>\n");
            }
            page.markup("</tbody>\n</table>\n");
        }
    }
    page.markup("</section>\n");
}
