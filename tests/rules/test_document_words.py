"""How documents word money, quantities, days and addresses; R39's own rule."""

from datetime import date
from decimal import Decimal

import pytest

from adapters.documents import wording
from adapters.servicetitan.addresses import Address
from resolvers.estimate_papers import has_template
from resolvers.policy import Documents
from resolvers.verdict import Refusal


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("1234.5", "USD", "$1,234.50"),
        ("0", "USD", "$0.00"),
        ("-0.001", "USD", "$0.00"),
        ("-50", "USD", "\N{MINUS SIGN}$50.00"),
        ("0.005", "USD", "$0.01"),
        ("1234567.89", "GBP", "£1,234,567.89"),
        ("5", "CHF", "CHF\N{NO-BREAK SPACE}5.00"),
    ],
)
def test_money(amount: str, currency: str, told: str) -> None:
    assert wording.money(Decimal(amount), currency) == told


@pytest.mark.parametrize(
    ("quantity", "told"),
    [
        ("1.0000000000000000000", "1"),
        ("100", "100"),
        ("1200", "1,200"),
        ("0.5", "0.5"),
        ("0.3333333333333333333", "0.3333"),
        ("0", "0"),
    ],
)
def test_quantities(quantity: str, told: str) -> None:
    assert wording.quantity(Decimal(quantity)) == told


def test_days() -> None:
    assert wording.day(date(2026, 7, 4)) == "July 4, 2026"
    assert wording.day(None) is None


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            Address(street="1 Main St", unit="Apt 2", city="Elgin", state="IL", zip="60120"),
            ("1 Main St, Apt 2", "Elgin, IL 60120"),
        ),
        (Address(city="Elgin", country="USA"), ("Elgin",)),
        (Address(street="1 Rue", city="Laval", country="Canada"), ("1 Rue", "Laval", "Canada")),
        (Address(state="IL"), ("IL",)),
        (Address(), ()),
        (None, ()),
    ],
)
def test_addresses(address: Address | None, lines: tuple[str, ...]) -> None:
    assert wording.address_lines(address) == lines


def test_r39_the_built_in_template_is_the_tenants_unless_it_wants_none() -> None:
    assert has_template(Documents()) is True
    assert has_template(Documents(estimates=False)) == Refusal(
        "R39", "The tenant has no template for estimates."
    )
