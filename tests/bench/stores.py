"""Where a run's gateways keep things: a file of their own, or a database that workers share."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import make_url

from tests.databases import SERVER, on_server


@contextmanager
def ledger_file() -> Iterator[str]:
    """Give the address of a ledger in a file, as `serve` has it where nothing else is told."""
    with TemporaryDirectory() as folder:
        yield f"sqlite+aiosqlite:///{Path(folder) / 'ledger.db'}"


@asynccontextmanager
async def postgresql() -> AsyncIterator[str | None]:
    """A database of its own on the server of the tests, None where that does not answer."""
    name = f"portal_gateway_{uuid4().hex}"
    try:
        await on_server(f"CREATE DATABASE {name}")
    except OSError:
        yield None
        return
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")
