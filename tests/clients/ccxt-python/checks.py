"""ccxt, unchanged but for its addresses and keys."""

import os
import sys
from decimal import Decimal
from urllib.parse import urlsplit

sys.path.insert(0, "..")
import ccxt
from checks import amounts, charged, check, equal, filled, finish, holds, moved, refused, settled

SYMBOL = "ARK/BTC"
SECRET_KEY = os.environ["SECRET_KEY"]


def connect(secret):
    exchange = ccxt.binance({"apiKey": os.environ["API_KEY"], "secret": secret})
    for name, address in exchange.urls["api"].items():
        exchange.urls["api"][name] = os.environ["BASE_URL"] + urlsplit(address).path
    return exchange


exchange = connect(SECRET_KEY)


def balances():
    """Free and locked of each asset; what ccxt made of them must be the same."""
    balance = exchange.fetch_balance()
    for b in balance["info"]["balances"]:
        made = balance[b["asset"]]
        equal((made["free"], made["used"]), (float(b["free"]), float(b["locked"])), f"what ccxt made of {b['asset']}")
    return amounts(balance["info"]["balances"])


def fills(side, place):
    """A filled order whose answer, fills and move of the balances agree to the unit."""
    before = balances()
    rate = exchange.fetch_balance()["info"]["commissionRates"]["taker"]
    order = place()
    equal((order["status"], order["side"], order["remaining"]), ("closed", side.lower(), 0), "status, side and remainder")
    info = order["info"]
    filled(info, info["fills"])
    charged(side, info["fills"], rate, "ARK" if side == "BUY" else "BTC")
    made = (order["filled"], order["cost"])
    equal(made, (float(info["executedQty"]), float(info["cummulativeQuoteQty"])), "filled and cost")
    equal(moved(before, balances()), settled(side, "ARK", "BTC", info["fills"]), "the balances")
    return order


def spot():
    return [market for market in exchange.markets.values() if market["spot"]]


def open_ids():
    return [order["id"] for order in exchange.fetch_open_orders(SYMBOL)]


def refusal(code):
    return lambda error: f'"code":{code},' in str(error)


seen = {}


@check("load_markets has the pairs of exchangeInfo, with their filters")
def _():
    exchange.load_markets()
    info = exchange.publicGetExchangeInfo()
    equal(sorted(m["id"] for m in spot() if m["active"]), sorted(s["symbol"] for s in info["symbols"]), "the active spot markets")
    market = exchange.market(SYMBOL)
    got = (market["id"], market["precision"]["price"], market["precision"]["amount"])
    equal(got, ("ARKBTC", 1e-8, 1), "ARK/BTC")
    limits = market["limits"]
    got = (limits["amount"]["min"], limits["cost"]["min"], limits["price"]["min"])
    equal(got, (1, 0.0001, 1e-8), "the limits of ARK/BTC")


@check("load_markets has the perpetual contract of BTCUSDT")
def _():
    market = exchange.market("BTC/USDT:USDT")
    got = tuple(market[name] for name in ("id", "linear", "swap", "active", "contractSize"))
    equal(got, ("BTCUSDT", True, True, True, 1), "the contract")
    holds({"LIMIT", "MARKET"} <= set(market["info"]["orderTypes"]), f"its order types: {market['info']['orderTypes']}")


@check("load_markets has every asset of the account as a currency")
def _():
    equal([asset for asset in balances() if asset not in exchange.currencies], [], "the assets that are no currency")


@check("fetch_balance: what is locked is what the open orders hold")
def _():
    locked = dict.fromkeys(balances(), Decimal(0))
    for market in spot():
        for order in exchange.fetch_open_orders(market["symbol"]):
            info = order["info"]
            left = Decimal(info["origQty"]) - Decimal(info["executedQty"])
            if info["side"] == "SELL":
                locked[market["base"]] += left
            else:
                locked[market["quote"]] += left * Decimal(info["price"])
    equal({asset: held for asset, (_, held) in balances().items()}, locked, "the locked amounts")
    holds(sum(locked.values()) > 0, "nothing is locked: this proves nothing")


@check("fetch_tickers has every pair, and the best prices of the book")
def _():
    tickers = exchange.fetch_tickers()
    equal(sorted(tickers), sorted(m["symbol"] for m in spot()), "the pairs")
    book, ticker = exchange.fetch_order_book(SYMBOL, 5), tickers[SYMBOL]
    best = [[ticker["bid"], ticker["bidVolume"]], [ticker["ask"], ticker["askVolume"]]]
    equal(best, [book["bids"][0], book["asks"][0]], "the best prices of ARK/BTC")
    holds(ticker["bid"] < ticker["ask"] and ticker["low"] <= ticker["last"] <= ticker["high"], f"the prices: {ticker}")


@check("fetch_ohlcv: a candle a minute, and the same ones from a given time")
def _():
    candles = exchange.fetch_ohlcv(SYMBOL, "1m", limit=5)
    equal([c[0] - candles[0][0] for c in candles], [0, 60000, 120000, 180000, 240000], "the times")
    for _, first, high, low, close, _ in candles:
        holds(0 < low <= min(first, close) and high >= max(first, close), f"a candle: {candles}")
    equal(exchange.fetch_ohlcv(SYMBOL, "1m", candles[1][0], 2), candles[1:3], "the second and third by their time")
    equal(candles[4][4], exchange.fetch_tickers([SYMBOL])[SYMBOL]["last"], "the close of the last candle")


@check("create_order limit rests and locks its cost")
def _():
    seen["untouched"], seen["open"] = balances(), open_ids()
    order = seen["resting"] = exchange.create_order(SYMBOL, "limit", "buy", 1000, 0.000003)
    got = tuple(order[name] for name in ("status", "type", "side", "price", "amount", "filled", "remaining"))
    equal(got, ("open", "limit", "buy", 0.000003, 1000, 0, 1000), "the order")
    equal(order["info"]["fills"], [], "its fills")
    cost = Decimal("0.003")
    equal(moved(seen["untouched"], balances()), {"BTC": (-cost, cost)}, "the balances")


@check("fetch_order and fetch_open_orders see it")
def _():
    resting = seen["resting"]
    order = exchange.fetch_order(resting["id"], SYMBOL)
    got = tuple(order[name] for name in ("id", "clientOrderId", "status", "price", "amount", "filled", "timeInForce"))
    equal(got, (resting["id"], resting["clientOrderId"], "open", 0.000003, 1000, 0, "GTC"), "the order")
    equal(open_ids(), seen["open"] + [resting["id"]], "the open orders")


@check("cancel_order frees what was locked")
def _():
    resting = seen["resting"]
    order = exchange.cancel_order(resting["id"], SYMBOL)
    equal((order["id"], order["status"], order["filled"]), (resting["id"], "canceled", 0), "the order")
    equal(exchange.fetch_order(resting["id"], SYMBOL)["status"], "canceled", "its status afterwards")
    equal(moved(seen["untouched"], balances()), {}, "the balances")
    equal(open_ids(), seen["open"], "the open orders")


@check("cancel_order of a cancelled order is refused")
def _():
    refused(lambda: exchange.cancel_order(seen["resting"]["id"], SYMBOL), ccxt.OrderNotFound, refusal(-2011))


@check("create_order market sells through two prices of the book")
def _():
    bids = exchange.fetch_order_book(SYMBOL, 5)["bids"]
    amount = bids[0][1] + 100
    order = seen["sold"] = fills("SELL", lambda: exchange.create_order(SYMBOL, "market", "sell", amount))
    equal(order["filled"], amount, "filled")
    got = [[float(fill["price"]), float(fill["qty"])] for fill in order["info"]["fills"]]
    equal(got, [bids[0], [bids[1][0], 100]], "the fills")


@check("create_order market buys for a cost in BTC")
def _():
    order = fills("BUY", lambda: exchange.create_market_buy_order_with_cost(SYMBOL, 0.001))["info"]
    left = Decimal("0.001") - Decimal(order["cummulativeQuoteQty"])
    holds(0 <= left < Decimal(order["fills"][-1]["price"]), f"left of the cost: {left} of {order}")


@check("create_order limit at the price of the other side is filled at once")
def _():
    ask = exchange.fetch_order_book(SYMBOL, 5)["asks"][0][0]
    order = fills("BUY", lambda: exchange.create_order(SYMBOL, "limit", "buy", 100, ask))
    equal((order["filled"], order["average"]), (100, ask), "filled and average")


@check("fetch_my_trades has the fills of the order")
def _():
    sold = seen["sold"]
    mine = [trade for trade in exchange.fetch_my_trades(SYMBOL) if trade["order"] == sold["id"]]
    names = ("price", "qty", "commission", "commissionAsset")
    got = [(t["id"], t["side"], t["takerOrMaker"], *(t["info"][name] for name in names)) for t in mine]
    wanted = [(str(f["tradeId"]), "sell", "taker", *(f[name] for name in names)) for f in sold["info"]["fills"]]
    equal(got, wanted, "the trades")
    holds(wanted, "no fills: this proves nothing")


@check("more than the account holds is refused as InsufficientFunds")
def _():
    before = balances()
    place = lambda: exchange.create_order(SYMBOL, "limit", "buy", 10000000, 0.000003)
    words = "Account has insufficient balance for requested action."
    refused(place, ccxt.InsufficientFunds, lambda error: words in str(error))
    equal(moved(before, balances()), {}, "the balances")


@check("an order that does not exist is OrderNotFound")
def _():
    refused(lambda: exchange.fetch_order("1", SYMBOL), ccxt.OrderNotFound, refusal(-2013))


@check("another secret is refused as AuthenticationError")
def _():
    refused(connect(SECRET_KEY[::-1]).privateGetAccount, ccxt.AuthenticationError, refusal(-1022))


finish()
