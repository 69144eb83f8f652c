"""ServiceTitan may tell the old balance for a while after it recorded a payment (R34, PA-11)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from adapters.ledger.just_recorded import JUST
from adapters.servicetitan.books import Books, PaymentToRecord
from adapters.servicetitan.invoices import INVOICES
from tests.house import House, gid
from tests.paying.asking import OPEN, OWED, asked, codes, movements, pay, quoted, row_of, wish
from tests.paying.recorded import (
    LEFT,
    ON_ITS_WAY,
    PAID_IN_PART,
    WHOLE,
    house,
    owed,
    part,
    state,
)

__all__ = ["house"]

LISTED = (
    "query($n: Int!) { viewer { invoices(first: $n) { nodes { id balance amountProcessing"
    " job { number } } } } }"
)
PENDING = "query($id: ID!) { invoice(id: $id) { pendingPayments { amount recording } } }"


async def tell(house: House, balance: str) -> None:
    """Have ServiceTitan tell this balance of the open invoice, and nobody hear of it."""
    answer = await house.sandbox.put(
        f"/_sandbox/records/invoices/{row_of(OPEN)}?webhook=false", json={"balance": balance}
    )
    assert answer.is_success


@pytest.fixture
def slow(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have ServiceTitan tell the old balance after it has recorded a payment."""
    record = Books.record_payment

    async def recorded(self: Books, new: PaymentToRecord) -> int:
        before = (await house.sandbox.get(f"/_sandbox/records/invoices/{row_of(OPEN)}")).json()
        of = await record(self, new)
        await tell(house, before["balance"])
        return of

    monkeypatch.setattr(Books, "record_payment", recorded)
    return iter(())


async def forgotten(house: House, **later: float) -> None:
    """Let so much time pass, and forget what was read of the invoice."""
    house.moment.now += timedelta(**later)
    assert isinstance(house.app, Starlette)
    await house.app.state.doors.records.forget(INVOICES, [row_of(OPEN)])


@pytest.mark.usefixtures("slow")
async def test_what_was_recorded_is_not_owed_though_the_old_balance_is_told(house: House) -> None:
    paid = await pay(house, part())
    assert await state(house) == "RECORDED"
    (told,) = paid["invoices"]
    assert (told["balance"], told["amountProcessing"]) == (LEFT, "100.00")
    assert await owed(house) == ON_ITS_WAY
    (pending,) = (await asked(house, PENDING, id=gid(OPEN)))["pendingPayments"]
    assert pending == {"amount": "100.00", "recording": "RECORDED"}
    assert (await quoted(house, OPEN))["total"] == LEFT
    again = wish(OPEN, idempotencyKey="key 2")
    assert await codes(house, again) == ["BALANCE_CHANGED"]
    assert await movements(house) == [("CHARGE", "100.00")]
    await tell(house, LEFT)
    await forgotten(house)
    assert await owed(house) == PAID_IN_PART
    assert (await asked(house, PENDING, id=gid(OPEN)))["pendingPayments"] == []


async def listed(house: House, sizes: range) -> set[tuple[str, str]]:
    """Return what lists tell of it, each asked otherwise: its balance, and what is on its way."""
    told = [await asked(house, LISTED, n=n) for n in sizes]
    rows = [row for viewer in told for row in viewer["invoices"]["nodes"]]
    return {(row["balance"], row["amountProcessing"]) for row in rows if row["id"] == gid(OPEN)}


@pytest.mark.usefixtures("slow")
async def test_lists_tell_the_same_of_it_however_often_they_are_asked(house: House) -> None:
    await pay(house, part())
    assert await listed(house, range(50, 56)) == {(LEFT, "100.00")}
    await tell(house, LEFT)
    await forgotten(house)
    assert await listed(house, range(60, 66)) == {(LEFT, "0.00")}


@pytest.mark.usefixtures("slow")
async def test_lists_believe_servicetitan_after_a_while_though_no_row_is_another(
    house: House,
) -> None:
    await pay(house, part())
    assert await listed(house, range(50, 56)) == {(LEFT, "100.00")}
    house.moment.now += JUST + timedelta(seconds=1)
    assert await listed(house, range(60, 66)) == {(OWED[OPEN], "0.00")}


@pytest.mark.usefixtures("slow")
async def test_the_whole_of_it_cannot_be_paid_once_more(house: House) -> None:
    await pay(house, wish(OPEN))
    for seconds in (0, JUST.total_seconds() - 1):
        await forgotten(house, seconds=seconds)
        assert await owed(house) == ("0.00", OWED[OPEN], False)
        again = wish(OPEN, idempotencyKey=f"key {seconds}")
        assert await codes(house, again) == ["PAYMENT_IN_PROGRESS"]
    assert await movements(house) == [("CHARGE", OWED[OPEN])]


@pytest.mark.usefixtures("slow")
async def test_servicetitan_is_believed_after_a_while(house: House) -> None:
    await pay(house, part())
    await forgotten(house, seconds=JUST.total_seconds() - 2)
    assert await owed(house) == ON_ITS_WAY
    await forgotten(house, seconds=3)
    assert await owed(house) == WHOLE


async def test_what_the_office_adds_meanwhile_is_owed_at_the_latest_then(house: House) -> None:
    await pay(house, part())
    assert await owed(house) == PAID_IN_PART
    await tell(house, "386.50")
    await forgotten(house)
    assert await owed(house) == ("286.50", "100.00", True)
    await forgotten(house, seconds=JUST.total_seconds() + 1)
    assert await owed(house) == ("386.50", "0.00", True)


@pytest.mark.usefixtures("slow")
async def test_two_payments_one_after_the_other_are_both_taken_off(house: House) -> None:
    await pay(house, part())
    more = wish(OPEN, total=LEFT, amount="36.50", idempotencyKey="key 2")
    assert (await pay(house, more))["userErrors"] == []
    for balance, left in (("436.50", "136.50"), ("336.50", "36.50"), ("300.00", "0.00")):
        await tell(house, balance)
        await forgotten(house)
        assert (await owed(house))[:2] == ("300.00", left)
