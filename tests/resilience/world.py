"""A whole gateway over neighbours that can be spoilt, and what people and programs ask of it."""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from pydantic import SecretStr
from sqlalchemy import make_url

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.homes import PEOPLE
from adapters.sandbox.options import WEBHOOK_KEY, SandboxOptions
from adapters.sandbox.webhooks import SIGNATURE
from gateway.app import create_app
from gateway.choices import Choices
from gateway.metrics.families import PREFIX
from resolvers.policy import Cache, Payments
from tests.house import NOON, SANDBOX, TODAY, House, Moment, demo_policy, gid, number, settings
from tests.paying.asking import OPEN, PAT, PAY, movements, wish
from tests.paying.recorded import RECORDS, till
from tests.resilience.weather import PLACES, Trouble, Weather, Wire
from tests.staff import PAYMENT_LINK, SETTINGS, staff_data

OTHERS = next(who for who in PEOPLE if who.email == "morgan@example.com").records["invoices"][0]
FRESH_SECONDS = 1
HOLD_SECONDS = 0.1
"""In place of three: for how long what was just forgotten is believed no longer."""
PATIENCE = 1.0
"""Seconds that one question to ServiceTitan may take here."""

HOME = "{ viewer { tasks { count totalDue } invoices(first: 2) { nodes { number balance } } } }"
INVOICE = "query($id: ID!) { invoice(id: $id) { number balance status } }"


@dataclass
class World:
    """A house, and the weather around it."""

    house: House
    weather: Weather
    wires: dict[str, Wire]
    tenant: int
    secret: str
    tries: int = 1

    def spoil(self, neighbour: str, trouble: Trouble) -> None:
        """Let one neighbour be in trouble."""
        if neighbour in PLACES:
            self.weather.place, self.weather.trouble = PLACES[neighbour], trouble
        else:
            self.wires[neighbour].spoil(trouble)

    def clear(self) -> None:
        """Let all be well again."""
        self.weather.trouble = None
        for wire in self.wires.values():
            wire.clear()

    def met(self) -> int:
        """How often was somebody in trouble spoken to?"""
        return self.weather.spoilt + sum(wire.spoilt for wire in self.wires.values())

    async def home(self) -> str:
        """Open the first screen, as somebody who opened it a moment ago."""
        return await self._asked(HOME)

    async def invoice(self) -> str:
        """Open one invoice."""
        return await self._asked(INVOICE, id=gid(OPEN))

    async def pay(self) -> str:
        """Pay that invoice, by the same key for as long as nobody is told that it failed."""
        told = wish(OPEN, idempotencyKey=f"try {self.tries}")
        answer = await self._post(PAY, {"input": told})
        if (failed := _failed(answer)) is not None:
            return failed
        outcome = answer.json()["data"]["payInvoices"]
        if outcome["userErrors"]:
            self.tries += 1
            return str(outcome["userErrors"][0]["code"])
        return str(outcome["payment"]["state"])

    async def link(self) -> str:
        """Open a direct link."""
        body = {"secret": self.secret}
        answer = await self.house.gateway.post("/links/exchange", json=body)
        return "answered" if answer.is_success else str(answer.status_code)

    async def webhook(self) -> str:
        """Be told by ServiceTitan that an invoice of somebody else's changed."""
        body = json.dumps(
            {
                "specversion": "1.0",
                "id": str(uuid4()),
                "type": "tn.acc.invoice-updated",
                "time": "2026-07-14T17:00:00Z",
                "source": "https://webhooks.servicetitan.io",
                "userassignedid": str(uuid4()),
                "datacontenttype": "application/json",
                "data": {"invoice": {"id": OTHERS}, "tenantId": self.tenant, "tenantName": "acme"},
            }
        ).encode()
        signature = hmac.new(WEBHOOK_KEY.encode(), body, "sha256").hexdigest()
        headers = {SIGNATURE: signature}
        answer = await self.house.gateway.post(
            "/webhooks/servicetitan", content=body, headers=headers
        )
        return "answered" if answer.status_code == httpx.codes.ACCEPTED else str(answer.status_code)

    async def charges(self) -> list[tuple[str, str]]:
        """Return the money that moved, once what is due was gone on with."""
        house, to = self.house, till(self.house)
        house.moment.now += timedelta(minutes=20)
        for attempt in await to.attempts.due(house.moment(), 50):
            await to.cashier.finish(attempt)
        return await movements(self.house)

    async def _asked(self, query: str, **variables: object) -> str:
        answer = await self._post(query, variables)
        if (failed := _failed(answer)) is not None:
            return failed
        age = answer.json()["extensions"]["upstream"]["staleSeconds"]
        return "older" if age else "answered"

    async def _post(self, query: str, variables: dict[str, Any]) -> httpx.Response:
        headers = {"authorization": f"Bearer {await self.house.token(PAT)}"}
        body = {"query": query, "variables": variables}
        return await self.house.gateway.post("/graphql", json=body, headers=headers)


ROUTES: dict[str, Callable[[World], Awaitable[str]]] = {
    "home page": World.home,
    "invoice": World.invoice,
    "payment": World.pay,
    "link": World.link,
    "webhook": World.webhook,
}


def _failed(answer: httpx.Response) -> str | None:
    told = answer.json()
    if "errors" not in told:
        return None
    assert re.search(r"INTERNAL", answer.text) is None, answer.text
    return str(told["errors"][0]["extensions"]["code"])


async def _settled(house: House) -> None:
    """Wait until every feed was read once, and what it told of may be remembered again."""
    while True:
        told = {of.name.removeprefix(PREFIX): of.samples for of in await house.metrics()}
        if len(told["feed_lag_seconds"]) == len(told["feed_pages"]) > 0:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(2 * HOLD_SECONDS)


@asynccontextmanager
async def world(database: str, redis: str) -> AsyncIterator[World]:
    """Open it over this PostgreSQL and this Redis, warm: each route but the payment was taken."""
    options = SandboxOptions(public_url=SANDBOX, today=TODAY, homes=2, rate_per_second=100_000)
    onward = httpx.ASGITransport(create_sandbox(options))
    weather = Weather(onward)
    behind = make_url(database)
    wires = {
        "database": Wire("database", (str(behind.host), behind.port or 5432)),
        "Redis": Wire("Redis", ("127.0.0.1", int(urlsplit(redis).port or 6379))),
    }
    policy = demo_policy(
        payments=Payments(**RECORDS),
        cache=Cache(fresh_seconds=FRESH_SECONDS, refreshing_seconds=1, failing_seconds=600),
    )
    async with AsyncExitStack() as stack:
        for wire in wires.values():
            server = await asyncio.start_server(wire.take, "127.0.0.1", 0)
            wire.port = server.sockets[0].getsockname()[1]
            stack.push_async_callback(wire.aclose)
            stack.callback(server.close)
        through = behind.set(host="127.0.0.1", port=wires["database"].port)
        given = settings(
            database_url=SecretStr(through.render_as_string(hide_password=False)),
            redis_url=SecretStr(wires["Redis"].url),
            webhook_keys=(SecretStr(WEBHOOK_KEY),),
            **SETTINGS,
        )
        choices, moment = Choices(policy), Moment(NOON)
        app = create_app(
            given, choices, transport=weather, now=moment, tells_cost=True, patience=PATIENCE
        )
        await stack.enter_async_context(app.router.lifespan_context(app))
        control = await stack.enter_async_context(
            httpx.AsyncClient(transport=onward, base_url=SANDBOX)
        )
        door = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")
        )
        house = House(door, control, [], choices, moment, (TODAY, 2), changed=True, app=app)
        await house.is_ready()
        await _settled(house)
        link = await staff_data(house, PAYMENT_LINK, input={"invoiceNumber": number(OPEN)})
        secret = link["createPaymentLink"]["url"].split("#")[1]
        opened = World(house, weather, wires, given.servicetitan_tenant_id, secret)
        for route in (World.home, World.invoice, World.link, World.webhook):
            assert await route(opened) == "answered"
        yield opened
