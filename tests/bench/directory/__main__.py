"""Measures the directory in a process of its own: in SQLite, and in PostgreSQL where it answers."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.logs import configure_logging
from tests.bench.directory.feed import town_of
from tests.bench.directory.measuring import measure
from tests.bench.obeying import hear, tell
from tests.bench.results import Directory
from tests.bench.stores import postgresql
from tests.bench.wishes import Mirror


async def _measured(wish: Mirror) -> list[Directory]:
    town = town_of(wish.contacts)
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'ledger.db'}"
        found = [await measure("SQLite", url, town, wish.lookups)]
    async with postgresql() as address:
        if address is not None:
            found.append(await measure("PostgreSQL", address, town, wish.lookups))
    return found


def main() -> None:
    """Measure once."""
    wish = hear(Mirror)
    if wish is None:
        return
    configure_logging("warning")
    tell([*asyncio.run(_measured(wish))])


if __name__ == "__main__":
    main()
