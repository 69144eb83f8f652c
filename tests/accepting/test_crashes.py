"""A crash at every await of an acceptance: nothing is sold twice, nothing charged for nothing."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from resolvers.ids import global_id
from tests.accepting.conftest import DUE, PAT, PLAIN, WITH_DEPOSIT, Office, deposit, errors

_SETTLED = {"SOLD", "REFUSED"}
_VERBS = {
    "acceptances": ("begin", "move", "note", "lock", "get", "find", "by_estimate"),
    "attempts": ("begin", "move", "note", "lock", "get", "find"),
    "processor": ("inspect", "prepare", "charge", "look", "cancel", "refund"),
    "books": ("sell_estimate",),
    "rows": ("fresh", "forget"),
}


class Crash(BaseException):
    """The process is gone: nothing after this runs."""


class Points:
    """Numbers every await into the ledger, the processor and ServiceTitan: before, and after it."""

    def __init__(self) -> None:
        self.crash_at: int | None = None
        self.passed = 0

    def point(self) -> None:
        """Crash here, where it is this one's turn."""
        self.passed += 1
        if self.passed == self.crash_at:
            raise Crash

    def wrapped(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        """Return the verb with a point before it, and one after."""

        async def crashing(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # any verb's
            self.point()
            told = await verb(*given, **named)
            self.point()
            return told

        return crashing


@contextmanager
def numbered(office: Office) -> Iterator[Points]:
    """Number the awaits of this office's acceptances."""
    points, till = Points(), office.till
    desk = till.desk.selling.desk
    parts = {
        "acceptances": till.acceptances,
        "attempts": till.attempts,
        "processor": till.processor,
        "books": desk.books,
        "rows": desk.rows,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, verbs in _VERBS.items():
            for verb in verbs:
                patch.setattr(parts[name], verb, points.wrapped(getattr(parts[name], verb)))
        yield points


async def _offered(office: Office, like: int, number: int) -> None:
    """Write down another estimate like this one."""
    row = await office.row(like)
    await office.house.put("estimates", number, **(row | {"id": number}))


async def _story(office: Office, number: int) -> tuple[list[str], int, int]:
    """Return where each acceptance stands, how much was charged for it, and kept of that."""
    acceptances = [a for a in await office.till.acceptances.listed() if a.given.estimate == number]
    attempts = [a for a in await office.till.attempts.listed(most=10_000) if a.estimate == number]
    told = (await office.house.sandbox.get("/_sandbox/processor/movements")).json()["movements"]
    moved = [each for each in told if each["marker"] in {a.confirmation for a in attempts}]
    charged = [each for each in moved if each["kind"] == "CHARGE"]
    assert {each["amount"] for each in moved} <= {DUE}
    back = [each for each in moved if each["kind"] == "REFUND"]
    return [a.state.value for a in acceptances], len(charged), len(charged) - len(back)


@pytest.mark.parametrize(
    ("like", "more"),
    [(PLAIN, {}), (WITH_DEPOSIT, {"deposit": deposit("sandbox_card_visa")})],
    ids=["plain", "with a deposit"],
)
async def test_for_every_await(office: Office, like: int, more: dict[str, Any]) -> None:
    crashes, outcomes = 0, set[str]()
    with numbered(office) as points:
        while True:
            number = 700_000 + crashes
            await _offered(office, like, number)
            wish = await office.wish(number, f"key {number}", **more)
            await office.house.calls()
            points.passed, points.crash_at = 0, crashes + 1
            try:
                await office.send(wish)
            except Crash:
                crashes += 1
            else:
                break
            finally:
                points.crash_at = None
            for _ in range(4):
                await office.finish(minutes=3)
            calls = await office.house.calls()
            states, charged, kept = await _story(office, number)
            row = await office.row(number)
            is_sold = row["status"]["name"] == "Sold"
            assert set(states) <= _SETTLED, (crashes, states)
            assert len(states) <= 1
            assert calls[f"estimates/{number}/sell?"] <= 1, crashes
            assert charged <= 1, crashes
            assert is_sold is (states == ["SOLD"]), (crashes, states)
            assert kept == int(is_sold and bool(more)), (crashes, states, charged)
            again = await office.send(wish)
            accepted = again["acceptance"] is not None
            assert accepted is (is_sold or states == []), (crashes, errors(again))
            outcomes |= {*states} or {"NOTHING"}
    assert outcomes == {"NOTHING", "REFUSED", "SOLD"}
    assert crashes >= (40 if more else 12)


async def test_a_client_that_leaves_ends_nothing(office: Office) -> None:
    """Its request is cancelled at the sale; the sale goes on."""
    wish = await office.wish(PLAIN)
    desk = office.till.desk
    begun, books = asyncio.Event(), desk.selling.desk.books
    sell = books.sell_estimate

    async def slowly(estimate: int, sold_by: int) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        await sell(estimate, sold_by)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "sell_estimate", slowly)
        asking = asyncio.create_task(office.send(wish))
        await begun.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await desk.aclose()
    told = await office.send(wish)
    assert told["acceptance"]["recording"] == "RECORDED"
    query = "query($id: ID!) { estimate(id: $id) { status } }"
    seen = await office.house.data(PAT, query, id=global_id("Estimate", PLAIN))
    assert seen["estimate"]["status"] == "ACCEPTED"
