"""The house seen from its two doors: GraphQL in, JSON and the calls to ServiceTitan out."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, MutableSequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp
from structlog.testing import capture_logs
from structlog.types import EventDict

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.homes import LANDMARKS, PEOPLE, TIME_ZONE
from adapters.sandbox.options import SandboxOptions
from gateway.app import UPSTREAM_SECONDS, create_app
from gateway.choices import Choices
from gateway.metrics.families import Family
from gateway.settings import Settings
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Budget, Feeds, Override, Policy, Tenant
from tests.blocking import nobody_waits
from tests.canaries import forbidden, personal
from tests.limitless import UNBOUNDED
from tests.watched import Steps, labels_in

TODAY = date(2026, 7, 14)
NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
SANDBOX = "http://127.0.0.1:8010"
IN_MEMORY = "sqlite+aiosqlite://"
PAT = next(person for person in PEOPLE if person.email == "pat@example.com")
HOME = PAT.records["customers"][0]
RILEY: dict[str, tuple[Override, ...]] = {
    "riley@example.com": (Override(customer=HOME, level=AccessLevel.NON_BILLING),)
}
_TENANT = re.compile(r"^/(.+)/v2/tenant/\d+/")


@dataclass
class Moment:
    """The moment that rules go by, until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@dataclass
class Delivering(httpx.AsyncBaseTransport):
    """Carries the sandbox's events to the gateway, which is made after the sandbox."""

    to: ASGIApp | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver one."""
        if self.to is None:
            raise httpx.ConnectError("There is no gateway yet.")
        return await httpx.ASGITransport(self.to).handle_async_request(request)


@dataclass
class House:
    """The house seen from its two doors."""

    gateway: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    logs: MutableSequence[EventDict]
    choices: Choices
    moment: Moment
    seed: tuple[date, int]
    changed: bool = False
    tokens: dict[str, str] = field(default_factory=dict)
    app: ASGIApp | None = None
    steps: Steps = field(default_factory=Steps)

    async def token(self, email: str) -> str:
        """Return a bearer token for anybody."""
        if email not in self.tokens:
            told = await self.sandbox.post("/_sandbox/token", json={"email": email})
            self.tokens[email] = told.json()["accessToken"]
        return self.tokens[email]

    async def ask(self, email: str | None, query: str, **variables: object) -> dict[str, Any]:
        """Ask the graph; return the whole answer, without what it cost.

        No answer, body or headers, may hold what names somebody else of the seed, and no line of
        the log, nor step of a trace, what names anybody, whatever the test is about (T-1).
        """
        seen = self.seen()
        headers = {} if email is None else {"authorization": f"Bearer {await self.token(email)}"}
        body = {"query": query, "variables": variables}
        answer = await self.gateway.post("/graphql", json=body, headers=headers)
        if not self.changed:
            told_all = f"{answer.text} {answer.headers}"
            leaked = forbidden(*self.seed, email or "nobody").found_in(told_all)
            assert not leaked, f"{email} was told of somebody else: {leaked}"
            logged = personal(*self.seed).found_in(self.told_since(seen))
            logged |= {"an email"} if "@" in self.told_since(seen) else set()
            assert not logged, f"the log or a trace names somebody: {logged}"
        told: dict[str, Any] = answer.json()
        told.pop("extensions", None)
        return told

    def seen(self) -> tuple[int, int]:
        """Return how much was logged and traced until now."""
        return len(self.logs), len(self.steps.taken)

    def told_since(self, seen: tuple[int, int]) -> str:
        """Return all that was logged and traced since then."""
        return f"{self.logs[seen[0] :]} {self.steps.taken[seen[1] :]}"

    async def metrics(self) -> list[Family]:
        """Return what the gateway tells of itself in numbers."""
        assert isinstance(self.app, Starlette)
        families: list[Family] = await self.app.state.metrics()
        return families

    async def data(self, email: str | None, query: str, **variables: object) -> Any:  # noqa: ANN401  # JSON
        """Ask for an answer without errors; return its data."""
        told = await self.ask(email, query, **variables)
        assert "errors" not in told, told["errors"]
        return told["data"]

    async def viewer(self, email: str, selection: str) -> Any:  # noqa: ANN401  # JSON
        """Ask for this selection of the viewer."""
        return (await self.data(email, f"{{ viewer {{ {selection} }} }}"))["viewer"]

    async def calls(self) -> Counter[str]:
        """Return the calls to ServiceTitan since the last time: module/path?key=…&page=…."""
        told = (await self.sandbox.get("/_sandbox/calls")).json()["calls"]
        await self.sandbox.delete("/_sandbox/calls")
        return Counter(_spelled(call) for call in told)

    async def put(self, collection: str, of: int, **row: object) -> None:
        """Change a raw row of ServiceTitan's; from then on its owners are the test's to know."""
        self.changed = True
        answer = await self.sandbox.put(f"/_sandbox/records/{collection}/{of}", json=row)
        assert answer.is_success, answer.text

    async def choose(self, policy: Policy) -> None:
        """Let the house go by these choices from now on."""
        await asyncio.to_thread(self.choices.take, policy)

    async def is_ready(self) -> None:
        """Wait until people can be let in; forget the calls made until then."""
        async with asyncio.timeout(30):
            while not (await self.gateway.get("/health/ready")).is_success:  # noqa: ASYNC110  # a probe has no event
                await asyncio.sleep(0.01)
        await self.sandbox.delete("/_sandbox/calls")

    async def fault(self, path: str, **fault: object) -> None:
        """Let ServiceTitan answer the next calls to this path as it sometimes does."""
        answer = await self.sandbox.post("/_sandbox/faults", json={"path": path, **fault})
        assert answer.is_success, answer.text


def _spelled(call: dict[str, Any]) -> str:
    query = dict(call["query"])
    page = query.pop("page", "1")
    for name in ("pageSize", "includeTotal", "active"):
        query.pop(name, None)
    told = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    path = _TENANT.sub("", call["path"])
    return f"{path}?{told}" + ("" if page == "1" else f"&page={page}")


def settings(**more: object) -> Settings:
    """Return the settings that lead to the sandbox."""
    given = SandboxOptions(public_url=SANDBOX).credentials()
    values: dict[str, Any] = {
        "servicetitan_api_url": given["apiUrl"],
        "servicetitan_auth_url": given["authUrl"],
        "servicetitan_tenant_id": given["tenantId"],
        "servicetitan_client_id": given["clientId"],
        "servicetitan_client_secret": given["clientSecret"],
        "servicetitan_app_key": given["appKey"],
        "oidc_issuer": given["issuer"],
        "oidc_audience": given["audience"],
        "payment_processor": "sandbox",
        "database_url": IN_MEMORY,
        "public_url": "http://gateway",
        "secret_key": "a secret of the tests, thirty-two characters and more",
    }
    return Settings(**(values | more))


def demo_policy(**more: Any) -> Policy:  # noqa: ANN401  # blocks of the policy
    """Riley is non-billing at Pat's home, as in the demo; the feeds are read once."""
    blocks: dict[str, Any] = {
        "tenant": Tenant(time_zone=TIME_ZONE),
        "access": Access(people=RILEY),
        "feeds": Feeds(every_seconds=3600),
        "budget": Budget(calls_per_second=1_000_000),
        "limits": UNBOUNDED,
    }
    return Policy(**(blocks | more))


@asynccontextmanager
async def open_house(
    policy: Policy | None = None,
    *,
    now: datetime = NOON,
    database: str = IN_MEMORY,
    patience: float = UPSTREAM_SECONDS,
    tells_cost: bool = True,
    is_traced: bool = True,
    told: Mapping[str, object] = MappingProxyType({}),
    **options: Any,  # noqa: ANN401  # of the sandbox
) -> AsyncIterator[House]:
    """Open a house with these choices at this moment; it may not be ready yet.

    `told` are further settings. The sandbox's webhooks reach the gateway, if it is to send any.
    """
    given: dict[str, Any] = {"today": TODAY, "homes": 4, "rate_per_second": 100_000} | options
    events = Delivering()
    sandbox = create_sandbox(SandboxOptions(public_url=SANDBOX, **given), webhook_transport=events)
    wire = httpx.ASGITransport(sandbox)
    choices, moment, steps = Choices(policy or demo_policy()), Moment(now), Steps()
    gateway = create_app(
        settings(database_url=database, **told),
        choices,
        transport=wire,
        now=moment,
        tells_cost=tells_cost,
        patience=patience,
        tracing=steps if is_traced else None,
    )
    events.to = gateway
    # Once it runs, whatever waits for a file, a socket or a lock inside the event loop is an error.
    with capture_logs() as logs, nobody_waits("gateway", "schema", "resolvers", "adapters"):
        async with (
            gateway.router.lifespan_context(gateway),
            httpx.AsyncClient(transport=wire, base_url=SANDBOX) as control,
            httpx.AsyncClient(
                transport=httpx.ASGITransport(gateway), base_url="http://gateway"
            ) as client,
        ):
            seed = given["today"], given["homes"]
            house = House(client, control, logs, choices, moment, seed, app=gateway, steps=steps)
            yield house
            if not house.changed:
                labels = labels_in(await house.metrics())
                named = personal(*seed).found_in(labels)
                assert not named, f"a metric names somebody: {named}"
                assert "@" not in labels, "a metric holds an email"


@asynccontextmanager
async def ready_house(policy: Policy | None = None, **options: Any) -> AsyncIterator[House]:  # noqa: ANN401  # as open_house
    """Open a house and wait until people can be let in."""
    async with open_house(policy, **options) as house:
        await house.is_ready()
        yield house


def number(landmark: str) -> str:
    """Return the number of a row of Pat's by what it is there to show."""
    return str(LANDMARKS[landmark][1])


def gid(landmark: str) -> str:
    """Return the global id of a row of Pat's by what it is there to show."""
    collection, of = LANDMARKS[landmark]
    return global_id({"jobs": "Job", "invoices": "Invoice"}[collection], of)
