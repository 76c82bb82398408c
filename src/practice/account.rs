use super::amount::Amount;
use super::market::{self, LAST_TRADE, Symbol, Trade, trade_time};
use super::orders::{DEPOSITS, ORDERS};

/// What the account pays on a trade, of what it receives: a thousandth.
pub(super) const COMMISSION: Amount = Amount::units(100_000);

/// The side of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Buy,
    Sell,
}

impl Side {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }
}

/// The type of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Limit,
    Market,
    StopLossLimit,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "LIMIT",
            Self::Market => "MARKET",
            Self::StopLossLimit => "STOP_LOSS_LIMIT",
        }
    }
}

/// How long an order stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeInForce {
    Gtc,
    Ioc,
}

impl TimeInForce {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
        }
    }
}

/// An order as it is written down. Times are minutes before the market's end.
pub(super) struct OrderRow {
    pub(super) id: i64,
    pub(super) client_id: &'static str,
    pub(super) symbol: &'static str,
    pub(super) side: Side,
    pub(super) kind: Kind,
    pub(super) time_in_force: TimeInForce,
    /// Zero for a market order, which trades at the market's price of that minute.
    pub(super) price: Amount,
    pub(super) stop_price: Amount,
    pub(super) quantity: Amount,
    pub(super) placed: i64,
    /// When it was cancelled or expired.
    pub(super) ended: Option<i64>,
    pub(super) fills: &'static [(i64, Amount)],
}

impl OrderRow {
    /// Whether it trades at once or not at all.
    fn takes(&self) -> bool {
        self.kind == Kind::Market || self.time_in_force == TimeInForce::Ioc
    }
}

/// What the account's orders make of one trade of the market.
pub(super) struct OwnFill {
    /// The order's price; `None` for a market order.
    pub(super) price: Option<Amount>,
    pub(super) quantity: Amount,
    pub(super) buyer_is_maker: bool,
}

/// The account's part in trade number `id` of a symbol.
pub(super) fn fill_at(symbol: &str, id: i64) -> Option<OwnFill> {
    let ago = LAST_TRADE - id;
    let row = ORDERS.iter().filter(|o| o.symbol == symbol);
    row.flat_map(|o| o.fills.iter().map(move |f| (o, f))).find(|(_, (at, _))| *at == ago).map(
        |(order, (_, quantity))| OwnFill {
            price: Some(order.price).filter(|_| order.kind != Kind::Market),
            quantity: *quantity,
            buyer_is_maker: (order.side == Side::Buy) != order.takes(),
        },
    )
}

/// An order of the account, with its fills.
pub(super) struct Order {
    pub(super) id: i64,
    pub(super) client_id: String,
    pub(super) symbol: &'static Symbol,
    pub(super) side: Side,
    pub(super) kind: Kind,
    pub(super) time_in_force: TimeInForce,
    pub(super) price: Amount,
    pub(super) stop_price: Amount,
    pub(super) quantity: Amount,
    pub(super) time: i64,
    pub(super) update_time: i64,
    pub(super) fills: Vec<Fill>,
    ended: bool,
}

/// One trade of an order.
pub(super) struct Fill {
    pub(super) trade: Trade,
    pub(super) is_maker: bool,
}

impl Order {
    fn of(row: &OrderRow) -> Option<Self> {
        let symbol = market::find(row.symbol)?;
        let fill =
            |(ago, _): &(i64, Amount)| Fill { trade: symbol.trade(LAST_TRADE - ago), is_maker: !row.takes() };
        let fills: Vec<Fill> = row.fills.iter().map(fill).collect();
        // An order that waits is placed a quarter of a minute before the trade of its minute.
        let before = if row.takes() { 0 } else { 15_000 };
        let time = trade_time(LAST_TRADE - row.placed) - before;
        let last_fill = fills.last().map_or(time, |f| f.trade.time);
        let ended = row.ended.map_or(time, |ago| trade_time(LAST_TRADE - ago));
        Some(Self {
            id: row.id,
            client_id: row.client_id.to_owned(),
            symbol,
            side: row.side,
            kind: row.kind,
            time_in_force: row.time_in_force,
            price: row.price,
            stop_price: row.stop_price,
            quantity: row.quantity,
            time,
            update_time: last_fill.max(ended),
            fills,
            ended: row.ended.is_some(),
        })
    }

    pub(super) fn executed(&self) -> Amount {
        self.fills.iter().map(|f| f.trade.quantity).sum()
    }

    pub(super) fn executed_quote(&self) -> Amount {
        self.fills.iter().map(|f| f.trade.quote()).sum()
    }

    pub(super) fn remaining(&self) -> Amount {
        self.quantity - self.executed()
    }

    pub(super) fn is_open(&self) -> bool {
        !self.ended && !self.remaining().is_zero()
    }

    /// Whether it works: a stop order waits for its stop price first.
    pub(super) fn is_working(&self) -> bool {
        self.kind != Kind::StopLossLimit
    }

    /// Whether its remainder is part of the order book.
    pub(super) fn on_book(&self) -> bool {
        self.is_open() && self.is_working()
    }

    pub(super) fn status(&self) -> &'static str {
        match (self.remaining().is_zero(), self.ended, self.fills.is_empty()) {
            (true, ..) => "FILLED",
            (_, true, _) if self.time_in_force == TimeInForce::Ioc => "EXPIRED",
            (_, true, _) => "CANCELED",
            (_, _, true) => "NEW",
            _ => "PARTIALLY_FILLED",
        }
    }

    /// What the account receives for a fill.
    pub(super) fn received_asset(&self) -> &'static str {
        if self.side == Side::Buy { self.symbol.base } else { self.symbol.quote }
    }

    /// The commission on a fill, in [`Order::received_asset`].
    pub(super) fn commission(&self, fill: &Fill) -> Amount {
        let received = if self.side == Side::Buy { fill.trade.quantity } else { fill.trade.quote() };
        received.times(COMMISSION)
    }
}

/// What the account has of an asset.
pub(super) struct Balance {
    pub(super) asset: &'static str,
    pub(super) free: Amount,
    pub(super) locked: Amount,
}

/// The practice account.
pub(super) struct Account {
    orders: Vec<Order>,
    balances: Vec<Balance>,
}

impl Account {
    /// The account as it stands in every fresh practice exchange.
    pub(super) fn practice() -> Self {
        let orders: Vec<Order> = ORDERS.iter().filter_map(Order::of).collect();
        let paid_in = |(asset, amount)| Balance { asset, free: amount, locked: Amount::ZERO };
        let mut account = Self { orders: Vec::new(), balances: DEPOSITS.into_iter().map(paid_in).collect() };
        for order in &orders {
            account.book_fills(order);
            account.lock(order);
        }
        account.orders = orders;
        account
    }

    /// Every order, oldest first.
    pub(super) fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub(super) fn balances(&self) -> &[Balance] {
        &self.balances
    }

    /// When it last changed.
    pub(super) fn update_time(&self) -> i64 {
        self.orders.iter().map(|o| o.update_time).max().unwrap_or(market::OPEN_MS)
    }

    fn balance(&mut self, asset: &str) -> Option<&mut Balance> {
        self.balances.iter_mut().find(|b| b.asset == asset)
    }

    fn add(&mut self, asset: &str, amount: Amount) {
        if let Some(balance) = self.balance(asset) {
            balance.free += amount;
        }
    }

    fn book_fills(&mut self, order: &Order) {
        for fill in &order.fills {
            let (base, quote) = (fill.trade.quantity, fill.trade.quote());
            let (gain, loss) = if order.side == Side::Buy { (base, quote) } else { (quote, base) };
            let given = if order.side == Side::Buy { order.symbol.quote } else { order.symbol.base };
            self.add(order.received_asset(), gain - order.commission(fill));
            self.add(given, Amount::ZERO - loss);
        }
    }

    /// Sets aside what an open order would spend: the rest of its quantity, or that times its price.
    fn lock(&mut self, order: &Order) {
        if !order.is_open() {
            return;
        }
        let (asset, held) = match order.side {
            Side::Buy => (order.symbol.quote, order.remaining().times(order.price)),
            Side::Sell => (order.symbol.base, order.remaining()),
        };
        if let Some(balance) = self.balance(asset) {
            balance.free -= held;
            balance.locked += held;
        }
    }
}
