"""The Redis that tests use where it runs: each test under a name of its own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@asynccontextmanager
async def a_name(*prefixes: str) -> AsyncIterator[str]:
    """Give a number that nobody else uses; forget what stands under it with these prefixes."""
    redis: Redis = Redis.from_url(URL)
    name = str(uuid4().int)
    try:
        await redis.ping()
    except (RedisError, OSError):
        await redis.aclose()
        pytest.skip(f"no Redis at {URL}: start one with `redis-server`")
    try:
        yield name
    finally:
        await redis.delete(*(f"{prefix}{name}" for prefix in prefixes))
        await redis.aclose()
