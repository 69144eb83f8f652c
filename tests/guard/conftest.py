"""A gateway over a sandbox, as the screens have it."""

from collections.abc import AsyncIterator

import pytest

from tests.house import House, ready_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway that is ready, over a fresh sandbox, whose viewers may ask without end."""
    async with ready_house() as ready:
        yield ready
