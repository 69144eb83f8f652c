"""What staff type: emails and numbers, before anybody is asked about them."""

from adapters.ledger.emails import folded

_LONGEST_EMAIL = 254
_LONGEST_NUMBER = 64


def as_email(told: str) -> str | None:
    """Read an email as it is compared (R11); None where nobody can have it."""
    email = folded(told)
    name, at, host = email.rpartition("@")
    is_one = bool(name and at and host) and " " not in email and email.isprintable()
    return email if is_one and len(email) <= _LONGEST_EMAIL else None


def as_number(told: str) -> str | None:
    """Read a number as the office writes it; None where no record can bear it."""
    number = told.strip()
    return number if 0 < len(number) <= _LONGEST_NUMBER and number.isprintable() else None
