"""Attempts as they are listed: by customer, invoice, state and whoever made them."""

import pytest

from adapters.ledger.attempts import Attempts
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from tests.ledger.paying import MINUTE, NOON, begun, moved, part, paying, way_to

S = AttemptState


@pytest.fixture
def attempts(ledger: Ledger) -> Attempts:
    return Attempts(ledger, lambda: NOON)


async def test_what_is_paid_is_told_newest_first(attempts: Attempts) -> None:
    ids = []
    for number in range(5):
        customer, principal = 1 + number % 2, ("pat", "sam")[number % 3 == 0]
        new = paying(f"{number}", part(number), customer=customer, principal=principal)
        ids.append((await begun(attempts, new, NOON + number * MINUTE)).id)
    assert [of.id for of in await attempts.paid_by([1, 2])] == ids[::-1]
    assert [of.id for of in await attempts.paid_by([1])] == [ids[4], ids[2], ids[0]]
    assert [of.id for of in await attempts.paid_by([1, 2], "sam")] == [ids[3], ids[0]]
    assert [of.id for of in await attempts.paid_by([1, 2], most=2)] == [ids[4], ids[3]]
    assert [of.id for of in await attempts.paid_by([1, 2], before=ids[3], most=2)] == ids[2:0:-1]
    assert await attempts.paid_by([]) == []
    assert await attempts.paid_by([3]) == []
    assert await attempts.lately("pat", NOON + 2 * MINUTE) == [
        (S.RECEIVED, NOON + 4 * MINUTE),
        (S.RECEIVED, NOON + 2 * MINUTE),
    ]
    assert await attempts.lately("nobody", NOON) == []


async def test_an_invoice_tells_what_is_under_way_or_not_yet_in_the_books(
    attempts: Attempts,
) -> None:
    old = await moved(
        attempts, await begun(attempts, paying("a", part(1), part(2))), *way_to(S.HANDED_OFF)
    )
    gone = await begun(attempts, paying("b", part(1)))
    await moved(attempts, gone, S.REFUSED)
    new = await begun(attempts, paying("c", part(2)))
    found = await attempts.on_invoices([1, 2, 3])
    assert found == {1: (old,), 2: (old, new), 3: ()}
    assert await attempts.on_invoices([]) == {}


async def test_they_are_listed_by_where_they_stand(attempts: Attempts) -> None:
    one = await begun(attempts, paying("a", part(1)))
    two = await moved(attempts, await begun(attempts, paying("b", part(2))), S.REFUSED)
    three = await begun(attempts, paying("c", part(3)))
    assert await attempts.listed() == [one, two, three]
    assert await attempts.listed([S.RECEIVED]) == [one, three]
    assert await attempts.listed([S.RECEIVED, S.REFUSED], after=one.id) == [two, three]
    assert await attempts.listed([S.REFUSED], after=two.id) == []
    assert await attempts.listed(most=1) == [one]
