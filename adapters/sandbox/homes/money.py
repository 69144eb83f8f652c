"""Amounts in whole cents, and the two ways ServiceTitan writes them."""


def text(cents: int) -> str:
    """Return the amount as invoices and payments carry it: a string with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def number(cents: int) -> float:
    """Return the amount as every other record carries it: a JSON number."""
    return cents / 100


def cents(amount: str) -> int:
    """Return the whole cents of an amount written by `text`, or with more decimals of zero."""
    whole, _, fraction = amount.lstrip("-").partition(".")
    value = int(whole) * 100 + int(fraction.ljust(2, "0")[:2])
    return -value if amount.startswith("-") else value


def quantity(count: int) -> str:
    """Return a quantity as invoice items carry it: a string with nineteen decimals."""
    return f"{count}.{'0' * 19}"
