"""`visits import`: a file of agreement visits into the ledger, all of it or nothing."""

import asyncio
from pathlib import Path

from rich.console import Console

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.planned_visits import Imported, VisitRow
from adapters.ledger.visit_file import read_visit_file
from adapters.ledger.visit_rows import Progress as Told
from gateway.commands.bars import bar


class ImportFailed(Exception):  # noqa: N818  # what a person is told
    """Nothing was imported; the message says why."""


def visits_in(path: Path) -> list[VisitRow]:
    """Read a file in UTF-8, with or without a mark at its start; raises BadFile."""
    with path.open("rb") as lines:
        return read_visit_file(line.decode("utf-8-sig") for line in lines)


def import_visits(database_url: str, rows: list[VisitRow], console: Console) -> Imported:
    """Write the visits down; raises ImportFailed where the ledger does not take them."""
    with bar(console, "Visits", len(rows)) as shown:
        task = shown.add_task("visits", total=len(rows))
        return asyncio.run(_import(database_url, rows, lambda done: shown.advance(task, done)))


async def _import(database_url: str, rows: list[VisitRow], progress: Told) -> Imported:
    ledger = Ledger(database_url)
    try:
        await ledger.open()
        return await ledger.import_visits(rows, progress)
    except LedgerUnavailable as error:
        raise ImportFailed(f"{ledger.trouble()} Nothing was imported.") from error
    finally:
        await ledger.aclose()


def summary(done: Imported) -> str:
    """Say what an import came to, in one line."""
    return (
        f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged: "
        f"{done.total} visits in all."
    )
