"""A ledger in each kind of database: SQLite in a file and in memory, and a real PostgreSQL.

A folder's conftest.py takes these fixtures in by importing them.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from adapters.ledger.ledger import Ledger

SERVER = os.environ.get(
    "TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
)
HOW = (
    "PostgreSQL does not answer at 127.0.0.1:5432. Start one: docker run -p 5432:5432 "
    "-e POSTGRES_HOST_AUTH_METHOD=trust postgres:17, or name one in TEST_POSTGRES_URL."
)


async def on_server(command: str) -> None:
    """Tell the server to do this; raises OSError where none answers."""
    engine = create_async_engine(SERVER, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(command))
    await engine.dispose()


@asynccontextmanager
async def made_on_server(template: str = "template1") -> AsyncIterator[str]:
    """Make a database of its own as this one is, and drop it afterwards; tells its name."""
    name = f"portal_gateway_{uuid4().hex}"
    try:
        await on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    except OSError:
        pytest.skip(HOW)
    try:
        yield name
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def migrated_on_server() -> AsyncIterator[str]:
    """Make a database with the tables of today, which others can be made as; tells its name."""
    async with made_on_server() as name:
        ledger = Ledger(on_server_as(name))
        await ledger.open()
        await ledger.aclose()
        yield name


def on_server_as(name: str) -> str:
    """Return the address of the database of this name."""
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def postgresql(migrated: str) -> AsyncIterator[str]:
    """A database of its own on a real server, its tables there and nothing in them."""
    async with made_on_server(migrated) as name:
        yield on_server_as(name)


@pytest.fixture
async def bare_postgresql() -> AsyncIterator[str]:
    """A database of its own on a real server without a table, for tests of what makes them.

    Such a test takes it in as `postgresql`.
    """
    async with made_on_server() as name:
        yield on_server_as(name)


def for_a_house(url: str) -> str:
    """Return the address of a database that a house may open inside its event loop.

    Where it is told neither password nor encryption, PostgreSQL's driver looks into files first.
    """
    if url.startswith("sqlite"):
        return url
    told = make_url(url).set(password="unasked").update_query_dict({"ssl": "disable"})
    return told.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "memory":
        return "sqlite+aiosqlite://"
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database that several processes may open."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    """An open ledger."""
    ledger = Ledger(url)
    await ledger.open()
    yield ledger
    await ledger.aclose()
