"""python-binance, unchanged but for its addresses and keys."""

import os
import sys
from decimal import Decimal

sys.path.insert(0, "..")
from binance.client import Client
from binance.exceptions import BinanceAPIException
from checks import amounts, charged, check, equal, filled, finish, holds, moved, refused, settled

SYMBOL = "ARKBTC"
BASE_URL, API_KEY, SECRET_KEY = (os.environ[name] for name in ("BASE_URL", "API_KEY", "SECRET_KEY"))


class Practice(Client):
    API_URL = f"{BASE_URL}/api"
    MARGIN_API_URL = f"{BASE_URL}/sapi"
    FUTURES_URL = f"{BASE_URL}/fapi"


client = Practice(API_KEY, SECRET_KEY)


def balances():
    return amounts(client.get_account()["balances"])


def open_ids():
    return [order["orderId"] for order in client.get_open_orders(symbol=SYMBOL)]


def picked(order, names):
    return tuple(order[name] for name in names.split())


def fills(side, place):
    """A filled order whose answer, fills and move of the balances agree to the unit."""
    before = balances()
    rate = client.get_account()["commissionRates"]["taker"]
    order = place()
    equal(picked(order, "status side"), ("FILLED", side), "status and side")
    filled(order, order["fills"])
    charged(side, order["fills"], rate, "ARK" if side == "BUY" else "BTC")
    equal(moved(before, balances()), settled(side, "ARK", "BTC", order["fills"]), "the balances")
    return order


def refusal(code, message):
    return lambda error: (error.code, error.message) == (code, message)


LIMIT = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": 1000, "price": "0.00000300"}
seen = {}


@check("get_exchange_info and get_symbol_info agree")
def _():
    symbols = {symbol["symbol"]: symbol for symbol in client.get_exchange_info()["symbols"]}
    equal(client.get_symbol_info(SYMBOL), symbols[SYMBOL], "the symbol")
    equal(picked(symbols[SYMBOL], "status baseAsset quoteAsset ocoAllowed"), ("TRADING", "ARK", "BTC", True), "the symbol")
    sizes = {f["filterType"]: f for f in symbols[SYMBOL]["filters"]}
    equal((sizes["LOT_SIZE"]["stepSize"], sizes["PRICE_FILTER"]["tickSize"]), ("1.00000000", "0.00000001"), "the steps")


@check("get_klines: a candle a minute, and get_historical_klines the same ones")
def _():
    candles = client.get_klines(symbol=SYMBOL, interval="1m", limit=5)
    first = candles[0][0]
    wanted = [(first + n * 60000, first + n * 60000 + 59999) for n in range(5)]
    equal([(c[0], c[6]) for c in candles], wanted, "the times")
    for candle in candles:
        start, high, low, close = map(Decimal, candle[1:5])
        holds(0 < low <= min(start, close) and high >= max(start, close), f"a candle: {candle}")
    equal(client.get_historical_klines(SYMBOL, "1m", first, candles[2][0]), candles[:3], "the first three by their time")


@check("get_account: what is locked is what the open orders hold")
def _():
    account = client.get_account()
    equal(picked(account, "canTrade accountType"), (True, "SPOT"), "the account")
    symbols = {symbol["symbol"]: symbol for symbol in client.get_exchange_info()["symbols"]}
    locked = dict.fromkeys(balances(), Decimal(0))
    for order in client.get_open_orders():
        left = Decimal(order["origQty"]) - Decimal(order["executedQty"])
        if order["side"] == "SELL":
            locked[symbols[order["symbol"]]["baseAsset"]] += left
        else:
            locked[symbols[order["symbol"]]["quoteAsset"]] += left * Decimal(order["price"])
    equal({asset: held for asset, (_, held) in balances().items()}, locked, "the locked amounts")
    holds(sum(locked.values()) > 0, "nothing is locked: this proves nothing")
    ark = client.get_asset_balance("ARK")
    equal((Decimal(ark["free"]), Decimal(ark["locked"])), balances()["ARK"], "get_asset_balance")


@check("create_test_order is taken and changes nothing")
def _():
    seen["untouched"], seen["open"] = balances(), open_ids()
    equal(client.create_test_order(**LIMIT), {}, "the answer")
    equal(moved(seen["untouched"], balances()), {}, "the balances")
    equal(open_ids(), seen["open"], "the open orders")


@check("create_test_order of what no filter lets through is refused")
def _():
    order = {**LIMIT, "quantity": "1000.5"}
    refused(lambda: client.create_test_order(**order), BinanceAPIException, refusal(-1013, "Filter failure: LOT_SIZE"))


@check("create_order LIMIT rests and locks its cost")
def _():
    order = seen["resting"] = client.create_order(**LIMIT)
    wanted = (SYMBOL, "NEW", "LIMIT", "BUY", "0.00000300", "1000.00000000", "0.00000000", "GTC", -1)
    got = picked(order, "symbol status type side price origQty executedQty timeInForce orderListId")
    equal(got, wanted, "the order")
    holds(order["clientOrderId"].startswith("x-HNA2TXFJ"), f"the client's id: {order['clientOrderId']}")
    equal(order["fills"], [], "its fills")
    cost = Decimal("0.003")
    equal(moved(seen["untouched"], balances()), {"BTC": (-cost, cost)}, "the balances")


@check("get_order by either id, and get_open_orders")
def _():
    resting = seen["resting"]
    order = client.get_order(symbol=SYMBOL, orderId=resting["orderId"])
    names = "orderId clientOrderId status price origQty executedQty isWorking"
    equal(picked(order, names), (*picked(resting, "orderId clientOrderId status price origQty executedQty"), True), "the order")
    equal(client.get_order(symbol=SYMBOL, origClientOrderId=resting["clientOrderId"]), order, "by the client's id")
    equal(open_ids(), seen["open"] + [resting["orderId"]], "the open orders")


@check("cancel_order frees what was locked")
def _():
    resting = seen["resting"]
    order = client.cancel_order(symbol=SYMBOL, orderId=resting["orderId"])
    wanted = (resting["orderId"], resting["clientOrderId"], "CANCELED", "0.00000000")
    equal(picked(order, "orderId origClientOrderId status executedQty"), wanted, "the order")
    equal(client.get_order(symbol=SYMBOL, orderId=resting["orderId"])["status"], "CANCELED", "its status afterwards")
    equal(moved(seen["untouched"], balances()), {}, "the balances")
    equal(open_ids(), seen["open"], "the open orders")
    again = lambda: client.cancel_order(symbol=SYMBOL, orderId=resting["orderId"])
    refused(again, BinanceAPIException, refusal(-2011, "Unknown order sent."))


@check("order_market_sell goes through two prices of the book")
def _():
    bids = client.get_order_book(symbol=SYMBOL, limit=5)["bids"]
    quantity = Decimal(bids[0][1]) + 100
    order = seen["sold"] = fills("SELL", lambda: client.order_market_sell(symbol=SYMBOL, quantity=quantity))
    got = [[fill["price"], fill["qty"]] for fill in order["fills"]]
    equal(got, [bids[0], [bids[1][0], "100.00000000"]], "the fills")


@check("order_market_buy for a quote quantity")
def _():
    order = fills("BUY", lambda: client.order_market_buy(symbol=SYMBOL, quoteOrderQty="0.001"))
    left = Decimal("0.001") - Decimal(order["cummulativeQuoteQty"])
    holds(0 <= left < Decimal(order["fills"][-1]["price"]), f"left of the quote quantity: {left} of {order}")


@check("get_my_trades and get_all_orders have the order")
def _():
    sold = seen["sold"]
    names = "price qty commission commissionAsset"
    mine = [t for t in client.get_my_trades(symbol=SYMBOL) if t["orderId"] == sold["orderId"]]
    got = [(*picked(t, "id isBuyer isMaker"), *picked(t, names)) for t in mine]
    wanted = [(f["tradeId"], False, False, *picked(f, names)) for f in sold["fills"]]
    equal(got, wanted, "the trades")
    holds(wanted, "no fills: this proves nothing")
    equal(client.get_my_trades(symbol=SYMBOL, orderId=sold["orderId"]), mine, "the trades of the order alone")
    names = "orderId status executedQty cummulativeQuoteQty"
    orders = [picked(o, names) for o in client.get_all_orders(symbol=SYMBOL) if o["orderId"] == sold["orderId"]]
    equal(orders, [picked(sold, names)], "get_all_orders")


OCO = {
    "symbol": SYMBOL, "side": "SELL", "quantity": 100,
    "aboveType": "LIMIT_MAKER", "abovePrice": "0.00000600",
    "belowType": "STOP_LOSS_LIMIT", "belowStopPrice": "0.00000410", "belowPrice": "0.00000400", "belowTimeInForce": "GTC",
}  # fmt: skip


@check("create_oco_order locks its quantity once, and both orders are open")
def _():
    seen["untouched"] = balances()
    made = seen["oco"] = client.create_oco_order(**OCO)
    got = picked(made, "contingencyType listStatusType listOrderStatus symbol")
    equal(got, ("OCO", "EXEC_STARTED", "EXECUTING", SYMBOL), "the list")
    reports = {r["type"]: r for r in made["orderReports"]}
    above, below = reports["LIMIT_MAKER"], reports["STOP_LOSS_LIMIT"]
    equal(picked(above, "status price origQty side"), ("NEW", "0.00000600", "100.00000000", "SELL"), "the order above")
    wanted = ("NEW", "0.00000400", "0.00000410", "100.00000000", "SELL", made["orderListId"])
    equal(picked(below, "status price stopPrice origQty side orderListId"), wanted, "the order below")
    ids = sorted(order["orderId"] for order in made["orders"])
    equal(ids, sorted(r["orderId"] for r in reports.values()), "the orders and their reports")
    equal(open_ids(), seen["open"] + ids, "the open orders")
    equal(moved(seen["untouched"], balances()), {"ARK": (Decimal(-100), Decimal(100))}, "the balances")


@check("get_open_oco_orders, v3_get_order_list and v3_get_all_order_list have the list")
def _():
    made = seen["oco"]
    names = "orderListId contingencyType listStatusType listOrderStatus listClientOrderId symbol orders"
    lists = [picked(found, names) for found in client.get_open_oco_orders()]
    equal(lists, [picked(made, names)], "the open lists")
    found = client.v3_get_order_list(orderListId=made["orderListId"])
    equal(picked(found, names), picked(made, names), "the list by its id")
    newest = client.v3_get_all_order_list()[-1]
    equal(picked(newest, names), picked(made, names), "the newest of all lists")


@check("v3_delete_order_list cancels both orders and frees the quantity")
def _():
    made = seen["oco"]
    gone = client.v3_delete_order_list(symbol=SYMBOL, orderListId=made["orderListId"])
    got = picked(gone, "orderListId listStatusType listOrderStatus")
    equal(got, (made["orderListId"], "ALL_DONE", "ALL_DONE"), "the list")
    equal([r["status"] for r in gone["orderReports"]], ["CANCELED", "CANCELED"], "the orders")
    equal(moved(seen["untouched"], balances()), {}, "the balances")
    equal(open_ids(), seen["open"], "the open orders")
    equal(client.get_open_oco_orders(), [], "the open lists")


@check("v3_post_order_list_oto: the pending order waits for the working one")
def _():
    made = client.v3_post_order_list_oto(
        symbol=SYMBOL, workingType="LIMIT", workingSide="BUY", workingPrice="0.00000300", workingQuantity="1000",
        workingTimeInForce="GTC", pendingType="LIMIT_MAKER", pendingSide="SELL", pendingPrice="0.00000600", pendingQuantity="100",
    )  # fmt: skip
    got = picked(made, "contingencyType listStatusType listOrderStatus")
    equal(got, ("OTO", "EXEC_STARTED", "EXECUTING"), "the list")
    got = sorted(picked(r, "status type side") for r in made["orderReports"])
    equal(got, [("NEW", "LIMIT", "BUY"), ("PENDING_NEW", "LIMIT_MAKER", "SELL")], "the orders")
    cost, sold = Decimal("0.003"), Decimal("100")
    equal(moved(seen["untouched"], balances()), {"BTC": (-cost, cost), "ARK": (-sold, sold)}, "the balances")
    client.v3_delete_order_list(symbol=SYMBOL, orderListId=made["orderListId"])
    equal(moved(seen["untouched"], balances()), {}, "the balances afterwards")


@check("more than the account holds is refused")
def _():
    told = refusal(-2010, "Account has insufficient balance for requested action.")
    refused(lambda: client.create_order(**{**LIMIT, "quantity": 10000000}), BinanceAPIException, told)
    equal(moved(seen["untouched"], balances()), {}, "the balances")


@check("another secret is refused")
def _():
    told = refusal(-1022, "Signature for this request is not valid.")
    refused(Practice(API_KEY, SECRET_KEY[::-1]).get_account, BinanceAPIException, told)


finish()
