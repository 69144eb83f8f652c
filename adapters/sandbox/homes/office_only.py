"""What only the office may read: every such field of a seeded row holds one of these marks."""

from typing import Final

TEXT: Final = "OFFICE ONLY"
MONEY: Final = 98765.43
MONEY_TEXT: Final = "98765.43"
NUMBER: Final = 987654321

OFFICE_ONLY: Final = (TEXT, MONEY_TEXT, str(NUMBER))
"""Strings that must never stand in anything a customer is shown (R69, R73, R81)."""


def remark(about: str) -> str:
    """Return an internal remark about something, marked as such."""
    return f"{TEXT}: {about}"
