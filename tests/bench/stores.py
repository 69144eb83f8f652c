"""What several workers share, where the machine has it: a database and a Redis of the run's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import make_url

from tests.databases import SERVER, on_server


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
