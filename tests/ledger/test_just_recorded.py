"""What was just recorded is subtracted while the balance does not have it, and no longer (R34)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.just_recorded import JUST, JustRecorded
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.pending_amounts import Pending, PendingAmounts
from tests.ledger.paying import GATEWAY, begun, moved, part, paying, way_to

S = AttemptState
CENTS = st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("balance", "lacking"),
    [
        ("60.00", "0"),
        ("90.00", "30"),
        ("100.00", "40"),
        ("70.00", "40"),  # the later one alone: no order in which they came in
        ("110.00", "40"),
        ("40.00", "40"),
        ("0.00", "40"),
    ],
)
def test_the_sums_tell_what_a_balance_lacks(balance: str, lacking: str) -> None:
    recorded = JustRecorded((Decimal(10), Decimal(30)), Decimal(60))
    assert recorded.lacking(Decimal(balance)) == Decimal(lacking)


def test_where_nobody_knows_what_was_left_all_of_it_may_be_lacking() -> None:
    recorded = JustRecorded((Decimal(10), Decimal(30)), None)
    assert recorded.lacking(Decimal(60)) == Decimal(40)


@given(st.lists(CENTS, min_size=1, max_size=4), CENTS, st.data())
def test_whatever_the_balance_has_by_now_what_is_left_is_told(
    amounts: list[Decimal], left: Decimal, data: st.DataObject
) -> None:
    there = data.draw(st.integers(0, len(amounts)))
    balance = left + sum(amounts[there:], Decimal(0))
    recorded = JustRecorded(tuple(amounts), left)
    assert balance - recorded.lacking(balance) == left


@given(st.lists(CENTS, min_size=1, max_size=4), CENTS, CENTS)
def test_where_the_office_adds_to_it_too_little_is_told_and_never_too_much(
    amounts: list[Decimal], left: Decimal, added: Decimal
) -> None:
    recorded = JustRecorded(tuple(amounts), left)
    balance = left + added
    assert balance - recorded.lacking(balance) <= left + added
    assert recorded.lacking(balance + sum(amounts)) == sum(amounts)


async def recorded(
    ledger: Ledger, key: str, amount: str, left: str, *states: AttemptState
) -> Attempt:
    """Return a payment of invoice 1 that stands in ServiceTitan's books, or on its way there."""
    attempts, each = Attempts(ledger), replace(part(1, amount), left=Decimal(left))
    attempt = await begun(attempts, paying(key, each))
    if states:
        return await moved(attempts, attempt, *states)
    attempt = await moved(attempts, attempt, *way_to(S.RECORDING))
    done = await attempts.move(attempt, S.RECORDED, GATEWAY, servicetitan_payment_id=7)
    assert done is not None
    return done


async def taken_off(ledger: Ledger, balances: Sequence[str], **later: float) -> list[str]:
    """Return what is taken off each of these balances of invoice 1, so much later."""
    now = GATEWAY.at + timedelta(**later)
    found = await PendingAmounts(ledger, lambda: now).read()
    return [str(found.on(1, Decimal(balance))) for balance in balances]


async def test_the_ledger_tells_what_was_left_and_for_how_long(ledger: Ledger) -> None:
    done = await recorded(ledger, "a", "40.00", "100.00")
    (stored,) = await Attempts(ledger).listed()
    assert stored == done
    assert [split.left for split in stored.splits] == [Decimal("100.00")]
    found = await PendingAmounts(ledger, lambda: GATEWAY.at).read()
    assert found.until == GATEWAY.at + JUST
    assert found.by_invoice == found.by_customer == {}
    assert await taken_off(ledger, ["100.00", "60.00", "80.00"]) == ["40.00", "0.00", "40.00"]
    last = JUST.total_seconds() - 1
    assert await taken_off(ledger, ["100.00"], seconds=last) == ["40.00"]
    assert await taken_off(ledger, ["100.00", "60.00"], seconds=last + 1) == ["0", "0"]
    later = await PendingAmounts(ledger, lambda: GATEWAY.at + JUST).read()
    assert later == Pending(later.revision)


async def test_the_next_payment_is_counted_beside_what_was_just_recorded(ledger: Ledger) -> None:
    await recorded(ledger, "a", "40.00", "100.00")
    await recorded(ledger, "b", "15.00", "60.00", *way_to(S.PROCESSING))
    # 60 is left in the books once they have the first, 45 of it after the second.
    assert await taken_off(ledger, ["100.00", "60.00"]) == ["55.00", "15.00"]
    await recorded(ledger, "c", "5.00", "45.00")
    assert await taken_off(ledger, ["100.00", "60.00", "55.00"]) == ["60.00", "20.00", "15.00"]


async def test_what_goes_back_just_after_it_was_recorded_is_still_lacking(ledger: Ledger) -> None:
    done = await recorded(ledger, "a", "40.00", "100.00")
    await moved(Attempts(ledger), done, S.REFUND_PENDING)
    assert await taken_off(ledger, ["100.00", "60.00"]) == ["40.00", "0.00"]
