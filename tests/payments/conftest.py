"""Each test of a processor is asked of both of them."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.payments.shops import Shop, sandbox_shop, stripe_shop

OPENED: dict[str, Callable[[], Shop]] = {"sandbox": sandbox_shop, "stripe": stripe_shop}


@pytest.fixture(params=sorted(OPENED))
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """A processor with nothing in it yet."""
    opened = OPENED[request.param]()
    yield opened
    await opened.aclose()
