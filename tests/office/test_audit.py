"""`audit`: the trail is walked and told; what was tampered with is named."""

import sqlite3
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from adapters.ledger.audit import Action, Audit, By, Entry
from adapters.ledger.ledger import Ledger
from tests.office.shell import at, run

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)


async def written(entry: Entry, ledger: Ledger) -> None:
    await Audit(ledger).append(entry)


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    for number in (1, 2, 3):
        by = By("staff@example.com", f"request-{number}", NOON, as_whom="pat@example.com")
        entry = by.did(Action.VIEWED_AS, "operation\tTasks", count=number)
        at(address, partial(written, entry))
    return address


def test_a_whole_trail_is_said_to_be_whole(url: str) -> None:
    result = run(url, "audit", "verify")
    head = at(url, lambda ledger: Audit(ledger).verify()).head
    assert (result.exit_code, result.stdout) == (
        0,
        f"3 entries, all as they were written. Seal of the last: {head}\n",
    )


def test_what_was_changed_behind_its_back_is_named(url: str) -> None:
    with sqlite3.connect(url.partition("///")[2]) as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET as_whom = 'nobody@example.com' WHERE id = 2")
    database.close()
    result = run(url, "audit", "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "The trail is not as it was written: entry 2 was changed, or one before it is missing. "
        "The 1 before it are whole.\n"
    )


def test_entries_are_told_a_line_each(url: str) -> None:
    result = run(url, "audit", "list", "--after", "1", "--most", "1")
    assert (result.exit_code, result.stdout) == (
        0,
        (
            "2\t2026-07-14T17:00:00+00:00\tstaff@example.com\tpat@example.com\tstaff.view-as\t"
            'operation Tasks\trequest-2\t{"count": 2}\n'
        ),
    )


def test_without_the_ledger_nothing_is_said_of_it(tmp_path: Path) -> None:
    result = run(f"sqlite+aiosqlite:///{tmp_path}/not/there.db", "audit", "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("Nothing was verified.\n")
