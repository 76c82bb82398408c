use super::account;
use super::amount::Amount;

/// When the market stands still, in milliseconds: 2026-03-01T00:00:00Z.
pub(super) const END_MS: i64 = 1_772_323_200_000;
/// When it opened: 2025-01-01T00:00:00Z.
pub(super) const OPEN_MS: i64 = 1_735_689_600_000;
pub(super) const MINUTE_MS: i64 = 60_000;
/// The last trade. There is one trade a minute, and its id is the number of that minute.
pub(super) const LAST_TRADE: i64 = (END_MS - OPEN_MS) / MINUTE_MS - 1;

/// A symbol that is traded. Tick and step are chosen so that price times quantity never has more than eight decimals.
pub(super) struct Symbol {
    pub(super) name: &'static str,
    pub(super) base: &'static str,
    pub(super) quote: &'static str,
    /// The price at the end, in ticks.
    pub(super) last_ticks: i128,
    pub(super) tick: Amount,
    pub(super) step: Amount,
    /// How many steps a usual trade has.
    pub(super) usual_steps: i128,
    /// How many ticks lie between two levels of the book.
    pub(super) gap: i128,
    pub(super) least_notional: Amount,
}

const fn e8(units: i128) -> Amount {
    Amount::units(units)
}

type Row = (&'static str, &'static str, &'static str, i128, Amount, Amount, i128, i128, Amount);

const fn symbol(row: Row) -> Symbol {
    let (name, base, quote, last_ticks, tick, step, usual_steps, gap, least_notional) = row;
    Symbol { name, base, quote, last_ticks, tick, step, usual_steps, gap, least_notional }
}

const USDT_LEAST: Amount = Amount::whole(5);
const BTC_LEAST: Amount = e8(10_000);

/// Every symbol: name, base, quote, last price in ticks, tick, step, steps of a usual trade, ticks between levels, least
/// notional. The prices agree with each other: ARKBTC times BTCUSDT is ARKUSDT.
pub(super) static SYMBOLS: [Symbol; 10] = [
    symbol(("BTCUSDT", "BTC", "USDT", 9_500_000, e8(1_000_000), e8(1_000), 400, 50, USDT_LEAST)),
    symbol(("ETHUSDT", "ETH", "USDT", 342_000, e8(1_000_000), e8(10_000), 900, 5, USDT_LEAST)),
    symbol(("BNBUSDT", "BNB", "USDT", 85_500, e8(1_000_000), e8(100_000), 300, 5, USDT_LEAST)),
    symbol(("LTCUSDT", "LTC", "USDT", 11_020, e8(1_000_000), e8(100_000), 2_000, 1, USDT_LEAST)),
    symbol(("ARKUSDT", "ARK", "USDT", 4_750, e8(10_000), e8(10_000_000), 3_000, 5, USDT_LEAST)),
    symbol(("ARKBTC", "ARK", "BTC", 500, e8(1), e8(100_000_000), 120, 1, BTC_LEAST)),
    symbol(("LTCBTC", "LTC", "BTC", 1_160, e8(100), e8(1_000_000), 150, 1, BTC_LEAST)),
    symbol(("ETHBTC", "ETH", "BTC", 3_600, e8(1_000), e8(100_000), 700, 1, BTC_LEAST)),
    symbol(("BNBBTC", "BNB", "BTC", 900, e8(1_000), e8(100_000), 250, 1, BTC_LEAST)),
    // A name as the exchange has them, so that clients meet one that has to be percent-encoded.
    symbol(("币安人生USDT", "币安人生", "USDT", 14_200, e8(1_000), e8(10_000_000), 5_000, 5, USDT_LEAST)),
];

/// The symbol with this name.
pub(super) fn find(name: &str) -> Option<&'static Symbol> {
    SYMBOLS.iter().find(|s| s.name == name)
}

/// A trade of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) id: i64,
    pub(super) price: Amount,
    pub(super) quantity: Amount,
    pub(super) time: i64,
    pub(super) buyer_is_maker: bool,
}

impl Trade {
    pub(super) fn quote(&self) -> Amount {
        self.price.times(self.quantity)
    }
}

/// The time of a trade: half a minute into its minute.
pub(super) fn trade_time(id: i64) -> i64 {
    OPEN_MS + id * MINUTE_MS + MINUTE_MS / 2
}

/// The first trade at or after `time`.
pub(super) fn first_trade_from(time: i64) -> i64 {
    (time.saturating_sub(OPEN_MS + MINUTE_MS / 2).saturating_add(MINUTE_MS - 1)).div_euclid(MINUTE_MS).max(0)
}

impl Symbol {
    pub(super) fn last_price(&self) -> Amount {
        self.tick.multiple(self.last_ticks)
    }

    /// Trade number `id`: the account's own where it has one, else one made from the number.
    pub(super) fn trade(&self, id: i64) -> Trade {
        let (mut price, mut quantity, noise) = (self.path(id), Amount::ZERO, self.noise(id));
        let mut buyer_is_maker = noise & 1 == 0;
        if let Some(own) = account::fill_at(self.name, id) {
            price = own.price.unwrap_or(price);
            quantity = own.quantity;
            buyer_is_maker = own.buyer_is_maker;
        } else {
            let size = 1 + i128::from(noise >> 8) % (2 * self.usual_steps);
            quantity += self.step.multiple(size);
        }
        Trade { id, price, quantity, time: trade_time(id), buyer_is_maker }
    }

    /// The trades numbered `ids`, as far as there are such.
    pub(super) fn trades(&self, ids: std::ops::RangeInclusive<i64>) -> impl Iterator<Item = Trade> {
        let (from, to) = ids.into_inner();
        (from.max(0)..=to.min(LAST_TRADE)).map(|id| self.trade(id))
    }

    /// The price at a trade: the last price and four triangle waves, all of which are zero at the last trade.
    fn path(&self, id: i64) -> Amount {
        const WAVES: [(i128, i128); 4] = [(97, 20), (1_013, 80), (20_011, 300), (150_001, 1_200)];
        let before = i128::from(LAST_TRADE - id);
        let wave = |(period, basis_points): (i128, i128)| {
            let place = 4 * (before % period);
            let height = match place {
                p if p < period => p,
                p if p < 3 * period => 2 * period - p,
                p => p - 4 * period,
            };
            self.last_ticks * basis_points / 10_000 * height / period
        };
        self.tick.multiple(self.last_ticks + WAVES.into_iter().map(wave).sum::<i128>())
    }

    /// A number that looks random and is always the same for a trade.
    pub(super) fn noise(&self, id: i64) -> u32 {
        let seed =
            self.name.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        let mut x = seed ^ u32::try_from(id & 0x7fff_ffff).unwrap_or(0).wrapping_mul(0x9e37_79b9);
        for shift in [16, 13, 16] {
            x = (x ^ (x >> shift)).wrapping_mul(0x45d9_f3b7);
        }
        x ^ (x >> 16)
    }
}
