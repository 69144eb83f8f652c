"""How documents word money, days, quantities and addresses: American English."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from adapters.servicetitan.addresses import Address

_CENT = Decimal("0.01")
_FINEST = Decimal("0.0001")
_SIGNS = {"USD": "$", "CAD": "$", "AUD": "$", "NZD": "$", "GBP": "£", "EUR": "€"}
_HOME = {"us", "usa", "united states"}


def money(amount: Decimal, currency: str) -> str:
    """Return the amount as people write it, such as $1,234.50; a zero has no sign."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    sign = _SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    minus = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{minus}{sign}{abs(cents):,}"


def day(told: date | None) -> str | None:
    """Return a day as people write it, such as July 4, 2026."""
    return None if told is None else f"{told:%B} {told.day}, {told.year}"


def moment(told: datetime) -> str:
    """Return a moment as people write it, such as July 4, 2026 at 9:05 AM CDT, in its own zone."""
    hour = told.hour % 12 or 12
    return f"{day(told.date())} at {hour}:{told:%M %p %Z}".strip()


def quantity(told: Decimal) -> str:
    """Return a quantity without needless zeros, to four decimals."""
    return f"{told.quantize(_FINEST, ROUND_HALF_UP).normalize():,f}"


def address_lines(address: Address | None) -> tuple[str, ...]:
    """Return an address by lines, as an envelope has it; the country only from abroad."""
    if address is None:
        return ()
    street = _joined(", ", (address.street, address.unit))
    region = _joined(" ", (address.state, address.zip))
    country = address.country if (address.country or "").casefold() not in _HOME else None
    return tuple(line for line in (street, _joined(", ", (address.city, region)), country) if line)


def _joined(by: str, parts: Sequence[str | None]) -> str:
    return by.join(part for part in parts if part)
