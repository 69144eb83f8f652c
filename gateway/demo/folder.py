"""The demo's folder: its ledger with visits in it, its policy, its settings; gone when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.ledger.ledger import Ledger
from adapters.ledger.visit_file import read_visit_file

POLICY, ENVIRONMENT = "demo.toml", "demo.env"


def ledger_url(folder: Path) -> str:
    """Return the address of the ledger in this folder."""
    return f"sqlite+aiosqlite:///{folder / 'ledger.db'}"


@asynccontextmanager
async def demo_folder(visits: str, policy: str) -> AsyncIterator[Path]:
    """Give a folder with a ledger that has these visits, and with this policy file."""
    with TemporaryDirectory(prefix="portal-gateway-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        ledger = Ledger(ledger_url(folder))
        try:
            await ledger.open()
            await ledger.import_visits(read_visit_file(visits.splitlines()))
        finally:
            await ledger.aclose()
        (folder / POLICY).write_text(policy, "utf-8")
        yield folder
