"""Two workers, one payment: of what they do at once, one thing is done, and nobody waits long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.access_levels import AccessChoice, AccessLevels, LevelChange
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts, Begun, InvoicesHeld
from adapters.ledger.audit import Audit
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.ledger.rights import read_revisions
from tests.ledger.paying import (
    GATEWAY,
    LOCK,
    NOON,
    PAT,
    begun,
    moved,
    part,
    paying,
    told,
    way_to,
)

T = TypeVar("T")
S = AttemptState
ROUNDS = 12


@pytest.fixture
async def workers(shared_url: str) -> AsyncIterator[list[Attempts]]:
    """Two processes at one database."""
    ledgers = [Ledger(shared_url) for _ in range(2)]
    for ledger in ledgers:
        await ledger.open()
    yield [Attempts(ledger, lambda: NOON) for ledger in ledgers]
    for ledger in ledgers:
        await ledger.aclose()


def ledger_of(worker: Attempts) -> Ledger:
    return worker._ledger  # noqa: SLF001  # the trail and the revisions are read beside it


async def at_once(*works: Awaitable[T]) -> list[T | BaseException]:
    return await asyncio.gather(*works, return_exceptions=True)


async def test_of_many_who_begin_on_one_invoice_one_does(workers: list[Attempts]) -> None:
    asked = [
        workers[n % 2].begin(paying(f"{n}", part(11), part(12)), NOON, LOCK) for n in range(20)
    ]
    answers = await at_once(*asked)
    won = [answer for answer in answers if isinstance(answer, Begun)]
    lost = [answer for answer in answers if isinstance(answer, InvoicesHeld)]
    assert (len(won), len(lost)) == (1, 19)
    assert {held.invoices for held in lost} == {(11, 12)}
    assert [attempt.id for attempt in await workers[0].listed()] == [won[0].attempt.id]


async def test_those_who_ask_for_the_same_in_another_order_do_not_block_each_other(
    workers: list[Attempts],
) -> None:
    invoices = list(range(1, 6))
    for turn in range(ROUNDS):
        orders = [invoices, invoices[::-1], invoices[2:] + invoices[:2], invoices[1:4], [5, 1]]
        asked = [
            workers[n % 2].begin(paying(f"{turn}-{n}", *map(part, order)), NOON, LOCK)
            for n, order in enumerate(orders)
        ]
        answers = await at_once(*asked)
        begun_now = [answer.attempt for answer in answers if isinstance(answer, Begun)]
        assert begun_now
        assert all(isinstance(answer, Begun | InvoicesHeld) for answer in answers), answers
        held = [split.invoice for attempt in begun_now for split in attempt.splits]
        assert len(held) == len(set(held))
        for attempt in begun_now:
            await moved(workers[0], attempt, S.REFUSED)


async def test_one_key_at_once_is_one_attempt(workers: list[Attempts]) -> None:
    asked = [workers[n % 2].begin(paying("k", part(11)), NOON, LOCK) for n in range(20)]
    answers = await asyncio.gather(*asked)
    assert len({answer.attempt.id for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1
    assert len({answer.attempt.confirmation for answer in answers}) == 1


async def test_one_key_for_two_things_at_once_is_one_attempt_and_a_conflict(
    workers: list[Attempts],
) -> None:
    for turn in range(ROUNDS):
        key = f"{turn}"
        answers = await at_once(
            workers[0].begin(paying(key, part(turn), hashed="x"), NOON, LOCK),
            workers[1].begin(paying(key, part(turn), hashed="y"), NOON, LOCK),
        )
        kinds = sorted(type(answer).__name__ for answer in answers)
        assert kinds == ["Begun", "IdempotencyConflict"]


@pytest.mark.parametrize(
    "write",
    [
        lambda worker, read: worker.move(read, S.CHECKED, GATEWAY),
        lambda worker, read: worker.note(read, NOON, tries=1),
        lambda worker, read: worker.release(read, NOON, None),
        lambda worker, read: worker.lock(read, NOON.replace(hour=23), LOCK),
    ],
    ids=["move", "note", "release", "lock"],
)
async def test_of_two_who_write_at_once_one_does(
    workers: list[Attempts],
    write: Callable[[Attempts, Attempt], Awaitable[Attempt | None]],
) -> None:
    for turn in range(ROUNDS):
        read = await begun(workers[0], paying(f"{turn}", part(turn)))
        answers = await asyncio.gather(*(write(worker, read) for worker in workers * 3))
        done = [answer for answer in answers if answer is not None]
        assert len(done) == 1
        assert (await workers[0].get([read.id]))[read.id] == done[0]
        assert done[0].version == 2


async def test_who_begins_while_an_invoice_is_freed_has_it_or_is_told_so(
    workers: list[Attempts],
) -> None:
    attempt = await begun(workers[0], paying("first", part(1), part(2), part(3)))
    for turn in range(ROUNDS):
        after, answer = await at_once(
            workers[0].move(attempt, S.REFUSED, GATEWAY),
            workers[1].begin(paying(f"{turn}", part(3), part(1)), NOON, LOCK),
        )
        assert isinstance(after, Attempt)
        if isinstance(answer, Begun):
            attempt = answer.attempt
        else:
            assert isinstance(answer, InvoicesHeld)
            assert set(answer.invoices) <= {1, 3}
            attempt = await begun(workers[1], paying(f"{turn}", part(3), part(1)))


async def test_all_kinds_of_writing_at_once_end(workers: list[Attempts]) -> None:
    levels = AccessLevels(ledger_of(workers[1]))
    attempts = [await begun(workers[0], paying(f"{n}", part(n))) for n in range(8)]
    works: list[Awaitable[object]] = []
    for n, attempt in enumerate(attempts):
        works.append(workers[n % 2].move(attempt, S.REFUSED, GATEWAY))
        works.append(workers[n % 2].begin(paying(f"new {n}", part(100 + n), part(n)), NOON, LOCK))
        works.append(levels.set([LevelChange(f"{n}@example.com", n, AccessChoice.NONE)], PAT))
    answers = await at_once(*works)
    assert {type(answer).__name__ for answer in answers} <= {
        "Attempt",
        "Begun",
        "InvoicesHeld",
        "LevelsChanged",
    }
    assert (await Audit(ledger_of(workers[0])).verify()).broken is None


class Crash(Exception):  # noqa: N818  # it is one
    """What the machine does to a transaction."""


async def crashed(ledger: Ledger, work: Callable[[], Awaitable[object]], at: int) -> bool:
    """Do this work, and crash before the statement of this number; False where it has fewer."""
    engine, seen = ledger._engine.sync_engine, [0]  # noqa: SLF001  # the statements pass there

    def before(*_: object) -> None:
        seen[0] += 1
        if seen[0] > at:
            raise Crash

    event.listen(engine, "before_cursor_execute", before)
    try:
        await work()
    except Crash:
        return True
    finally:
        event.remove(engine, "before_cursor_execute", before)
    return False


async def revisions(connection: AsyncConnection) -> int:
    return (await read_revisions(connection)).payments


async def test_a_crash_at_any_statement_leaves_all_or_nothing(workers: list[Attempts]) -> None:
    worker, other = workers
    ledger = ledger_of(worker)
    attempt = await begun(worker, paying("k", part(11)))
    attempt = await moved(worker, attempt, *way_to(S.CHARGING))
    before = await told(ledger, attempt.id), await ledger.read(revisions)
    points = 0
    while await crashed(ledger, lambda: worker.move(attempt, S.CHARGED, GATEWAY), points):
        assert (await told(ledger, attempt.id), await ledger.read(revisions)) == before
        assert await other.get([attempt.id]) == {attempt.id: attempt}
        assert await PendingAmounts(ledger_of(other)).now(0) == {}
        assert (await PendingAmounts(ledger_of(other)).at(0)).held == {11}
        points += 1
    assert points >= 6
    assert (await PendingAmounts(ledger_of(other)).at(0)).held == set()

    points = 0
    while await crashed(
        ledger, lambda: worker.begin(paying("new", part(11), part(12)), NOON, LOCK), points
    ):
        assert await other.find("pat", "new") is None
        assert (await PendingAmounts(ledger_of(other)).at(0)).held == set()
        points += 1
    assert points >= 6
    assert await other.find("pat", "new") is not None
    assert (await Audit(ledger).verify()).broken is None
