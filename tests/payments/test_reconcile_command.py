"""`portal-gateway payments reconcile`: what is due is gone on with, and told in a sentence."""

import asyncio
import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.ledger.attempts import Attempts
from adapters.ledger.ledger import Ledger
from gateway.cli import app
from tests.fleet.running import ENVIRONMENT
from tests.payments.world import BEGAN, new_attempt


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger's file that the environment names; nobody answers anywhere."""
    policy = tmp_path / "policy.toml"
    policy.write_text('[tenant]\ntime_zone = "America/Chicago"\n')
    told = {
        "PORTAL_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/ledger.db",
        "PORTAL_POLICY_FILE": str(policy),
    }
    for name, value in (
        {k: v for k, v in ENVIRONMENT.items() if "METRICS" not in k} | told
    ).items():
        monkeypatch.setenv(name, value)
    assert "PORTAL_PAYMENT_PROCESSOR" not in os.environ
    return tmp_path / "ledger.db"


def reconciled() -> str:
    """Run the command; return its sentence."""
    result = CliRunner().invoke(app, ["payments", "reconcile"])
    assert result.exit_code == 0, result.output
    return result.stdout


def begun(file: Path, keys: list[str]) -> None:
    """Begin so many payments, and leave them a long time ago."""

    async def begin() -> None:
        ledger = Ledger(f"sqlite+aiosqlite:///{file}")
        await ledger.open()
        attempts = Attempts(ledger)
        for of, key in enumerate(keys):
            new = new_attempt(key, 3, {of + 1: Decimal(5)}, "told", BEGAN)
            await attempts.begin(new, BEGAN, 60)
        await ledger.aclose()

    asyncio.run(begin())


def states(file: Path) -> list[str]:
    """Return the state of each attempt."""
    with closing(sqlite3.connect(file)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM payment_attempts")]


def test_nothing_waits(file: Path) -> None:
    del file
    assert reconciled() == "Nothing waits to be gone on with.\n"


def test_what_a_crash_left_is_brought_to_its_end(file: Path) -> None:
    begun(file, ["a", "b"])
    told = "2 payments were due, 2 came to an end: 2 REFUSED.\n"
    assert reconciled() == told
    assert states(file) == ["REFUSED", "REFUSED"]
    assert reconciled() == "Nothing waits to be gone on with.\n"


def test_without_its_processor_a_payment_is_left_as_it_is(file: Path) -> None:
    begun(file, ["a"])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE payment_attempts SET state = 'UNKNOWN', processor_ref = 'ref'")
    assert reconciled() == "1 payment was due, 0 came to an end: 1 UNKNOWN.\n"
