"""PA-26: ten thousand payments worked out in decimals are what they are in whole cents."""

from decimal import Decimal

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.ledger.attempt_rows import AttemptKind, NewAttempt, Split, row_of
from adapters.ledger.audit import By
from adapters.ledger.minor_units import from_minor, to_minor
from adapters.payments.stripe_amounts import from_units, to_units
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.model import InvoiceId
from resolvers.payable import Owed, parts_of, total_of
from schema.scalars import money_of, money_text
from tests.ledger.paying import NOON

CASES = 10_000
LARGEST = 99_999_999_99
BALANCES = st.lists(st.integers(1, LARGEST), min_size=1, max_size=8)
ENCODER = msgspec.json.Encoder(decimal_format="number")


def owed(at: int, cents: int) -> Owed:
    """Return an invoice with this balance, read from ServiceTitan's own JSON."""
    told = f'{{"id": {at}, "balance": {cents // 100}.{cents % 100:02d}}}'.encode()
    row = msgspec.json.decode(told, type=Invoice)
    assert row.id == InvoiceId(at)
    return Owed(row)


def attempt(owed_on: list[Owed], amount: Decimal) -> NewAttempt:
    """Return the payment of so much of these."""
    parts = parts_of(owed_on, amount)
    return NewAttempt(
        principal="pat",
        by=By("pat@example.com", "request", NOON),
        kind=AttemptKind.INVOICES,
        customer=1,
        payer=None,
        key="key",
        request_hash="x",
        currency="USD",
        amount=amount,
        splits=tuple(Split(row.id, str(row.id), part, row.balance) for row, part in parts),
        processor="sandbox",
        method_kind="CARD",
        method_label="Visa",
    )


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(BALANCES, st.data())
def test_pa26_no_cent_is_lost_and_none_is_made(balances: list[int], data: st.DataObject) -> None:
    all_owed = [owed(at, cents) for at, cents in enumerate(balances, 1)]
    whole = sum(balances)
    paid = data.draw(st.integers(1, whole)) if len(balances) == 1 else whole
    assert to_minor(total_of(all_owed), "USD") == whole
    amount = money_of(f"{paid // 100}.{paid % 100:02d}")
    new = attempt(all_owed, amount)
    cents = [to_minor(split.amount, "USD") for split in new.splits]
    assert cents == ([paid] if len(balances) == 1 else balances)
    assert sum(cents) == row_of(new)["amount"] == to_units(new.amount, "USD") == paid
    for told in (from_minor(paid, "USD"), from_units(paid, "USD"), new.amount):
        text = money_text(told)
        assert text == f"{paid // 100}.{paid % 100:02d}"
        assert money_of(text) == amount
    wire = ENCODER.encode({"amount": new.amount})
    assert wire == f'{{"amount":{paid // 100}.{paid % 100:02d}}}'.encode()
    assert msgspec.json.decode(wire, type=dict[str, Decimal]) == {"amount": amount}
