//! Orders whose price comes from the book.
//! Source: Spot documentation, "Pegged orders FAQ".

use super::filters;
use super::order::{Kind, Peg, Side, Terms, TimeInForce};
use super::state::Spot;
use super::terms::Sent;
use crate::practice::amount::Amount;
use crate::practice::engine::Failure;

impl Terms {
    /// The price that was sent; zero if none was.
    pub fn sent_price(&self) -> Amount {
        self.peg.as_ref().map_or(self.price, |peg| peg.limit)
    }

    /// The price that was taken from the book.
    pub fn pegged_price(&self) -> Option<Amount> {
        self.peg.as_ref().and_then(|peg| peg.price)
    }

    /// Whether its price will be taken from the book when it starts to work.
    pub fn waits_for_peg(&self) -> bool {
        self.peg.as_ref().is_some_and(|peg| peg.price.is_none())
    }

    /// Every price that has to pass the filters: of a pegged order both the one that was sent and the one from the book.
    pub fn prices(&self) -> Vec<Amount> {
        match self.pegged_price() {
            Some(pegged) if !self.sent_price().is_zero() => vec![self.sent_price(), pegged],
            _ => vec![self.price],
        }
    }
}

/// What a request says of the peg of an order. The gate lets only the words through that there are.
///
/// # Errors
/// If it does not go with the type.
pub fn read(sent: &Sent<'_>, kind: Kind, time: TimeInForce) -> Result<Option<Peg>, Failure> {
    let Some(price_type) = sent.text("pegPriceType") else { return no_offset(sent).map(|()| None) };
    if !kind.has_price() {
        let cause = format!("a {} order has no price that could be pegged", kind.as_str());
        let message = "This order type may not use pegged price.";
        return Err(Failure::rejected(message, cause, "leave pegPriceType out"));
    }
    if price_type == "MARKET_PEG" && kind == Kind::LimitMaker {
        let message = "This price peg cannot be used with this order type.";
        let cause = "a LIMIT_MAKER order at the other side's price would trade at once";
        return Err(Failure::rejected(message, cause, "send pegPriceType=PRIMARY_PEG"));
    }
    // assumed: the documentation does not say how this is refused.
    if price_type == "PRIMARY_PEG" && kind == Kind::Limit && time != TimeInForce::Gtc {
        let message = "Unsupported order combination";
        let cause =
            format!("the order's own side has nothing to trade with at once, and it is {}", time.as_str());
        return Err(Failure::rejected(message, cause, "send timeInForce=GTC, or pegPriceType=MARKET_PEG"));
    }
    let (price_type, offset) = (price_type.to_owned(), sent.number("pegOffsetValue"));
    Ok(Some(Peg { price_type, offset, limit: sent.amount("price")?, price: None }))
}

/// Whether an order without a peg has nothing that says how far it is from it.
fn no_offset(sent: &Sent<'_>) -> Result<(), Failure> {
    let Some(given) = ["pegOffsetType", "pegOffsetValue"].into_iter().find(|name| sent.text(name).is_some())
    else {
        return Ok(());
    };
    let (given, missing) = (sent.naming.name(given), sent.naming.name("pegPriceType"));
    let message = format!(
        "Combination of optional parameters invalid. Recommendation: '{missing}' should also be sent."
    );
    let cause = format!("`{given}` was sent without `{missing}`, from which it would count");
    Err(Failure::new(-1128, &message, cause, format!("send `{missing}` as well, or leave `{given}` out")))
}

/// Takes the price of a pegged order from the book: of its own side (`PRIMARY_PEG`) or the other one (`MARKET_PEG`). It works at
/// that price, or at the one that was sent where that asks for more: "for 100,000 USDT or best offer".
///
/// # Errors
/// If the book has no such price.
pub fn settle(spot: &Spot, terms: &mut Terms) -> Result<(), Failure> {
    let (Some(peg), Some(lane)) = (&mut terms.peg, spot.lane(&terms.symbol.name)) else { return Ok(()) };
    let side = if peg.price_type == "MARKET_PEG" { terms.side.other() } else { terms.side };
    let level = usize::try_from(peg.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let price = super::book::prices(spot, lane, side).into_iter().nth(level).ok_or_else(|| {
        let message = "Order book liquidity is too low for this pegged order.";
        Failure::rejected(message, "the book has no such level", "send a smaller pegOffsetValue")
    })?;
    peg.price = Some(price);
    terms.price = match terms.side {
        _ if peg.limit.is_zero() => price,
        Side::Buy => price.min(peg.limit),
        Side::Sell => price.max(peg.limit),
    };
    Ok(())
}

impl Spot {
    /// Gives an order that starts to work the price that it has waited for. Tells whether there is one that passes the filters.
    pub(super) fn takes_peg(&mut self, id: i64, now_ms: i64) -> bool {
        let Some(order) = self.order(id).filter(|o| o.is_open() && o.terms.waits_for_peg()) else {
            return true;
        };
        let mut terms = order.terms.clone();
        if settle(self, &mut terms).is_err() || filters::check_price(self, &terms, now_ms).is_err() {
            return false;
        }
        if let Some(order) = self.order_mut(id) {
            order.terms = terms;
        }
        true
    }
}
