"""What may be asked for: amounts that fit together, and nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.ledger.attempt_rows import AttemptKind, NewAttempt, Split
from tests.ledger.paying import GATEWAY, deposit, part, paying


def cents(*amounts: str) -> tuple[Split, ...]:
    return tuple(part(number, amount) for number, amount in enumerate(amounts))


@pytest.mark.parametrize(
    ("amount", "splits", "kind", "estimate"),
    [
        ("1.00", (), AttemptKind.INVOICES, None),
        ("1.01", cents("1.00"), AttemptKind.INVOICES, None),
        ("0.99", cents("1.00"), AttemptKind.INVOICES, None),
        ("0.00", cents("0.00"), AttemptKind.INVOICES, None),
        ("1.00", cents("1.00", "0.00"), AttemptKind.INVOICES, None),
        ("1.00", cents("2.00", "-1.00"), AttemptKind.INVOICES, None),
        ("1.001", cents("1.001"), AttemptKind.INVOICES, None),
        ("NaN", cents("1.00"), AttemptKind.INVOICES, None),
        ("Infinity", cents("Infinity"), AttemptKind.INVOICES, None),
        ("1E+20", cents("1E+20"), AttemptKind.INVOICES, None),
        ("2.00", (part(1, "1.00"), part(1, "1.00")), AttemptKind.INVOICES, None),
        ("1.01", cents(*["0.01"] * 101), AttemptKind.INVOICES, None),
        ("1.00", cents("1.00"), AttemptKind.DEPOSIT, 7),
        ("1.00", (), AttemptKind.DEPOSIT, None),
        ("-1.00", (), AttemptKind.DEPOSIT, 7),
    ],
)
def test_amounts_that_do_not_fit_together_are_no_payment(
    amount: str, splits: tuple[Split, ...], kind: AttemptKind, estimate: int | None
) -> None:
    usual = paying("k", part(1))
    with pytest.raises(ValueError, match=r"payment|amount|deposit"):
        replace(usual, kind=kind, amount=Decimal(amount), splits=splits, estimate=estimate)


def test_a_hundred_invoices_may_be_paid_at_once() -> None:
    assert isinstance(paying("k", *cents(*["0.01"] * 100)), NewAttempt)


def test_nothing_of_a_payer_is_shown_by_accident() -> None:
    new = replace(deposit("k", 7), payer="pat@example.com", authorized_by="Pat Jones", by=GATEWAY)
    assert "pat@" not in repr(new)
    assert "Jones" not in repr(new)
