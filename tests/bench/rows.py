"""One customer's rows as the client reads them from the sandbox."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
import msgspec

from adapters.sandbox.homes import PEOPLE
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource
from gateway.demo.embedded import settings_for
from gateway.demo.sandbox_process import Credentials
from gateway.settings import Settings
from resolvers.context import whole
from tests.bench.questions import ASKER

M = TypeVar("M", bound=Model)

CUSTOMER = next(person for person in PEOPLE if person.email == ASKER).records["customers"][0]


def settings_over(sandbox_url: str) -> Settings:
    """Return the settings of a gateway over this sandbox."""
    told = httpx.get(f"{sandbox_url}/_sandbox/credentials", trust_env=False)
    return settings_for(msgspec.json.decode(told.content, type=Credentials), "http://127.0.0.1")


@asynccontextmanager
async def client_over(sandbox_url: str) -> AsyncIterator[ServiceTitan]:
    """Open the gateway's client over this sandbox."""
    client = connect(settings_over(sandbox_url).connection())
    try:
        yield client
    finally:
        await client.aclose()


async def every(client: ServiceTitan, resource: Resource[M], by: str, value: int) -> Sequence[M]:
    """Return every row that answers this question; raises UpstreamError."""
    answer = await client.ask(resource, by, [value])
    return tuple(whole(answer.rows[value]))
