//! An order and what became of it.

use std::sync::{Arc, OnceLock};

use serde_json::value::RawValue;

use super::symbol::{Asset, Symbol};
use super::tape::Trade;
use crate::practice::amount::Amount;

/// Defines an enum whose variants have the exchange's words, which are only written.
macro_rules! written {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// The exchange's word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

/// Defines an enum whose variants have the exchange's words, which are read as well.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $crate::practice::spot::order::written! { $(#[$doc])* $name { $($variant = $word),+ } }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one that has this word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == word)
            }
        }
    };
}

pub(in crate::practice) use {words, written};

words! {
    /// The side of an order.
    Side { Buy = "BUY", Sell = "SELL" }
}

impl Side {
    /// The side that trades with this one.
    pub fn other(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Whether an order of this side with this limit trades at a price.
    pub fn takes(self, limit: Amount, price: Amount) -> bool {
        match self {
            Self::Buy => price <= limit,
            Self::Sell => price >= limit,
        }
    }
}

words! {
    /// The type of an order.
    Kind {
        Limit = "LIMIT",
        LimitMaker = "LIMIT_MAKER",
        Market = "MARKET",
        StopLoss = "STOP_LOSS",
        StopLossLimit = "STOP_LOSS_LIMIT",
        TakeProfit = "TAKE_PROFIT",
        TakeProfitLimit = "TAKE_PROFIT_LIMIT",
    }
}

impl Kind {
    /// Whether it waits for a price before it works.
    pub fn is_contingent(self) -> bool {
        matches!(self, Self::StopLoss | Self::StopLossLimit | Self::TakeProfit | Self::TakeProfitLimit)
    }

    /// Whether it has a price of its own.
    pub fn has_price(self) -> bool {
        !matches!(self, Self::Market | Self::StopLoss | Self::TakeProfit)
    }

    /// Whether a rising price triggers it; a falling one else. It is contingent.
    /// Source: Spot documentation, "Trailing stop FAQ" and "New order".
    pub fn rises(self, side: Side) -> bool {
        let stops = matches!(self, Self::StopLoss | Self::StopLossLimit);
        stops == (side == Side::Buy)
    }
}

words! {
    /// How long an order stays.
    TimeInForce { Gtc = "GTC", Ioc = "IOC", Fok = "FOK" }
}

words! {
    /// What is done where orders of the same account would trade with each other.
    Prevention {
        None = "NONE",
        ExpireTaker = "EXPIRE_TAKER",
        ExpireMaker = "EXPIRE_MAKER",
        ExpireBoth = "EXPIRE_BOTH",
        Decrement = "DECREMENT",
    }
}

words! {
    /// Where an order is in its life.
    Status {
        New = "NEW",
        PendingNew = "PENDING_NEW",
        PartiallyFilled = "PARTIALLY_FILLED",
        Filled = "FILLED",
        Canceled = "CANCELED",
        Expired = "EXPIRED",
        ExpiredInMatch = "EXPIRED_IN_MATCH",
    }
}

impl Status {
    /// Whether the order can still be filled.
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::PendingNew | Self::PartiallyFilled)
    }
}

written! {
    /// Why an order has expired. Source: Spot documentation, "User Data Streams", "Order Expiry Reason".
    Expiry {
        Rejected = "REJECTED",
        OcoTrigger = "OCO_TRIGGER",
        OtoPhaseOne = "OTO_PHASE_ONE_EXPIRED",
        UnfilledIoc = "UNFILLED_IOC_QUANTITY_EXPIRED",
        UnfilledFok = "UNFILLED_FOK_ORDER_EXPIRED",
        NoLiquidity = "INSUFFICIENT_LIQUIDITY",
    }
}

/// How an order follows the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailing {
    /// In hundredths of a percent.
    pub delta: u32,
    /// When it began to follow; `None` as long as it waits for its stop price.
    pub since: Option<i64>,
    /// The best price since then: the lowest for a buyer, the highest for a seller.
    pub extreme: Amount,
}

/// How the price of an order follows from the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peg {
    /// `PRIMARY_PEG` or `MARKET_PEG`.
    pub price_type: String,
    /// How many levels away; `None` if that was not sent.
    pub offset: Option<i64>,
    /// The price that was sent, which is the worst that the order takes; zero if none was.
    pub limit: Amount,
    /// The price that was taken from the book; `None` as long as the order waits.
    pub price: Option<Amount>,
}

/// What a client asks for when it places an order.
#[derive(Clone, Debug)]
pub struct Terms {
    pub symbol: Arc<Symbol>,
    pub side: Side,
    pub kind: Kind,
    pub time_in_force: TimeInForce,
    /// The price it works at, which of a pegged order is another than was sent. Zero where the type has none, or where it will
    /// come from the book.
    pub price: Amount,
    /// Zero if there is none.
    pub stop_price: Amount,
    /// The stop price, or the last price when it was placed where it follows the price from the beginning or is pegged and pending;
    /// zero if it does not wait.
    pub trigger_price: Amount,
    /// In hundredths of a percent.
    pub trailing_delta: Option<u32>,
    /// Zero if `quote_quantity` says how much.
    pub quantity: Amount,
    /// Zero unless it was sent.
    pub quote_quantity: Amount,
    /// How much of it the book shows; zero for all.
    pub iceberg: Amount,
    pub client_id: Option<String>,
    pub prevention: Prevention,
    pub strategy_id: Option<i64>,
    pub strategy_type: Option<i64>,
    pub peg: Option<Peg>,
    /// Whether it was sent to be routed over several books.
    pub sor: bool,
}

/// An order of the account. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: i64,
    pub client_id: String,
    /// The order list it belongs to.
    pub list: Option<i64>,
    pub terms: Terms,
    pub status: Status,
    /// Why it is [`Status::Expired`], if it is.
    pub expiry: Option<Expiry>,
    pub time: i64,
    pub update_time: i64,
    /// Since when it is on the book; `None` before that.
    pub working_time: Option<i64>,
    pub trailing: Option<Trailing>,
    pub executed: Amount,
    pub executed_quote: Amount,
    /// What was taken from it so that it does not trade with another order of the account.
    pub prevented: Amount,
    /// The last prevented match it was part of.
    pub prevented_match: Option<i64>,
    pub fills: Vec<Fill>,
    /// How often it was amended.
    pub amends: u32,
    pub shown: Shown,
}

/// What a client is shown that asks for an open order, with times in milliseconds. It is written once, and forgotten when the
/// order changes: clients ask again and again for orders to which nothing has happened.
#[derive(Clone, Debug, Default)]
pub struct Shown(OnceLock<Box<RawValue>>);

impl Shown {
    /// What was written, or what `write` writes now.
    ///
    /// # Errors
    /// That of `write`.
    pub fn or_write<E>(&self, write: impl FnOnce() -> Result<Box<RawValue>, E>) -> Result<&RawValue, E> {
        match self.0.get() {
            Some(shown) => Ok(shown),
            None => write().map(|shown| &**self.0.get_or_init(|| shown)),
        }
    }
}

/// One trade of an order.
#[derive(Clone, Debug)]
pub struct Fill {
    pub trade: Trade,
    pub is_maker: bool,
    pub commission: Amount,
    pub commission_asset: Asset,
}

impl Order {
    /// Whether a fill of it came from smart order routing, which makes it an allocation instead of a trade.
    pub fn is_allocation(&self, fill: &Fill) -> bool {
        self.terms.sor && !fill.is_maker
    }

    /// Where something happened to it last. Source: Spot documentation, "Smart Order Routing (SOR)".
    pub fn working_floor(&self) -> &'static str {
        let traded = self.fills.last().is_some_and(|f| !self.is_allocation(f));
        if self.on_book() || traded { "EXCHANGE" } else { "SOR" }
    }

    /// What is left to trade.
    pub fn remaining(&self) -> Amount {
        self.terms.quantity - self.executed - self.prevented
    }

    /// Whether it can still be filled.
    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Whether it has been on the book: a contingent order waits for its price first, a pending one for another order.
    pub fn is_working(&self) -> bool {
        self.working_time.is_some()
    }

    /// Whether its remainder is part of the book.
    pub fn on_book(&self) -> bool {
        self.is_open() && self.is_working()
    }

    /// How much of it the book shows.
    pub fn visible(&self) -> Amount {
        if self.terms.iceberg.is_zero() {
            return self.remaining();
        }
        // Slices of that size are shown one after the other, so the first may be used up in part.
        let into_slice = self.executed.floor_to(self.terms.iceberg);
        (self.terms.iceberg - (self.executed - into_slice)).min(self.remaining())
    }

    /// What has to be held back for it while it is open, or waits for the order that starts it.
    pub fn needs(&self) -> Amount {
        if self.is_open() { self.terms.needs(self.remaining()) } else { Amount::ZERO }
    }
}

impl Terms {
    /// Why what the book leaves of it expires; `None` if that rests.
    pub fn unfilled(&self) -> Option<Expiry> {
        match self.time_in_force {
            _ if !self.kind.has_price() => Some(Expiry::NoLiquidity),
            TimeInForce::Ioc => Some(Expiry::UnfilledIoc),
            TimeInForce::Fok => Some(Expiry::UnfilledFok),
            TimeInForce::Gtc => None,
        }
    }

    /// Whether how much it is will be known only when another order has filled.
    pub fn has_no_quantity(&self) -> bool {
        self.quantity.is_zero() && self.quote_quantity.is_zero()
    }

    /// What has to be held back for a quantity of it: a buyer pays its price, or the price that triggers it where it has
    /// none yet.
    pub fn needs(&self, quantity: Amount) -> Amount {
        match self.side {
            Side::Sell => quantity,
            Side::Buy if self.kind.has_price() && !self.price.is_zero() => quantity.times(self.price),
            Side::Buy => quantity.times(self.trigger_price),
        }
    }
}
