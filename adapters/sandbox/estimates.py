"""Selling, unselling and dismissing an estimate."""

from collections.abc import Mapping
from functools import partial

import msgspec

from adapters.sandbox.clock import now
from adapters.sandbox.collections.sales import DISMISSED, OPEN, SOLD
from adapters.sandbox.operations import Asked, Operation
from adapters.sandbox.problems import invalid, missing
from adapters.sandbox.rows import Raw
from adapters.sandbox.store import Store


class Sale(msgspec.Struct):
    """The body of `PUT /estimates/{id}/sell`; unknown fields are ignored (facts.md g1)."""

    sold_by: int = msgspec.field(name="soldBy")


def selling(store: Store) -> dict[tuple[str, str, str], Operation]:
    """Return the operations that change an estimate's status."""
    return {
        ("PUT", "sales", "estimates/{id}/sell"): partial(_sell, store),
        ("PUT", "sales", "estimates/{id}/unsell"): partial(_unsell, store),
        ("PUT", "sales", "estimates/{id}/dismiss"): partial(_dismiss, store),
    }


def _sell(store: Store, asked: Asked) -> bytes:
    _demand(store, asked.number, OPEN)
    try:
        sale = msgspec.json.decode(asked.body, type=Sale)
    except msgspec.MsgspecError as error:
        raise invalid("soldBy", str(error)) from None
    if store.row("technicians", sale.sold_by) is None:
        raise invalid("soldBy", f"{sale.sold_by} is no technician or employee.")
    sold: Raw = {"status": SOLD, "soldOn": now(), "soldBy": sale.sold_by}
    return msgspec.json.encode(store.put("estimates", asked.number, sold))


def _unsell(store: Store, asked: Asked) -> bytes:
    _demand(store, asked.number, SOLD)
    store.put("estimates", asked.number, {"status": OPEN, "soldOn": None, "soldBy": None})
    return b""


def _dismiss(store: Store, asked: Asked) -> bytes:
    _demand(store, asked.number, OPEN)
    store.put("estimates", asked.number, {"status": DISMISSED})
    return b""


def _demand(store: Store, number: int, status: Mapping[str, object]) -> None:
    row = store.row("estimates", number)
    if row is None:
        raise missing("Estimate", number)
    if row["status"] != status:
        raise invalid("status", f"The estimate is not {status['name']}.")
