"""A house that takes payments, in parts too, through the sandbox's processor."""

from collections.abc import AsyncIterator

import pytest

from tests.house import House, demo_policy, ready_house
from tests.paying.asking import PARTS, SITE


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway that is ready, over a fresh sandbox."""
    async with ready_house(demo_policy(payments=PARTS), told={"site_url": SITE}) as ready:
        yield ready
