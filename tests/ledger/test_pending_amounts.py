"""What is pending: all that is taken in and not in the books, remembered while it holds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempt_writes import SETTLED_LATER
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Audit
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import COUNTED, AttemptState
from adapters.ledger.pending_amounts import Pending, PendingAmounts
from adapters.ledger.rights import read_revisions
from tests.ledger.paying import (
    GATEWAY,
    MINUTE,
    NOON,
    begun,
    deposit,
    moved,
    part,
    paying,
    way_to,
)

S = AttemptState


class Clock:
    """A time of day that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Tell it."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(ledger: Ledger, clock: Clock) -> Attempts:
    return Attempts(ledger, clock)


@pytest.fixture
def pending(ledger: Ledger, clock: Clock) -> PendingAmounts:
    return PendingAmounts(ledger, clock)


async def revision(ledger: Ledger) -> int:
    return (await ledger.read(read_revisions)).payments


@contextmanager
def asked(ledger: Ledger) -> Iterator[list[str]]:
    """Tell which statements about payments reach the database."""
    found: list[str] = []
    engine = ledger._engine.sync_engine  # noqa: SLF001  # what is counted is what passes there

    def before(*told: object) -> None:
        if "payment" in str(told[2]):
            found.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", before)
    yield found
    event.remove(engine, "before_cursor_execute", before)


async def at_state(attempts: Attempts, state: AttemptState, invoice: int) -> Attempt:
    attempt = await begun(attempts, paying(f"{state} {invoice}", part(invoice)))
    return await moved(attempts, attempt, *way_to(state))


async def test_nothing_is_pending_at_first(pending: PendingAmounts, ledger: Ledger) -> None:
    assert await pending.at(await revision(ledger)) == Pending(1)


async def test_what_is_taken_in_and_not_in_the_books_is_pending(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger
) -> None:
    for number, state in enumerate(S):
        await at_state(attempts, state, number)
    found = await pending.now(await revision(ledger))
    assert found == {number: Decimal("12.50") for number, state in enumerate(S) if state in COUNTED}


async def test_amounts_of_one_invoice_are_summed_and_what_was_begun_is_held(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger
) -> None:
    new = paying("a", part(1, "0.10"), part(2, "0.20"))
    await moved(attempts, await begun(attempts, new), *way_to(S.HANDED_OFF))
    new = paying("b", part(2, "0.01"), customer=2)
    await moved(attempts, await begun(attempts, new), *way_to(S.PROCESSING))
    await moved(attempts, await begun(attempts, deposit("c", 7)), *way_to(S.CHARGED))
    await begun(attempts, paying("d", part(2), part(3)))
    found = await pending.at(await revision(ledger))
    assert found == Pending(
        await revision(ledger),
        {1: Decimal("0.10"), 2: Decimal("0.21")},
        {1: Decimal("500.30"), 2: Decimal("0.01")},
        frozenset({2, 3}),
    )
    assert {str(amount) for amount in found.by_invoice.values()} == {"0.10", "0.21"}


async def test_it_is_read_once_for_each_revision(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger
) -> None:
    await at_state(attempts, S.CHARGED, 1)
    now = await revision(ledger)
    with asked(ledger) as statements:
        found = await asyncio.gather(*(pending.at(now) for _ in range(20)))
        assert len(statements) == 3
        assert all(one is found[0] for one in found)
        assert await pending.at(now) is found[0]
        assert len(statements) == 3
    await at_state(attempts, S.CHARGED, 2)
    later = await revision(ledger)
    with asked(ledger) as statements:
        assert set(await pending.now(later)) == {1, 2}
        assert set(await pending.now(now)) == {1, 2}  # who asks late is told what is so by now
        assert set(await pending.now(later)) == {1, 2}
        assert len(statements) == 6


async def test_a_crowd_that_asks_late_shares_one_reading(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger
) -> None:
    before = await revision(ledger)
    await at_state(attempts, S.CHARGED, 1)
    between = await revision(ledger)
    await at_state(attempts, S.CHARGED, 2)
    now = await revision(ledger)
    with asked(ledger) as statements:
        crowd = [pending.at(of) for of in (before, between, now) for _ in range(100)]
        found = await asyncio.gather(*crowd)
        assert len(statements) == 3
    assert {tuple(one.by_invoice) for one in found} == {(1, 2)}


async def test_the_revision_moves_when_what_is_pending_does_and_only_then(
    attempts: Attempts, ledger: Ledger
) -> None:
    before = await revision(ledger)

    async def raised() -> int:
        nonlocal before
        before, last = await revision(ledger), before
        return before - last

    attempt = await begun(attempts, paying("k", part(1)))
    told = [await raised()]
    for state in (S.CHECKED, S.CHARGING, S.ACTION_REQUIRED, S.PROCESSING, S.CHARGED, S.RECORDING):
        attempt = await moved(attempts, attempt, state)
        told.append(await raised())
    locked = await attempts.note(attempt, NOON, tries=1)
    assert locked is not None
    told.append(await raised())
    await moved(attempts, locked, S.RECORDED)
    told.append(await raised())
    assert told == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    refused = await begun(attempts, paying("other", part(1)))
    assert await raised() == 1
    await moved(attempts, refused, S.REFUSED)
    assert await raised() == 1  # its invoice is held no longer
    rights = (await ledger.read(read_revisions)).rights
    assert rights == 1


async def test_what_the_office_entered_is_pending_a_while_longer(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger, clock: Clock
) -> None:
    attempt = await at_state(attempts, S.HANDED_OFF, 1)
    other = await at_state(attempts, S.HANDED_OFF, 2)
    assert set(await pending.now(await revision(ledger))) == {1, 2}
    await moved(attempts, attempt, S.RECORDED)
    later = await attempts.move(other, S.RECORDED, GATEWAY, servicetitan_payment_id=4711)
    assert later is not None
    now = await revision(ledger)
    ends = GATEWAY.at + SETTLED_LATER
    assert (await pending.at(now)).until == ends
    clock.now = ends - timedelta(microseconds=1)
    assert set(await pending.now(now)) == {1}
    assert set((await attempts.on_invoices([1]))[1]) != set()
    clock.now = ends
    assert await pending.at(now) == Pending(now)
    assert await attempts.on_invoices([1]) == {1: ()}


async def test_what_is_in_the_books_is_not_taken_off_again_while_it_is_sent_back(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger, clock: Clock
) -> None:
    recorded = await at_state(attempts, S.RECORDING, 1)
    recorded = await moved(attempts, recorded, S.RECORDED, S.REFUND_PENDING)
    entered = await at_state(attempts, S.HANDED_OFF, 2)
    entered = await moved(attempts, entered, S.RECORDED, S.REFUND_PENDING)
    clock.now = GATEWAY.at + SETTLED_LATER - MINUTE
    assert set(await pending.now(await revision(ledger))) == {2}
    clock.now = GATEWAY.at + SETTLED_LATER
    assert await pending.now(await revision(ledger)) == {}
    never = await moved(attempts, await at_state(attempts, S.HANDED_OFF, 3), S.REFUND_PENDING)
    assert set(await pending.now(await revision(ledger))) == {3}
    clock.now = NOON
    for attempt in (recorded, entered, never):
        await moved(attempts, attempt, S.REFUNDED)
    assert await pending.now(await revision(ledger)) == {}


async def test_nobody_can_write_into_what_is_remembered(
    attempts: Attempts, pending: PendingAmounts, ledger: Ledger
) -> None:
    await at_state(attempts, S.CHARGED, 1)
    found = await pending.now(await revision(ledger))
    with pytest.raises(TypeError):
        found[1] = Decimal(0)  # type: ignore[index]  # that it cannot be written to is what is tried


async def test_another_process_sees_it_by_the_revision(shared_url: str, clock: Clock) -> None:
    here, there = Ledger(shared_url), Ledger(shared_url)
    await here.open()
    await there.open()
    pending = PendingAmounts(there, clock)
    assert await pending.now(await revision(there)) == {}
    attempt = await at_state(Attempts(here, clock), S.CHARGED, 1)
    assert await pending.now(await revision(there)) == {1: Decimal("12.50")}
    await moved(Attempts(here, clock), attempt, S.RECORDING, S.RECORDED)
    assert await pending.now(await revision(there)) == {}
    assert (await Audit(there).verify()).broken is None
    await here.aclose()
    await there.aclose()


async def test_what_cannot_be_read_is_not_taken_for_nothing(clock: Clock) -> None:
    dead = PendingAmounts(Ledger("sqlite+aiosqlite:////nowhere/at/all.db"), clock)
    for _ in range(2):
        with pytest.raises(LedgerUnavailable):
            await dead.now(1)
