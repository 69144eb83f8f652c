"""A house that is ready, and how its documents are opened."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import httpx
import pytest

from adapters.sandbox.homes import TIME_ZONE
from resolvers.policy import Tenant
from resolvers.signed_addresses import SignedAddresses, Target
from resolvers.viewer import Viewer, ViewerKind
from tests.house import NOON, House, demo_policy, ready_house, settings

HARBOR = Tenant(
    time_zone=TIME_ZONE, business_name="Harbor & Oak Home Services", phone="+1 312 555 0142"
)

Address = Callable[..., str]
Open = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway that is ready, over a fresh sandbox."""
    async with ready_house(demo_policy(tenant=HARBOR)) as ready:
        yield ready


@pytest.fixture
def address() -> Address:
    """Addresses as the gateway makes them, of anything for anybody, at any moment."""

    def made(target: Target, email: str = "pat@example.com", now: datetime = NOON) -> str:
        secret = settings().secret_key.get_secret_value().encode()
        viewer = Viewer(ViewerKind.CUSTOMER, f"key of {email}", email)
        told = SignedAddresses(secret, "http://gateway").to(target, viewer, now)
        assert told is not None
        return told

    return made
