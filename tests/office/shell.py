"""The shell of somebody at the office: commands in this process, over a ledger they can look at."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.testing import CliRunner, Result

from adapters.ledger.audit import Audit
from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import (
    DIRECTORY_CONTACTS,
    DIRECTORY_CUSTOMERS,
    DIRECTORY_LOCATIONS,
    RIGHTS,
)
from gateway.cli import app

T = TypeVar("T")

CUSTOMERS: tuple[dict[str, Any], ...] = (
    {"id": 1, "name": "Pat [bold]Jones", "active": True, "merged_to_id": None},
    {"id": 2, "name": "Beta Homes", "active": True, "merged_to_id": None},
    {"id": 3, "name": "Old Pat", "active": True, "merged_to_id": 1},
)
LOCATIONS: tuple[dict[str, Any], ...] = (
    {"id": 10, "customer_id": 1, "name": "Home", "active": True, "merged_to_id": None},
    {"id": 11, "customer_id": 1, "name": "Cabin", "active": True, "merged_to_id": None},
    {"id": 20, "customer_id": 2, "name": "Office", "active": True, "merged_to_id": None},
)
CONTACTS: tuple[dict[str, Any], ...] = (
    {"kind": "customer", "id": 100, "owner_id": 1, "email": "pat@example.com"},
    {"kind": "customer", "id": 101, "owner_id": 3, "email": "pat@example.com"},
    {"kind": "location", "id": 102, "owner_id": 20, "email": "pat@example.com"},
)


def at(url: str, work: Callable[[Ledger], Awaitable[T]]) -> T:
    """Do this work at the ledger, as another process would."""

    async def done() -> T:
        ledger = Ledger(url)
        await ledger.open()
        try:
            return await work(ledger)
        finally:
            await ledger.aclose()

    return asyncio.run(done())


def read_directory(url: str) -> None:
    """Let the directory be as though its feeds had been read."""

    async def fill(connection: AsyncConnection) -> None:
        customers = [{**row, "type": "Residential"} for row in CUSTOMERS]
        await connection.execute(insert(DIRECTORY_CUSTOMERS), customers)
        await connection.execute(insert(DIRECTORY_LOCATIONS), list(LOCATIONS))
        await connection.execute(insert(DIRECTORY_CONTACTS), list(CONTACTS))
        await connection.execute(update(RIGHTS).values(directory_read_at=datetime.now(UTC)))

    at(url, lambda ledger: ledger.write(fill))


def trail(url: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what the audit trail tells: who, of what, and which details."""
    entries = at(url, lambda ledger: Audit(ledger).read())
    return [
        (entry.actor.partition(" (")[0], f"{entry.action.value} {entry.subject}", {**entry.details})
        for _, entry in entries
    ]


def run(url: str, *arguments: str, **environ: str) -> Result:
    """Run a command; what it says goes to two ends."""
    env = {"PORTAL_DATABASE_URL": url, **environ}
    return CliRunner().invoke(app, arguments, env=env, catch_exceptions=False)
