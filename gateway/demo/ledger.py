"""The demo's ledger: a database of its own for as long as the demo runs, with visits in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.ledger.ledger import Ledger
from adapters.ledger.visit_file import read_visit_file


@asynccontextmanager
async def demo_ledger(visits: str) -> AsyncIterator[str]:
    """Give the address of a ledger that has these visits; it is gone when the block ends."""
    with TemporaryDirectory(prefix="portal-gateway-", ignore_cleanup_errors=True) as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'ledger.db'}"
        ledger = Ledger(url)
        try:
            await ledger.open()
            await ledger.import_visits(read_visit_file(visits.splitlines()))
        finally:
            await ledger.aclose()
        yield url
