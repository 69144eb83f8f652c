"""What runs beside requests: work that outlives them, turns, what others are told, and the end."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from adapters.cache.errors import CacheUnavailable
from adapters.changes.bus import Change, Changes
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_states import AttemptState
from adapters.payments.cashier import Cashier, Means, Refusal
from adapters.payments.desk import Desk, answered
from adapters.payments.errors import OutcomeUnknown
from adapters.payments.processor import Source
from adapters.payments.reconciler import BUSY_SECONDS, IDLE_SECONDS, Reconciler
from adapters.payments.recording import Recording
from adapters.payments.running import Running
from adapters.payments.telling import Telling
from adapters.payments.terms import Terms
from adapters.payments.waits import CALL_SECONDS
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.model import CustomerId, InvoiceId, LocationId
from adapters.servicetitan.named import Named
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.resource import Resource
from tests.payments.fake_processor import NAME, Plan
from tests.payments.one_tenant import INVOICE, OWED, PARTS, process, stands, world
from tests.payments.world import BEGAN, ZONE, Process, World, new_attempt
from tests.virtual_time import in_virtual_time

__all__ = ["process", "world"]

_S = AttemptState
MEANS = Means(Source(token=Plan.PAYS.value), "Invoices")


# ---------------------------------------------------------------- work that outlives its request


async def test_a_client_that_leaves_ends_nothing(world: World, process: Process) -> None:
    at_check, goes_on = asyncio.Event(), asyncio.Event()

    async def check(attempt: Attempt) -> Refusal | None:
        at_check.set()
        await goes_on.wait()
        return await process.check(attempt)

    new = new_attempt("key", 3, PARTS, "told", world.clock())
    asking = asyncio.ensure_future(process.cashier.pay(new, MEANS, check))
    await at_check.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    closing = asyncio.ensure_future(process.cashier.aclose())
    await asyncio.sleep(0)
    assert not closing.done()
    goes_on.set()
    await closing
    assert (await stands(world)).state is _S.RECORDED


async def test_the_end_is_not_waited_for_for_ever() -> None:
    running, ended = Running(), []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    asking = asyncio.ensure_future(running.finished(endless()))
    await asyncio.sleep(0)
    assert len(running) == 1
    await running.aclose(seconds=0.01)
    assert (ended, len(running)) == (["ended"], 0)
    with pytest.raises(asyncio.CancelledError):
        await asking


def test_a_processor_that_never_answers_is_not_waited_for() -> None:
    async def asked() -> None:
        with pytest.raises(OutcomeUnknown):
            await answered(asyncio.get_running_loop().create_future())
        assert asyncio.get_running_loop().time() == CALL_SECONDS

    in_virtual_time(asked())


# ---------------------------------------------------------------- turns


@dataclass
class Due:
    """Says what is due, turn by turn, and then nothing."""

    turns: list[list[str] | Exception]
    asked: int = 0

    async def due(self, now: object, most: int) -> list[str]:
        """Return what is due at this turn."""
        del now, most
        self.asked += 1
        told = self.turns.pop(0) if self.turns else []
        if isinstance(told, Exception):
            raise told
        return told


@dataclass
class Finishes:
    """Takes note of what it was to go on with."""

    fails: Mapping[str, Exception] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    async def finish(self, attempt: Any) -> None:  # noqa: ANN401  # any name does
        """Go on with one."""
        if attempt.id in self.fails:
            raise self.fails[attempt.id]
        self.done.append(attempt.id)


@dataclass(frozen=True)
class Called:
    """An attempt with nothing but a name."""

    id: str


def reconciler(due: Due, finishes: Finishes, finishers: Sequence[Any] = ()) -> Reconciler:
    """Return one that goes by these."""
    cashier, attempts = cast("Cashier", finishes), cast("Attempts", due)
    return Reconciler(cashier, attempts, lambda: BEGAN, list(finishers))


async def test_one_that_fails_holds_up_no_other() -> None:
    told = [Called(name) for name in "abc"]
    finishes = Finishes({"a": RuntimeError("odd"), "b": LedgerUnavailable("away")})
    assert await reconciler(Due([cast("list[str]", told)]), finishes).turn() == 3
    assert finishes.done == ["c"]


async def test_finishers_have_their_turn() -> None:
    class Two:
        async def turn(self) -> int:
            return 2

    assert await reconciler(Due([]), Finishes(), [Two(), Two()]).turn() == 4


def test_it_looks_again_soon_after_it_found_something() -> None:
    some = cast("list[str]", [Called("a")])
    due = Due([some, LedgerUnavailable("away"), RuntimeError("odd"), some])
    looked: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        ask = due.due

        async def noted(now: object, most: int) -> list[str]:
            looked.append(loop.time())
            return await ask(now, most)

        due.due = noted  # type: ignore[method-assign]  # when it is asked is what counts
        task = asyncio.ensure_future(reconciler(due, Finishes()).run())
        await asyncio.sleep(60)
        task.cancel()

    in_virtual_time(run())
    waits = [after - before for before, after in itertools.pairwise(looked)]
    assert waits[:4] == [BUSY_SECONDS, IDLE_SECONDS, IDLE_SECONDS, BUSY_SECONDS]


# ---------------------------------------------------------------- what others are told


@dataclass
class Rows:
    """What is remembered, and what was to be forgotten; `away` is how often nobody can be told."""

    rows: dict[int, Invoice] = field(default_factory=dict)
    away: int = 0
    forgotten: list[tuple[str, tuple[int, ...], tuple[tuple[str, int], ...]]] = field(
        default_factory=list
    )

    async def remembered(self, resource: Resource[Any], ids: Sequence[int]) -> Mapping[int, Any]:
        """Return what is remembered."""
        assert resource is INVOICES
        return {of: self.rows[of] for of in ids if of in self.rows}

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Forget."""
        if self.away:
            self.away -= 1
            raise CacheUnavailable
        self.rows.clear()
        self.forgotten.append((resource.name, tuple(ids), tuple(questions)))


@dataclass
class Till:
    """A cashier whose telling can be looked at."""

    world: World
    process: Process
    rows: Rows = field(default_factory=Rows)
    changes: Changes = field(default_factory=Changes)

    def cashier(self) -> Cashier:
        """Return it."""
        telling = Telling(self.rows, self.changes, self.world.clock)
        attempts = self.process.attempts
        desk = Desk(attempts, {NAME: self.process.line}, telling, self.world.clock)
        return Cashier(desk, Recording(desk, self.process.books, lambda: self.world.terms))


@pytest.fixture
def till(world: World, process: Process) -> Till:
    """A till that remembers the invoice."""
    row = Invoice(
        id=InvoiceId(INVOICE),
        customer=Named(id=CustomerId(3), name="Pat"),
        location=Named(id=LocationId(9), name="Home"),
    )
    return Till(world, process, Rows({INVOICE: row}))


async def test_who_looks_on_hears_of_it(till: Till) -> None:
    new = new_attempt("key", 3, PARTS, "told", BEGAN)
    with till.changes.subscribe() as listener:
        await till.cashier().pay(new, MEANS, till.process.check)
        heard = listener.more(10)
    assert heard == [Change(INVOICES, INVOICE, heard[0].at)]
    assert (heard[0].customers, heard[0].locations) == ((3,), (9,))
    paid = (PAYMENTS.name, (), (("invoice_id", INVOICE),))
    assert till.rows.forgotten == [paid, (INVOICES.name, (INVOICE,), ())]


async def test_it_is_pending_until_all_have_forgotten(till: Till) -> None:
    till.rows.away = 1
    cashier, new = till.cashier(), new_attempt("key", 3, PARTS, "told", BEGAN)
    paid = await cashier.pay(new, MEANS, till.process.check)
    assert paid.attempt.state is _S.RECORD_PENDING
    assert paid.attempt.servicetitan_payment_id == till.world.accounts.entries[0].id
    assert await till.process.pending([INVOICE]) == {INVOICE: OWED}
    till.world.clock.pass_by(60)
    assert (await cashier.finish(await stands(till.world))).state is _S.RECORDED
    assert await till.process.pending([INVOICE]) == {INVOICE: 0}
    assert till.process.books.calls == ["balances", "record"]


async def test_a_processor_that_is_not_set_up(world: World, process: Process) -> None:
    await process.pay("key", 3, PARTS, Plan.BANK)
    telling = Telling(Rows(), Changes(), world.clock)
    desk = Desk(process.attempts, {}, telling, world.clock)
    cashier = Cashier(desk, Recording(desk, process.books, lambda: Terms(ZONE)))
    world.clock.pass_by(60)
    left = await cashier.finish(await stands(world))
    assert (left.state, left.locked_until) == (_S.PROCESSING, None)
    assert left.next_at is not None
    assert left.next_at > world.clock()
