// ccxt, unchanged but for its addresses and keys.
import ccxt from 'ccxt';
import { check, equal, holds, refused, sum, times, units } from '../checks.mjs';

const { BASE_URL, API_KEY, SECRET_KEY } = process.env;
const SYMBOL = 'ARK/BTC';

function connect(secret) {
  const exchange = new ccxt.binance({ apiKey: API_KEY, secret });
  for (const [name, address] of Object.entries(exchange.urls.api)) {
    exchange.urls.api[name] = BASE_URL + new URL(address).pathname;
  }
  return exchange;
}

const exchange = connect(SECRET_KEY);

/** Free and locked of each asset in units; what ccxt made of them must be the same. */
async function balances() {
  const balance = await exchange.fetchBalance();
  const amounts = {};
  for (const { asset, free, locked } of balance.info.balances) {
    equal([balance[asset].free, balance[asset].used], [Number(free), Number(locked)], `what ccxt made of ${asset}`);
    amounts[asset] = { free: units(free), locked: units(locked) };
  }
  return amounts;
}

/** What changed between two balances: by asset, free and locked. */
function moved(before, after) {
  equal(Object.keys(after), Object.keys(before), 'the assets of the account');
  const changes = Object.keys(after).map((asset) => {
    const [then, now] = [before[asset], after[asset]];
    return [asset, { free: now.free - then.free, locked: now.locked - then.locked }];
  });
  return Object.fromEntries(changes.filter(([, change]) => change.free !== 0n || change.locked !== 0n));
}

/** What the fills of an order of ARK/BTC move. */
function settled(side, fills) {
  const sign = side === 'buy' ? 1n : -1n;
  const free = {};
  const add = (asset, change) => (free[asset] = (free[asset] ?? 0n) + change);
  for (const { qty, price, commission, commissionAsset } of fills) {
    add('ARK', sign * units(qty));
    add('BTC', -sign * times(units(qty), units(price)));
    add(commissionAsset, -units(commission));
  }
  return Object.fromEntries(Object.entries(free).filter(([, change]) => change !== 0n).map(([asset, change]) => [asset, { free: change, locked: 0n }]));
}

/** A filled order whose answer, fills and move of the balances agree to the unit. */
async function fills(side, place) {
  const before = await balances();
  const rate = units((await exchange.fetchBalance()).info.commissionRates.taker);
  const order = await place();
  equal([order.status, order.side, order.remaining], ['closed', side, 0], 'status, side and remainder');
  const { executedQty, cummulativeQuoteQty, fills } = order.info;
  equal(sum(fills.map((fill) => units(fill.qty))), units(executedQty), 'the sum of the fills');
  equal(sum(fills.map((fill) => times(units(fill.qty), units(fill.price)))), units(cummulativeQuoteQty), 'the cost of the fills');
  equal([order.filled, order.cost], [Number(executedQty), Number(cummulativeQuoteQty)], 'filled and cost');
  for (const { qty, price, commission, commissionAsset } of fills) {
    equal(commissionAsset, side === 'buy' ? 'ARK' : 'BTC', 'the asset of the commission');
    const received = side === 'buy' ? units(qty) : times(units(qty), units(price));
    const tooMuch = units(commission) * 100000000n - received * rate;
    holds(tooMuch < 100000000n && tooMuch > -100000000n, `a commission of ${commission} on ${received} units, rate ${rate}`);
  }
  const changes = moved(before, await balances());
  const sorted = (object) => Object.fromEntries(Object.entries(object).sort());
  equal(sorted(changes), sorted(settled(side, fills)), 'the balances');
  return order;
}

await check('loadMarkets has the pairs of exchangeInfo, with their filters', async () => {
  const markets = await exchange.loadMarkets();
  const info = await exchange.publicGetExchangeInfo();
  const spot = Object.values(markets).filter((market) => market.spot && market.active).map((market) => market.id);
  equal(spot.sort(), info.symbols.map((symbol) => symbol.symbol).sort(), 'the active spot markets');
  const { id, precision, limits } = markets[SYMBOL];
  equal([id, precision.price, precision.amount], ['ARKBTC', 1e-8, 1], 'ARK/BTC');
  equal([limits.amount.min, limits.cost.min, limits.price.min], [1, 0.0001, 1e-8], 'the limits of ARK/BTC');
});

await check('loadMarkets has the perpetual contract of BTCUSDT', async () => {
  const market = exchange.markets['BTC/USDT:USDT'];
  holds(market, 'no market BTC/USDT:USDT');
  equal([market.id, market.linear, market.swap, market.active, market.contractSize], ['BTCUSDT', true, true, true, 1], 'the contract');
  holds(['LIMIT', 'MARKET'].every((type) => market.info.orderTypes.includes(type)), `its order types: ${market.info.orderTypes}`);
});

await check('loadMarkets has every asset of the account as a currency', async () => {
  const missing = Object.keys(await balances()).filter((asset) => !(asset in exchange.currencies));
  equal(missing, [], 'the assets that are no currency');
});

await check('fetchBalance: what is locked is what the open orders hold', async () => {
  const locked = Object.fromEntries(Object.keys(await balances()).map((asset) => [asset, 0n]));
  for (const market of Object.values(exchange.markets).filter((market) => market.spot)) {
    for (const { info } of await exchange.fetchOpenOrders(market.symbol)) {
      const left = units(info.origQty) - units(info.executedQty);
      if (info.side === 'SELL') locked[market.base] += left;
      else locked[market.quote] += times(left, units(info.price));
    }
  }
  const held = Object.entries(await balances()).map(([asset, amount]) => [asset, amount.locked]);
  equal(Object.fromEntries(held), locked, 'the locked amounts');
  holds(sum(Object.values(locked)) > 0n, 'nothing is locked: this proves nothing');
});

await check('fetchTickers has every pair, and the best prices of the book', async () => {
  const tickers = await exchange.fetchTickers();
  const spot = Object.values(exchange.markets).filter((market) => market.spot).map((market) => market.symbol);
  equal(Object.keys(tickers).sort(), spot.sort(), 'the pairs');
  const book = await exchange.fetchOrderBook(SYMBOL, 5);
  const { bid, bidVolume, ask, askVolume, last, low, high } = tickers[SYMBOL];
  equal([[bid, bidVolume], [ask, askVolume]], [book.bids[0], book.asks[0]], 'the best prices of ARK/BTC');
  holds(bid < ask && low <= last && last <= high, `the prices of ARK/BTC: ${JSON.stringify(tickers[SYMBOL])}`);
});

await check('fetchOHLCV: a candle a minute, and the same ones from a given time', async () => {
  const candles = await exchange.fetchOHLCV(SYMBOL, '1m', undefined, 5);
  equal(candles.map(([time]) => time - candles[0][0]), [0, 60000, 120000, 180000, 240000], 'the times');
  for (const [, open, high, low, close] of candles) {
    holds(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close), `a candle: ${candles}`);
  }
  equal(await exchange.fetchOHLCV(SYMBOL, '1m', candles[1][0], 2), candles.slice(1, 3), 'the second and third by their time');
  const tickers = await exchange.fetchTickers([SYMBOL]);
  equal(candles[4][4], tickers[SYMBOL].last, 'the close of the last candle');
});

let untouched, openBefore, resting;
await check('createOrder limit rests and locks its cost', async () => {
  [untouched, openBefore] = [await balances(), await exchange.fetchOpenOrders(SYMBOL)];
  resting = await exchange.createOrder(SYMBOL, 'limit', 'buy', 1000, 0.000003);
  const { status, type, side, price, amount, filled, remaining } = resting;
  const wanted = { status: 'open', type: 'limit', side: 'buy', price: 0.000003, amount: 1000, filled: 0, remaining: 1000 };
  equal({ status, type, side, price, amount, filled, remaining }, wanted, 'the order');
  equal(resting.info.fills, [], 'its fills');
  equal(moved(untouched, await balances()), { BTC: { free: -300000n, locked: 300000n } }, 'the balances');
});

await check('fetchOrder and fetchOpenOrders see it', async () => {
  const order = await exchange.fetchOrder(resting.id, SYMBOL);
  const { id, clientOrderId, status, price, amount, filled, timeInForce } = order;
  const wanted = { id: resting.id, clientOrderId: resting.clientOrderId, status: 'open', price: 0.000003, amount: 1000, filled: 0, timeInForce: 'GTC' };
  equal({ id, clientOrderId, status, price, amount, filled, timeInForce }, wanted, 'the order');
  const ids = (await exchange.fetchOpenOrders(SYMBOL)).map((open) => open.id);
  equal(ids, [...openBefore.map((open) => open.id), resting.id], 'the open orders');
});

await check('cancelOrder frees what was locked', async () => {
  const order = await exchange.cancelOrder(resting.id, SYMBOL);
  equal([order.id, order.status, order.filled], [resting.id, 'canceled', 0], 'the order');
  equal((await exchange.fetchOrder(resting.id, SYMBOL)).status, 'canceled', 'its status afterwards');
  equal(moved(untouched, await balances()), {}, 'the balances');
  const ids = (await exchange.fetchOpenOrders(SYMBOL)).map((open) => open.id);
  equal(ids, openBefore.map((open) => open.id), 'the open orders');
});

await check('cancelOrder of a cancelled order is refused', async () => {
  await refused(() => exchange.cancelOrder(resting.id, SYMBOL), ccxt.OrderNotFound, '"code":-2011,');
});

let sold;
await check('createOrder market sells through two prices of the book', async () => {
  const { bids } = await exchange.fetchOrderBook(SYMBOL, 5);
  const amount = bids[0][1] + 100;
  sold = await fills('sell', () => exchange.createOrder(SYMBOL, 'market', 'sell', amount));
  equal(sold.filled, amount, 'filled');
  const got = sold.info.fills.map(({ price, qty }) => [Number(price), Number(qty)]);
  equal(got, [bids[0], [bids[1][0], 100]], 'the fills');
});

await check('createOrder market buys for a cost in BTC', async () => {
  const order = await fills('buy', () => exchange.createMarketBuyOrderWithCost(SYMBOL, 0.001));
  const { price } = order.info.fills.at(-1);
  const left = 100000n - units(order.info.cummulativeQuoteQty);
  holds(left >= 0n && left < times(units(price), 100000000n), `left of the cost: ${left} units at ${price}`);
});

await check('createOrder limit at the price of the other side is filled at once', async () => {
  const { asks } = await exchange.fetchOrderBook(SYMBOL, 5);
  const order = await fills('buy', () => exchange.createOrder(SYMBOL, 'limit', 'buy', 100, asks[0][0]));
  equal([order.filled, order.average], [100, asks[0][0]], 'filled and average');
});

await check('fetchMyTrades has the fills of the order', async () => {
  const mine = (await exchange.fetchMyTrades(SYMBOL)).filter((trade) => trade.order === sold.id);
  const seen = mine.map(({ id, side, takerOrMaker, info }) => ({ id, side, takerOrMaker, price: info.price, qty: info.qty, commission: info.commission, commissionAsset: info.commissionAsset }));
  const wanted = sold.info.fills.map(({ tradeId, price, qty, commission, commissionAsset }) => ({ id: String(tradeId), side: 'sell', takerOrMaker: 'taker', price, qty, commission, commissionAsset }));
  equal(seen, wanted, 'the trades');
  holds(wanted.length > 0, 'no fills: this proves nothing');
});

await check('more than the account holds is refused as InsufficientFunds', async () => {
  const before = await balances();
  await refused(() => exchange.createOrder(SYMBOL, 'limit', 'buy', 10000000, 0.000003), ccxt.InsufficientFunds, 'Account has insufficient balance for requested action.');
  equal(moved(before, await balances()), {}, 'the balances');
});

await check('an order that does not exist is OrderNotFound', async () => {
  await refused(() => exchange.fetchOrder('1', SYMBOL), ccxt.OrderNotFound, '"code":-2013,');
});

await check('another secret is refused as AuthenticationError', async () => {
  const stranger = connect([...SECRET_KEY].reverse().join(''));
  await refused(() => stranger.privateGetAccount(), ccxt.AuthenticationError, '"code":-1022,');
});
