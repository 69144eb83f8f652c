"""`estimates accepted`: a table for people, CSV for spreadsheets."""

import csv
from collections.abc import Sequence
from typing import Final, TextIO

from rich.table import Table
from rich.text import Text

from adapters.ledger.acceptance_rows import Acceptance
from gateway.commands.payments_table import inert

COLUMNS: Final = (
    "id",
    "confirmation",
    "state",
    "estimate",
    "job",
    "customer",
    "signer",
    "total",
    "currency",
    "deposit_payment",
    "accepted",
)


def table(found: Sequence[Acceptance]) -> Table:
    """Return a row for every acceptance."""
    shown = Table(*(name.replace("_", " ").capitalize() for name in COLUMNS))
    for acceptance in found:
        shown.add_row(*map(Text, _cells(acceptance)))
    return shown


def write_csv(found: Sequence[Acceptance], file: TextIO) -> None:
    """Write the columns' names and a row each; no cell is a spreadsheet's formula."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([inert(cell) for cell in _cells(acceptance)] for acceptance in found)


def _cells(acceptance: Acceptance) -> tuple[str, ...]:
    given = acceptance.given
    return (
        str(acceptance.id),
        acceptance.confirmation,
        acceptance.state.value,
        str(given.estimate),
        given.proposal_number or "",
        "" if given.customer is None else str(given.customer),
        given.signer,
        str(given.total),
        given.currency,
        "" if acceptance.deposit is None else str(acceptance.deposit),
        acceptance.accepted_at.isoformat(timespec="seconds"),
    )
