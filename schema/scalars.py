"""Money, days, instants, rich text and addresses on the web, as strings with one spelling each."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Money = NewType("Money", Decimal)
Day = NewType("Day", date)
Instant = NewType("Instant", datetime)
RichText = NewType("RichText", str)
URL = NewType("URL", str)

_CENT = Decimal("0.01")


def money_text(amount: Decimal) -> str:
    """Return the amount with exactly two fraction digits; a zero has no sign."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    return str(abs(cents) if cents.is_zero() else cents)


def quantity_text(amount: Decimal) -> str:
    """Return a quantity without the zeros that end it: 1.0000000000 is 1."""
    told = f"{amount:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def url_text(address: str) -> str:
    """Return the address; raises ValueError for one that a browser would not ask the web for."""
    if not address.startswith(("https://", "http://")):
        raise ValueError("An address of the web begins with https:// or http://.")
    return address


_WRITTEN = re.compile(r"(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?")


def money_of(told: object) -> Decimal:
    """Return the amount of an argument; raises ValueError for any other spelling of it.

    Digits alone: no sign, exponent, space or separator, and at most two after the point.
    """
    if not isinstance(told, str) or _WRITTEN.fullmatch(told) is None:
        raise ValueError('Write an amount as a string of digits, such as "1234.50".')
    return Decimal(told)


def _refused(_told: object) -> Any:  # noqa: ANN401  # what a scalar of input would be read as
    raise ValueError("No argument of this graph has this type.")


SCALARS: Mapping[object, ScalarDefinition] = {
    Money: strawberry.scalar(
        name="Money",
        description=(
            "Money in the tenant's currency: a decimal string with exactly two fraction digits, "
            'such as "1234.50".'
        ),
        serialize=money_text,
        parse_value=money_of,
    ),
    Day: strawberry.scalar(
        name="Date",
        description='A calendar day in the tenant\'s time zone, ISO 8601, such as "2026-11-22".',
        serialize=date.isoformat,
        parse_value=_refused,
    ),
    Instant: strawberry.scalar(
        name="DateTime",
        description="An instant with its UTC offset, RFC 3339.",
        serialize=datetime.isoformat,
        parse_value=_refused,
    ),
    RichText: strawberry.scalar(
        name="HTML",
        description="Rich text from the office, cleaned to a small safe set of tags.",
        serialize=str,
        parse_value=_refused,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An address on the web, absolute, that begins with https:// or http://.",
        serialize=url_text,
        parse_value=_refused,
    ),
}
