"""Attempts to pay: written down whole, moved only as they were read, told step by step."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.attempt_rows import AttemptKind, Step
from adapters.ledger.attempts import Attempts, IdempotencyConflict, IllegalMove, InvoicesHeld
from adapters.ledger.audit import Audit, By, Entry
from adapters.ledger.confirmations import is_confirmation
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import FINAL, MOVES, OPEN, AttemptState
from adapters.ledger.tables import AUDIT, PAYMENT_ATTEMPTS, PAYMENT_SPLITS, PAYMENT_STEPS
from tests.ledger.paying import (
    GATEWAY,
    LOCK,
    MINUTE,
    NOON,
    PAT,
    begun,
    deposit,
    moved,
    part,
    paying,
    told,
    way_to,
)

S = AttemptState


@pytest.fixture
def attempts(ledger: Ledger) -> Attempts:
    return Attempts(ledger, lambda: NOON)


async def rows(ledger: Ledger) -> list[int]:
    """Return how many rows there are of everything that is written for a payment."""

    async def work(connection: AsyncConnection) -> list[int]:
        tables = (PAYMENT_ATTEMPTS, PAYMENT_SPLITS, PAYMENT_STEPS, AUDIT)
        asked = [select(func.count()).select_from(table) for table in tables]
        return [(await connection.execute(one)).scalar_one() for one in asked]

    return await ledger.read(work)


async def test_what_is_begun_is_kept_to_the_letter(attempts: Attempts) -> None:
    by = By("pat@example.com", "request-1", NOON, as_whom="sam@example.com")
    new = replace(paying("k", part(12, "7.00"), part(11, "0.01")), by=by, keep_method=True)
    attempt = await begun(attempts, new)
    assert is_confirmation(attempt.confirmation)
    assert (attempt.state, attempt.version, attempt.tries) == (S.RECEIVED, 1, 0)
    assert (attempt.actor, attempt.as_whom, attempt.request_id) == (
        "pat@example.com",
        "sam@example.com",
        "request-1",
    )
    assert attempt.splits == (part(11, "0.01"), part(12, "7.00"))
    assert (attempt.amount, attempt.currency) == (Decimal("7.01"), "USD")
    for name in ("principal", "kind", "customer", "payer", "key", "request_hash", "processor"):
        assert getattr(attempt, name) == getattr(new, name)
    for name in ("method_kind", "method_label", "estimate", "keep_method"):
        assert getattr(attempt, name) == getattr(new, name)
    assert attempt.created_at == attempt.updated_at == NOON
    assert attempt.locked_until == attempt.next_at == NOON + timedelta(seconds=LOCK)
    assert await attempts.get([attempt.id, 999]) == {attempt.id: attempt}
    assert await attempts.find("pat", "k") == attempt
    assert await attempts.by_confirmation(attempt.confirmation) == attempt
    assert await attempts.find("pat", "other") is None
    assert await attempts.find("sam", "k") is None
    assert await attempts.by_confirmation("0000-0000-0000") is None
    assert await attempts.steps(attempt.id) == [Step(attempt.id, 1, S.RECEIVED, NOON, "")]


async def test_a_deposit_is_kept_with_the_authorization_it_was_given(
    attempts: Attempts, ledger: Ledger
) -> None:
    attempt = await begun(attempts, deposit("k", 77))
    assert (await attempts.get([attempt.id]))[attempt.id] == attempt
    assert (attempt.kind, attempt.estimate, attempt.splits) == (AttemptKind.DEPOSIT, 77, ())
    assert (attempt.authorization_version, attempt.authorized_by) == ("v1", "Pat Jones")
    ((_, entry),) = await Audit(ledger).read()
    assert entry == Entry(
        "pat@example.com",
        entry.action,
        f"payment {attempt.id}",
        "request-1",
        NOON,
        {
            "amount": "500.00",
            "currency": "USD",
            "customer": 1,
            "invoices": [],
            "estimate": 77,
            "method": "BANK_ACCOUNT",
            "confirmation": attempt.confirmation,
            "because": None,
        },
        version="v1",
    )
    assert entry.action.value == "payment.attempted"


async def test_the_same_key_is_the_same_attempt_however_far_it_has_come(
    attempts: Attempts, ledger: Ledger
) -> None:
    attempt = await begun(attempts, paying("k", part(11)))
    before = await rows(ledger)
    assert await attempts.begin(paying("k", part(11)), NOON + MINUTE, LOCK) == (attempt, False)
    after = await moved(attempts, attempt, *way_to(S.RECORDED))
    assert await attempts.begin(paying("k", part(11)), NOON + MINUTE, LOCK) == (after, False)
    assert (await rows(ledger))[:2] == before[:2]


async def test_a_key_that_was_used_for_something_else_is_a_conflict(
    attempts: Attempts, ledger: Ledger
) -> None:
    await begun(attempts, paying("k", part(11)))
    before = await rows(ledger)
    with pytest.raises(IdempotencyConflict):
        await attempts.begin(paying("k", part(12), hashed="y"), NOON, LOCK)
    assert await rows(ledger) == before
    await begun(attempts, paying("k", part(12), principal="sam"))  # a key is its principal's


async def test_an_invoice_is_held_by_one_attempt_and_the_other_leaves_no_trace(
    attempts: Attempts, ledger: Ledger
) -> None:
    first = await begun(attempts, paying("k", part(11), part(12)))
    before = await rows(ledger)
    with pytest.raises(InvoicesHeld) as held:
        await attempts.begin(
            paying("other", part(13), part(12), part(10), part(11), principal="sam"), NOON, LOCK
        )
    assert held.value.invoices == (11, 12)
    assert await rows(ledger) == before
    assert await attempts.find("sam", "other") is None
    await begun(attempts, paying("other", part(13), principal="sam"))
    await moved(attempts, first, S.REFUSED)
    await begun(attempts, paying("third", part(11), part(12)))


async def test_each_state_goes_where_it_may_holds_its_invoice_while_open_and_goes_nowhere_else(
    attempts: Attempts, ledger: Ledger
) -> None:
    for number, state in enumerate(S, start=1):
        for to in sorted(MOVES[state], key=lambda to: to.value):
            here = number * 100 + list(S).index(to)
            attempt = await begun(attempts, paying(f"{here}", part(here)))
            attempt = await moved(attempts, attempt, *way_to(state))
            after = await moved(attempts, attempt, to)
            assert (await attempts.get([attempt.id]))[attempt.id] == after
            assert (after.version, after.state) == (attempt.version + 1, to)
            assert (after.next_at is None) is (to in FINAL)
            assert after.locked_until == (None if to in FINAL else attempt.locked_until)
            if to in OPEN:
                with pytest.raises(InvoicesHeld):
                    await attempts.begin(paying(f"{here} again", part(here)), NOON, LOCK)
            else:
                again = await begun(attempts, paying(f"{here} again", part(here)))
                await moved(attempts, again, S.REFUSED)
    before = await rows(ledger)
    for state in S:
        for to in set(S) - MOVES[state]:
            with pytest.raises(IllegalMove):
                await attempts.move(replace(attempt, state=state), to, GATEWAY)
    assert await rows(ledger) == before


async def test_every_move_is_a_step_and_every_deed_an_entry(
    attempts: Attempts, ledger: Ledger
) -> None:
    attempt = await begun(attempts, paying("k", part(11)))
    states = (S.CHECKED, S.CHARGING, S.UNKNOWN, S.PROCESSING, S.CHARGED, S.RECORDING, S.HANDED_OFF)
    after = await moved(attempts, attempt, *states)
    await attempts.move(after, S.REFUND_PENDING, PAT, "the office sends it back")
    found = await told(ledger, attempt.id)
    assert found.steps == list(enumerate([S.RECEIVED, *states, S.REFUND_PENDING], start=1))
    assert found.trail == [
        ("pat@example.com", "payment.attempted", "request-1"),
        ("the gateway", "payment.processing", "request-2"),
        ("the gateway", "payment.charged", "request-2"),
        ("the gateway", "payment.handed-off", "request-2"),
        ("pat@example.com", "payment.refund-ordered", "request-1"),
    ]
    assert (await attempts.steps(attempt.id))[-1].told == "the office sends it back"
    assert (await attempts.steps(attempt.id))[1].at == NOON + MINUTE
    assert (await Audit(ledger).verify()).broken is None


async def test_recorded_is_told_from_settled(attempts: Attempts, ledger: Ledger) -> None:
    found = []
    for number, payment in enumerate((None, 4711)):
        attempt = await begun(attempts, paying(f"{number}", part(number)))
        attempt = await moved(attempts, attempt, *way_to(S.HANDED_OFF))
        await attempts.move(attempt, S.RECORDED, GATEWAY, servicetitan_payment_id=payment)
        found.append((await told(ledger, attempt.id)).trail[-1][1])
    assert found == ["payment.settled", "payment.recorded"]


async def test_what_a_move_changes_beside_the_state_is_kept(attempts: Attempts) -> None:
    attempt = await begun(attempts, paying("k", part(11)))
    attempt = await moved(attempts, attempt, S.CHECKED, S.CHARGING)
    until = NOON + timedelta(hours=1)
    asked = await attempts.move(
        attempt, S.ACTION_REQUIRED, GATEWAY, action_kind="AUTHENTICATE", next_at=until, tries=3
    )
    assert asked is not None
    assert (asked.action_kind, asked.next_at, asked.tries) == ("AUTHENTICATE", until, 3)
    declined = await attempts.move(
        asked, S.DECLINED, GATEWAY, failure_code="DECLINED", failure="Try another card."
    )
    assert declined is not None
    assert (declined.failure_code, declined.failure) == ("DECLINED", "Try another card.")
    assert (declined.action_kind, declined.next_at, declined.locked_until) == (None, None, None)
    assert (await attempts.get([attempt.id]))[attempt.id] == declined


async def test_when_it_was_charged_is_noted_once(attempts: Attempts) -> None:
    attempt = await begun(attempts, paying("k", part(11)))
    assert attempt.charged_at is None
    charged = await moved(attempts, attempt, *way_to(S.CHARGED))
    assert charged.charged_at == GATEWAY.at
    attempt = await begun(attempts, paying("other", part(11)))
    told = await moved(attempts, attempt, S.CHECKED, S.CHARGING)
    after = await attempts.move(told, S.CHARGED, GATEWAY, charged_at=NOON)
    assert after is not None
    assert (await attempts.get([attempt.id]))[attempt.id].charged_at == NOON


async def test_nobody_writes_over_what_they_have_not_read(
    attempts: Attempts, ledger: Ledger
) -> None:
    read = await begun(attempts, paying("k", part(11)))
    after = await attempts.note(read, NOON + MINUTE, processor_ref="pi_1")
    assert after is not None
    assert after == replace(read, version=2, processor_ref="pi_1", updated_at=NOON + MINUTE)
    before = await rows(ledger)
    assert await attempts.note(read, NOON, processor_ref="pi_2") is None
    assert await attempts.move(read, S.REFUSED, GATEWAY) is None
    assert await attempts.lock(read, NOON + timedelta(days=1), LOCK) is None
    assert await attempts.release(read, NOON, None) is None
    assert (await rows(ledger), await attempts.get([read.id])) == (before, {read.id: after})
    assert await attempts.by_ref("sandbox", "pi_1") == after
    assert await attempts.by_ref("stripe", "pi_1") is None
    assert await attempts.by_ref("sandbox", "pi_2") is None


async def test_two_attempts_are_never_one_charge(attempts: Attempts) -> None:
    one = await begun(attempts, paying("one", part(11)))
    two = await begun(attempts, paying("two", part(12)))
    assert await attempts.note(one, NOON, processor_ref="pi_1") is not None
    with pytest.raises(LedgerUnavailable):
        await attempts.note(two, NOON, processor_ref="pi_1")
    assert (await attempts.get([two.id]))[two.id] == two


async def test_one_works_on_it_at_a_time(attempts: Attempts) -> None:
    mine = await begun(attempts, paying("k", part(11)))
    ends = NOON + timedelta(seconds=LOCK)
    late = ends - timedelta(microseconds=1)
    assert await attempts.lock(mine, late, LOCK) is None
    theirs = await attempts.lock(mine, ends, LOCK)
    assert theirs is not None
    assert theirs.locked_until == ends + timedelta(seconds=LOCK)
    assert await attempts.move(mine, S.CHECKED, PAT) is None  # it was mine too long
    assert await attempts.lock(theirs, ends, LOCK) is None
    free = await attempts.release(theirs, ends, ends + MINUTE)
    assert free is not None
    assert (free.locked_until, free.next_at) == (None, ends + MINUTE)
    assert await attempts.lock(free, ends, LOCK) is not None
    assert (await attempts.steps(mine.id)) == [Step(mine.id, 1, S.RECEIVED, NOON, "")]


async def test_due_is_what_waits_and_nobody_works_on(attempts: Attempts) -> None:
    ends = NOON + timedelta(seconds=LOCK)
    one, two, three, four = [
        await begun(attempts, paying(f"{number}", part(number))) for number in range(4)
    ]
    assert await attempts.due(ends - timedelta(microseconds=1), 10) == []
    assert [of.id for of in await attempts.due(ends, 10)] == [one.id, two.id, three.id, four.id]
    assert [of.id for of in await attempts.due(ends, 2)] == [one.id, two.id]
    done = await moved(attempts, one, S.REFUSED)
    later = await attempts.release(two, ends, ends + MINUTE)
    assert await attempts.lock(three, ends, 2 * LOCK)
    now = await attempts.release(four, NOON, None)
    assert (later, now, done.next_at) == (
        replace(two, version=2, locked_until=None, next_at=ends + MINUTE, updated_at=ends),
        replace(four, version=2, locked_until=None, next_at=NOON, updated_at=NOON),
        None,
    )
    assert await attempts.due(NOON, 10) == [now]
    assert await attempts.due(ends + MINUTE, 10) == [now, later]  # the longest due first
    assert [of.id for of in await attempts.due(ends + 2 * MINUTE, 10)] == [
        four.id,
        three.id,
        two.id,
    ]
    assert await attempts.release(done, NOON, NOON) == replace(
        done, version=done.version + 1, updated_at=NOON
    )
    assert [of.id for of in await attempts.due(NOON + timedelta(days=9), 10)] == [
        four.id,
        three.id,
        two.id,
    ]
