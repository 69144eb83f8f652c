"""A house whose tenant records what is charged, and what stands in ServiceTitan's books."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from adapters.ledger.attempt_rows import Attempt
from adapters.payments.kinds import MethodKind
from resolvers.doors import Till
from resolvers.policy import Payments
from tests.house import House, demo_policy, gid, ready_house
from tests.paying.asking import (
    OPEN,
    OWED,
    asked,
    wish,
)

Json = dict[str, Any]


RECORDS: Json = {
    "allow_partial": True,
    "methods": tuple(MethodKind),
    "record_in_servicetitan": True,
    "payment_types": dict.fromkeys(MethodKind, 9),
}


LEFT = "336.50"


WHOLE = (OWED[OPEN], "0.00", True)


PAID_IN_PART = (LEFT, "0.00", True)


ON_ITS_WAY = (LEFT, "100.00", True)


BALANCE = "query($id: ID!) { invoice(id: $id) { balance amountProcessing payableOnline } }"


POSTS, NEW_ROWS = "/payments$", range(70000400, 70000420)


ONCE = [("100.00", "9")]


def part(**more: object) -> Json:
    """Return an input that pays 100.00 of the open invoice by card."""
    return wish(OPEN, amount="100.00") | more


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway whose tenant records what is charged."""
    async with ready_house(demo_policy(payments=Payments(**RECORDS))) as ready:
        yield ready


def till(house: House) -> Till:
    """Return where money is taken."""
    assert isinstance(house.app, Starlette)
    found: Till = house.app.state.till
    return found


async def only(house: House) -> Attempt:
    """Return the one attempt that there is."""
    [attempt] = await till(house).attempts.listed()
    return attempt


async def state(house: House) -> str:
    """Return where the one attempt stands."""
    return (await only(house)).state.value


async def later(house: House, **time: float) -> str:
    """Let time pass, and have what is due gone on with; return where the one attempt stands."""
    house.moment.now += timedelta(**time)
    for attempt in await till(house).attempts.due(house.moment(), 50):
        await till(house).cashier.finish(attempt)
    return await state(house)


async def owed(house: House) -> tuple[str, str, bool]:
    """Return what Pat is told to owe, what is on its way, and whether it can be paid."""
    told = await asked(house, BALANCE, id=gid(OPEN))
    return told["balance"], told["amountProcessing"], told["payableOnline"]


async def in_books(house: House, of: Attempt | None = None) -> list[tuple[str, str]]:
    """Return ServiceTitan's payments that bear its number: how much, of which type.

    It is the one attempt that there is, unless told.
    """
    attempt, rows = of or await only(house), []
    for number in NEW_ROWS:
        answer = await house.sandbox.get(f"/_sandbox/records/payments/{number}")
        row = answer.json() if answer.is_success else {}
        if attempt.confirmation in (row.get("memo") or ""):
            rows.append((row["total"], row["typeId"]))
    return rows
