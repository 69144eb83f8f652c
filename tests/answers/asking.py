"""A house whose answers are watched: what is asked side by side, and how each is answered."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import httpx
from starlette.applications import Starlette

from adapters.servicetitan.resource import Resource
from tests.house import HOME, House
from tests.staff import SET_LEVEL, staff_data, staffed_house

PAT, RILEY, MORGAN = "pat@example.com", "riley@example.com", "morgan@example.com"
INVOICES: Final = "{ viewer { invoices(first: 20) { nodes { number balance } } } }"
SLOW_MS: Final = 300
KEEPING: Final = {"keep_answers": "on"}
ALONE: Final = {"keep_answers": "off"}


@dataclass
class Desk:
    """A house, and how its operations came to their answers since somebody looked."""

    house: House
    before: Counter[str] = field(default_factory=Counter)

    async def hows(self) -> dict[str, int]:
        """Return how often operations came to their answers how, since this was last asked."""
        (told,) = (f for f in await self.house.metrics() if f.name == "portal_gateway_answers")
        now = Counter({of.labels["how"]: int(of.value) for of in told.samples})
        since, self.before = now - self.before, now
        return dict(since)

    async def post(
        self,
        token: str,
        query: str,
        variables: Mapping[str, object] | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        """Ask with this token."""
        told = {"authorization": f"Bearer {token}", **headers}
        body = {"query": query, "variables": variables}
        return await self.house.gateway.post("/graphql", json=body, headers=told)

    async def another_token(self, email: str) -> str:
        """Return a token of its own for this email."""
        told = await self.house.sandbox.post("/_sandbox/token", json={"email": email})
        return str(told.json()["accessToken"])

    async def slowly(self, *asks: Any) -> list[Any]:  # noqa: ANN401  # coroutines, and what they give
        """Wait for all of these, asked side by side while ServiceTitan is slow."""
        await self.house.fault("/invoices$", times=100, latencyMs=SLOW_MS)
        answers = await asyncio.gather(*asks)
        await self.house.sandbox.delete("/_sandbox/faults")
        return answers

    async def set_level(self, email: str, level: str) -> None:
        """Have staff give this email this level at Pat's home."""
        told = {"email": email, "customerNumber": str(HOME), "level": level}
        done = await staff_data(self.house, SET_LEVEL, input=told)
        assert done["setAccessLevel"]["userErrors"] == []

    async def forgets(self, resource: Resource[Any], of: int) -> None:
        """Have the gateway forget a record."""
        assert isinstance(self.house.app, Starlette)
        await self.house.app.state.doors.records.forget(resource, [of])

    async def is_under_way(self) -> None:
        """Wait until ServiceTitan was asked for something."""
        async with asyncio.timeout(10):
            while not (await self.house.sandbox.get("/_sandbox/calls")).json()["calls"]:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.005)


@asynccontextmanager
async def open_desk(*known: str, **options: Any) -> AsyncIterator[Desk]:  # noqa: ANN401  # as open_house
    """Open a house in which these have asked before; nothing of their records is remembered yet."""
    async with staffed_house(**options) as house:
        desk = Desk(house)
        for email in known:
            await house.viewer(email, "email")
        await desk.hows()
        await house.calls()
        yield desk


def numbers(told: Any) -> Sequence[str]:  # noqa: ANN401  # JSON
    """Return the numbers of the invoices in an answer."""
    return [row["number"] for row in told["data"]["viewer"]["invoices"]["nodes"]]
