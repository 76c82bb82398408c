"""The exchange's own SDK for Python, unchanged but for its address and keys, with each kind of key."""

import logging
import os
import sys
from decimal import Decimal

sys.path.insert(0, "..")
from binance_common.configuration import ConfigurationRestAPI
from binance_common.errors import BadRequestError
from binance_sdk_spot.spot import Spot
from checks import amounts, charged, check, equal, filled, finish, holds, moved, refused, settled

SYMBOL = "ARKBTC"
KEYS = os.environ["KEYS"]
API_KEY, SECRET_KEY = os.environ["API_KEY"], os.environ["SECRET_KEY"]
RSA_KEY, ED25519_KEY, PASSPHRASE = (os.environ[name] for name in ("RSA_API_KEY", "ED25519_API_KEY", "PASSPHRASE"))

# The SDK warns where an answer has not the types of its models.
warnings = []


class Collect(logging.Handler):
    def emit(self, record):
        warnings.append(record.getMessage())


logging.getLogger().addHandler(Collect(logging.WARNING))


def connect(api_key, **credentials):
    configuration = ConfigurationRestAPI(api_key=api_key, base_path=os.environ["BASE_URL"], **credentials)
    return Spot(config_rest_api=configuration).rest_api


def unwarned():
    said, warnings[:] = warnings[:], []
    equal(said, [], "the SDK's warnings")


def answer(response):
    """The data of a response, as the dictionary of the exchange's names; every type as the SDK declares it."""
    data = response.data()
    unwarned()
    if isinstance(data, list):
        return [item.to_dict() if hasattr(item, "to_dict") else item for item in data]
    return data.to_dict()


def balances(api):
    return amounts(answer(api.get_account())["balances"])


def picked(order, names):
    return tuple(order[name] for name in names.split())


def refusal(code, message):
    return lambda error: (error.status_code, error.error_message) == (code, message)


LIMIT = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC"}
LIMIT |= {"quantity": Decimal("1000"), "price": Decimal("0.00000300")}


def trades(api):
    """An order placed, found, cancelled, and what it locks on the way."""
    before = balances(api)
    placed = answer(api.new_order(**LIMIT))
    names = "symbol status type side price origQty executedQty"
    wanted = (SYMBOL, "NEW", "LIMIT", "BUY", "0.00000300", "1000.00000000", "0.00000000")
    equal(picked(placed, names), wanted, "the order")
    cost = Decimal("0.003")
    equal(moved(before, balances(api)), {"BTC": (-cost, cost)}, "the balances with it")
    found = answer(api.get_order(symbol=SYMBOL, order_id=placed["orderId"]))
    equal(picked(found, "clientOrderId " + names), picked(placed, "clientOrderId " + names), "the order found")
    ids = [order["orderId"] for order in answer(api.get_open_orders(symbol=SYMBOL))]
    holds(placed["orderId"] in ids, f"not among the open orders: {ids}")
    gone = answer(api.delete_order(symbol=SYMBOL, order_id=placed["orderId"]))
    wanted = (placed["orderId"], placed["clientOrderId"], "CANCELED")
    equal(picked(gone, "orderId origClientOrderId status"), wanted, "the order cancelled")
    equal(moved(before, balances(api)), {}, "the balances afterwards")


hmac = connect(API_KEY, api_secret=SECRET_KEY)
pem = {}
for kind in ("rsa", "ed25519"):
    for form in ("", "-encrypted"):
        pem[kind + form] = {"private_key": f"{KEYS}/{kind}{form}.pem"}
        if form:
            pem[kind + form]["private_key_passphrase"] = PASSPHRASE
clients = {
    "HMAC": lambda: hmac,
    "RSA": lambda: connect(RSA_KEY, **pem["rsa"]),
    "RSA, encrypted PEM": lambda: connect(RSA_KEY, **pem["rsa-encrypted"]),
    "Ed25519": lambda: connect(ED25519_KEY, **pem["ed25519"]),
    "Ed25519, encrypted PEM": lambda: connect(ED25519_KEY, **pem["ed25519-encrypted"]),
}
for name, client in clients.items():

    @check(f"{name}: account, and an order placed, found and cancelled")
    def _():
        api = client()
        equal(balances(api), balances(hmac), "the balances, with this key and with the HMAC one")
        trades(api)


WRONG = {
    "HMAC, another secret": lambda: connect(API_KEY, api_secret=SECRET_KEY[::-1]),
    "RSA, the key of Ed25519": lambda: connect(RSA_KEY, **pem["ed25519"]),
    "Ed25519, the key of RSA": lambda: connect(ED25519_KEY, **pem["rsa"]),
}
for name, client in WRONG.items():

    @check(f"{name}: refused")
    def _():
        told = refusal(-1022, "Signature for this request is not valid.")
        refused(lambda: client().get_account(), BadRequestError, told)


@check("exchange_info, depth, klines and the tickers agree")
def _():
    info = answer(hmac.exchange_info(symbol=SYMBOL))
    equal([picked(s, "symbol baseAsset quoteAsset status") for s in info["symbols"]], [(SYMBOL, "ARK", "BTC", "TRADING")], "the symbol")
    book = answer(hmac.depth(symbol=SYMBOL, limit=5))
    best = hmac.ticker_book_ticker(symbol=SYMBOL).data().actual_instance.to_dict()
    equal(picked(best, "bidPrice bidQty askPrice askQty"), (*book["bids"][0], *book["asks"][0]), "the best prices")
    candles = answer(hmac.klines(symbol=SYMBOL, interval="1m", limit=2))
    price = hmac.ticker_price(symbol=SYMBOL).data().actual_instance.to_dict()
    equal(candles[-1][4], price["price"], "the close of the last candle and the price")
    unwarned()


@check("order_test is taken and changes nothing")
def _():
    before = balances(hmac)
    equal(answer(hmac.order_test(**LIMIT)), {}, "the answer")
    equal(moved(before, balances(hmac)), {}, "the balances")


@check("a market order through two prices of the book, and my_trades")
def _():
    account = answer(hmac.get_account())
    before, rate = amounts(account["balances"]), account["commissionRates"]["taker"]
    bids = answer(hmac.depth(symbol=SYMBOL, limit=5))["bids"]
    quantity = Decimal(bids[0][1]) + 100
    order = answer(hmac.new_order(symbol=SYMBOL, side="SELL", type="MARKET", quantity=quantity))
    equal(picked(order, "status executedQty"), ("FILLED", f"{quantity:.8f}"), "the order")
    got = [[fill["price"], fill["qty"]] for fill in order["fills"]]
    equal(got, [bids[0], [bids[1][0], "100.00000000"]], "the fills")
    filled(order, order["fills"])
    charged("SELL", order["fills"], rate, "BTC")
    equal(moved(before, balances(hmac)), settled("SELL", "ARK", "BTC", order["fills"]), "the balances")
    names = "price qty commission commissionAsset"
    mine = answer(hmac.my_trades(symbol=SYMBOL, order_id=order["orderId"]))
    got = [(*picked(trade, "id isBuyer isMaker"), *picked(trade, names)) for trade in mine]
    wanted = [(fill["tradeId"], False, False, *picked(fill, names)) for fill in order["fills"]]
    equal(got, wanted, "my_trades")


@check("order_list_oco locks its quantity once; delete_order_list frees it")
def _():
    before = balances(hmac)
    made = answer(
        hmac.order_list_oco(
            symbol=SYMBOL, side="SELL", quantity=Decimal("100"),
            above_type="LIMIT_MAKER", above_price=Decimal("0.00000600"),
            below_type="STOP_LOSS_LIMIT", below_stop_price=Decimal("0.00000410"),
            below_price=Decimal("0.00000400"), below_time_in_force="GTC",
        )
    )  # fmt: skip
    equal(picked(made, "contingencyType listOrderStatus"), ("OCO", "EXECUTING"), "the list")
    got = sorted(picked(report, "type status") for report in made["orderReports"])
    equal(got, [("LIMIT_MAKER", "NEW"), ("STOP_LOSS_LIMIT", "NEW")], "the orders")
    equal(moved(before, balances(hmac)), {"ARK": (Decimal(-100), Decimal(100))}, "the balances with it")
    gone = answer(hmac.delete_order_list(symbol=SYMBOL, order_list_id=made["orderListId"]))
    equal([report["status"] for report in gone["orderReports"]], ["CANCELED", "CANCELED"], "the orders cancelled")
    equal(moved(before, balances(hmac)), {}, "the balances afterwards")


@check("times in microseconds")
def _():
    micro = connect(API_KEY, api_secret=SECRET_KEY, time_unit="MICROSECOND")
    orders, coarse = (answer(api.get_open_orders(symbol=SYMBOL)) for api in (micro, hmac))
    equal([order["time"] for order in orders], [order["time"] * 1000 for order in coarse], "the times of the open orders")
    holds(orders, "no open orders: this proves nothing")


@check("a price written as a float's 1e-06 is refused")
def _():
    legal = r"Illegal characters found in parameter 'price'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'."
    refused(lambda: hmac.order_test(**{**LIMIT, "price": 0.000003}), BadRequestError, refusal(-1100, legal))


finish()
