"""A gateway over a sandbox of 14 July 2026, noon in Chicago, with one wire between them."""

from collections.abc import AsyncIterator

import pytest

from tests.house import House, ready_house
from tests.limitless import any_shape

__all__ = ["any_shape", "house"]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway that is ready, over a fresh sandbox."""
    async with ready_house() as ready:
        yield ready
