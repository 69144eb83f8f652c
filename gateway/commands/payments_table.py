"""`payments list` and `payments show`: a table for people, CSV for spreadsheets, a story."""

import csv
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TextIO

from rich.table import Table
from rich.text import Text

from adapters.ledger.attempt_rows import Attempt, Step
from gateway.commands.payment_words import (
    age_of,
    amount_of,
    is_for_office,
    next_of,
    paid_for,
    sent_back_of,
)

COLUMNS: Final = (
    "id",
    "confirmation",
    "state",
    "amount",
    "currency",
    "customer",
    "for",
    "method",
    "processor",
    "reference",
    "servicetitan_payment",
    "begun",
    "charged",
    "sent_back",
    "office",
)
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(attempts: Sequence[Attempt], now: datetime) -> Table:
    """Return a row for every payment."""
    found = Table("Payment", "Confirmation", "State", "Age", "Customer", "For", "Method")
    found.add_column("Amount", justify="right")
    found.add_column("Sent back", justify="right")
    for attempt in attempts:
        cells = (
            str(attempt.id),
            attempt.confirmation,
            attempt.state.value,
            age_of(attempt.created_at, now),
            str(attempt.customer),
            paid_for(attempt),
            attempt.method_label,
            amount_of(attempt),
            sent_back_of(attempt),
        )
        found.add_row(*map(Text, cells))
    return found


def write_csv(attempts: Sequence[Attempt], file: TextIO) -> None:
    """Write the columns' names and a row for every payment; no cell is a spreadsheet's formula."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([inert(cell) for cell in _cells(attempt)] for attempt in attempts)


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet calculates: what begins as a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell


def story(attempt: Attempt, steps: Sequence[Step], authorization: str | None) -> list[str]:
    """Tell all there is to tell of a payment, a line each: what it is, every step, what is next."""
    facts = (
        ("Payment", f"{attempt.id}, confirmation {attempt.confirmation}"),
        ("Amount", amount_of(attempt)),
        ("Sent back", sent_back_of(attempt)),
        ("For", paid_for(attempt)),
        ("Customer", str(attempt.customer)),
        ("Method", f"{attempt.method_label} ({attempt.method_kind})"),
        ("Processor", f"{attempt.processor} {attempt.processor_ref or ''}".strip()),
        ("Begun by", attempt.actor),
        ("Authorized", _authorization(attempt)),
        ("Text agreed to", authorization or ""),
        ("In ServiceTitan", _spelled(attempt.servicetitan_payment_id)),
        ("Failure", attempt.failure or attempt.failure_code or ""),
    )
    told = [f"{name}: {_plain(fact)}" for name, fact in facts if fact]
    moves = [f"{_second(step.at)}  {step.state.value}  {_plain(step.told)}" for step in steps]
    return [*told, "", *(move.rstrip() for move in moves), "", next_of(attempt)]


def _cells(attempt: Attempt) -> tuple[str, ...]:
    return (
        str(attempt.id),
        attempt.confirmation,
        attempt.state.value,
        str(attempt.amount),
        attempt.currency,
        str(attempt.customer),
        paid_for(attempt),
        attempt.method_label,
        attempt.processor,
        attempt.processor_ref or "",
        _spelled(attempt.servicetitan_payment_id),
        _second(attempt.created_at),
        "" if attempt.charged_at is None else _second(attempt.charged_at),
        "" if not attempt.sent_back else str(attempt.sent_back),
        next_of(attempt) if is_for_office(attempt) else "",
    )


def _authorization(attempt: Attempt) -> str:
    if attempt.authorization_version is None:
        return ""
    return f"{attempt.authorized_by}, version {attempt.authorization_version} of the text"


def _spelled(number: int | None) -> str:
    return "" if number is None else str(number)


def _second(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _plain(text: str) -> str:
    """Return it without what would move a terminal's cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
