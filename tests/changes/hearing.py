"""A house that hears of changes: by events, by feeds, or by both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydantic import SecretStr

from adapters.sandbox.homes import LANDMARKS
from adapters.sandbox.options import WEBHOOK_KEY
from resolvers.policy import Feeds
from tests.house import House, demo_policy, gid, ready_house

T = TypeVar("T")

PAT = "pat@example.com"
URL = "http://gateway/webhooks/servicetitan"
KEYS = {"webhook_keys": (SecretStr(WEBHOOK_KEY),)}
INVOICE = LANDMARKS["open-invoice"][1]
BY_ID = "query($id: ID!) { invoice(id: $id) { balance } }"


@asynccontextmanager
async def hearing_house(every_seconds: float = 3600, **more: Any) -> AsyncIterator[House]:  # noqa: ANN401  # as ready_house
    """Open a house whose sandbox sends it events; its feeds are read this often."""
    policy = demo_policy(feeds=Feeds(every_seconds=every_seconds))
    given: dict[str, Any] = {"webhook_url": URL, "webhook_retries": (0.05,) * 4, "told": KEYS}
    async with ready_house(policy, **(given | more)) as house:
        yield house


async def quietly(house: House, collection: str, of: int, **row: object) -> None:
    """Change a raw row, and have no event sent of it."""
    house.changed = True
    path = f"/_sandbox/records/{collection}/{of}?webhook=false"
    assert (await house.sandbox.put(path, json=row)).is_success


async def balance(house: House, landmark: str = "open-invoice") -> str:
    """Return what is open on an invoice of Pat's."""
    told = await house.data(PAT, BY_ID, id=gid(landmark))
    return str(told["invoice"]["balance"])


async def soon(read: Callable[[], Awaitable[T]], expected: T) -> None:
    """Ask again until that is the answer."""
    async with asyncio.timeout(10):
        while (answer := await read()) != expected:
            assert answer is not None
            await asyncio.sleep(0.01)
