"""A client's list of checks: each prints a line, `ok …` or `FAIL …`; `finish` ends with 1 if one failed."""

import sys
from decimal import Decimal

failed = []


def check(name):
    """Runs the function below it at once."""

    def run(function):
        try:
            function()
        except Exception as error:
            failed.append(name)
            said = f"{type(error).__name__}: {error}" if not isinstance(error, AssertionError) else str(error)
            print(f"FAIL {name}: {said.splitlines()[0] if said else type(error).__name__}", flush=True)
        else:
            print(f"ok {name}", flush=True)

    return run


def equal(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(call, kind, told):
    """The call is refused, with this class of the client's errors, and `told` is true of the error."""
    try:
        answer = call()
    except kind as error:
        holds(told(error), f"another refusal than wanted: {error!r}")
    else:
        raise AssertionError(f"wanted {kind.__name__}, got {answer!r}")


def amounts(balances):
    """Free and locked of each asset, from the exchange's text."""
    return {b["asset"]: (Decimal(b["free"]), Decimal(b["locked"])) for b in balances}


def moved(before, after):
    """What changed between two such balances: by asset, free and locked."""
    equal(list(after), list(before), "the assets of the account")
    changes = {asset: tuple(now - then for now, then in zip(after[asset], before[asset])) for asset in after}
    return {asset: change for asset, change in changes.items() if any(change)}


def settled(side, base, quote, fills):
    """What the fills of an order of the account's move: by asset, free and locked."""
    sign = {"BUY": 1, "SELL": -1}[side]
    free = {}
    for fill in fills:
        quantity, price = Decimal(fill["qty"]), Decimal(fill["price"])
        for asset, change in (
            (base, sign * quantity),
            (quote, -sign * quantity * price),
            (fill["commissionAsset"], -Decimal(fill["commission"])),
        ):
            free[asset] = free.get(asset, Decimal(0)) + change
    return {asset: (change, Decimal(0)) for asset, change in free.items() if change}


def filled(order, fills):
    """The fills of an order add up to what its answer says, with the account's commission on each."""
    equal(sum(Decimal(f["qty"]) for f in fills), Decimal(order["executedQty"]), "the sum of the fills")
    cost = sum(Decimal(f["qty"]) * Decimal(f["price"]) for f in fills)
    equal(cost, Decimal(order["cummulativeQuoteQty"]), "the cost of the fills")


def charged(side, fills, rate, received):
    """Each fill is charged the rate on what was received, to the unit."""
    for fill in fills:
        equal(fill["commissionAsset"], received, "the asset of the commission")
        amount = Decimal(fill["qty"]) * (1 if side == "BUY" else Decimal(fill["price"]))
        due = amount * Decimal(rate)
        holds(abs(Decimal(fill["commission"]) - due) < Decimal("0.00000001"), f"commission of {fill}, due {due}")


def finish():
    sys.exit(1 if failed else 0)
