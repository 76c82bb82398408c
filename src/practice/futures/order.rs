//! An order of the futures account and what became of it.

use crate::practice::amount::Amount;
pub use crate::practice::spot::order::Side;
use crate::practice::spot::order::{words, written};
use crate::practice::spot::tape::Trade;

words! {
    /// Which position of a contract is meant: in hedge mode a long and a short one, else one for both.
    PositionSide { Both = "BOTH", Long = "LONG", Short = "SHORT" }
}

impl PositionSide {
    /// Whether an order of this side adds to such a position whatever is held.
    pub fn is_opened_by(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::Long => side == Side::Buy,
            Self::Short => side == Side::Sell,
        }
    }
}

words! {
    /// The type of an order in the book.
    Kind { Limit = "LIMIT", Market = "MARKET" }
}

words! {
    /// How long an order stays; `GTX` never takes. `RPI` is none of them: no contract here offers it.
    TimeInForce { Gtc = "GTC", Ioc = "IOC", Fok = "FOK", Gtx = "GTX", Gtd = "GTD" }
}

words! {
    /// What is done where orders of the account would trade with each other.
    Prevention {
        None = "NONE",
        ExpireTaker = "EXPIRE_TAKER",
        ExpireMaker = "EXPIRE_MAKER",
        ExpireBoth = "EXPIRE_BOTH",
    }
}

words! {
    /// Which price triggers a conditional order.
    WorkingType { Contract = "CONTRACT_PRICE", Mark = "MARK_PRICE" }
}

written! {
    /// Where an order is in its life.
    Status {
        New = "NEW",
        PartiallyFilled = "PARTIALLY_FILLED",
        Filled = "FILLED",
        Canceled = "CANCELED",
        Expired = "EXPIRED",
        ExpiredInMatch = "EXPIRED_IN_MATCH",
    }
}

/// What a client asks for when it places an order.
#[derive(Clone, Debug)]
pub struct Terms {
    pub symbol: String,
    pub side: Side,
    pub position_side: PositionSide,
    pub kind: Kind,
    pub time_in_force: TimeInForce,
    /// Zero for a market order.
    pub price: Amount,
    pub quantity: Amount,
    pub reduce_only: bool,
    pub close_position: bool,
    pub working_type: WorkingType,
    pub price_protect: bool,
    /// Where the price was taken from; `NONE` if it was sent.
    pub price_match: String,
    pub prevention: Prevention,
    /// When it ends by itself, in milliseconds; zero if it does not.
    pub good_till: i64,
    pub client_id: Option<String>,
    /// The type of the conditional order it was; its own else.
    pub original: &'static str,
    /// The price that triggered it; zero if none did.
    pub stop_price: Amount,
}

impl Terms {
    /// Whether it may only make a position smaller.
    pub fn reduces(&self) -> bool {
        self.reduce_only || self.close_position || !self.position_side.is_opened_by(self.side)
    }

    /// The worst price it takes.
    pub fn limit(&self) -> Option<Amount> {
        (self.kind == Kind::Limit).then_some(self.price)
    }
}

/// One trade of an order.
#[derive(Clone, Debug)]
pub struct Fill {
    pub trade: Trade,
    pub is_maker: bool,
    pub commission: Amount,
    pub realized: Amount,
}

/// An order of the account. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: i64,
    pub client_id: String,
    pub terms: Terms,
    pub status: Status,
    pub time: i64,
    pub updated: i64,
    pub executed: Amount,
    pub executed_quote: Amount,
    pub fills: Vec<Fill>,
}

impl Order {
    /// What is left to trade.
    pub fn remaining(&self) -> Amount {
        self.terms.quantity - self.executed
    }

    /// Whether it can still be filled. An open order is on the book.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::New | Status::PartiallyFilled)
    }

    /// Whether it is open though the time that it is good for is over by `now_ms`.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.is_open() && (1..=now_ms).contains(&self.terms.good_till)
    }

    /// The average price of its trades.
    pub fn average(&self) -> Amount {
        self.executed_quote.over(self.executed)
    }
}
