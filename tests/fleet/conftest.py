"""A database of its own, where PostgreSQL answers, and what a fleet shares."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import bare_postgresql as postgresql
from tests.own_redis import HOW, redis_running

__all__ = ["postgresql"]


@pytest.fixture
async def environment(postgresql: str) -> AsyncIterator[dict[str, str]]:
    """What makes a fleet of several workers."""
    async with redis_running() as redis:
        if redis is None:
            pytest.skip(HOW)
        yield {"PORTAL_REDIS_URL": redis.url, "PORTAL_DATABASE_URL": postgresql}
