"""The gateway's front side alone: its door, its sign-in, a graph that remembers; and a sandbox."""

from collections.abc import AsyncIterator, MutableSequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs
from structlog.types import EventDict

from adapters.ledger.ledger import Ledger
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from gateway.choices import Choices
from gateway.console.built import Built
from gateway.entrance import Surroundings, open_entrance
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.http.middleware import street_side
from gateway.identity.same_origin import own_origin
from gateway.settings import Settings
from gateway.workers import closed_after
from resolvers.policy import Policy, StaffSignIn
from resolvers.viewer import Staff, Viewer
from tests.blocking import nobody_waits
from tests.gateway.once import endpoint

HERE = "https://gateway.test"
SANDBOX = "http://127.0.0.1:8010"
NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
GIVEN = SandboxOptions(public_url=SANDBOX).credentials()
ISSUER = str(GIVEN["staffIssuer"])
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin"}


def front_settings(**more: Any) -> Settings:  # noqa: ANN401  # any setting
    """Return settings with the sandbox's staff, some of them changed."""
    values: dict[str, Any] = {
        "servicetitan_environment": "sandbox",
        "servicetitan_tenant_id": GIVEN["tenantId"],
        "servicetitan_client_id": GIVEN["clientId"],
        "servicetitan_client_secret": GIVEN["clientSecret"],
        "servicetitan_app_key": GIVEN["appKey"],
        "oidc_issuer": GIVEN["issuer"],
        "oidc_audience": GIVEN["audience"],
        "staff_oidc_issuer": GIVEN["staffIssuer"],
        "staff_oidc_audience": GIVEN["audience"],
        "staff_oidc_client_id": GIVEN["staffClientId"],
        "staff_oidc_client_secret": GIVEN["staffClientSecret"],
        "public_url": HERE,
        "secret_key": "a secret of the tests, thirty-two characters and more",
    }
    return Settings(**(values | more))


@dataclass
class Front:
    """A browser in front of the gateway, and what the gateway did."""

    browser: httpx.AsyncClient
    idp: httpx.AsyncClient
    ledger: Ledger
    choices: Choices
    logs: MutableSequence[EventDict]
    now: datetime = NOON
    seen: list[Viewer] = field(default_factory=list)
    audited: list[tuple[str, Staff]] = field(default_factory=list)
    fails: Exception | None = None

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Remember who asked."""
        assert asked.query
        assert http.method in {"GET", "POST"}
        self.seen.append(viewer)
        return Answer(body=b'{"data":{}}')

    async def audit(self, act: str, staff: Staff) -> None:
        """Remember what was written down, or fail."""
        if self.fails is not None:
            raise self.fails
        self.audited.append((act, staff))

    async def begin(self, return_to: str | None = None) -> dict[str, str]:
        """Ask to sign in; return what the provider is asked."""
        params = {} if return_to is None else {"return_to": return_to}
        answer = await self.browser.get("/auth/login", params=params)
        assert answer.status_code == 303, answer.text
        address = answer.headers["location"]
        assert address.startswith(f"{ISSUER}/authorize?")
        return dict(parse_qsl(urlsplit(address).query))

    async def at_provider(self, asked: dict[str, str], email: str = "staff@example.com") -> str:
        """Sign in at the provider; return the address that it leads back to."""
        silent = asked | {"prompt": "none", "login_hint": email}
        answer = await self.idp.get(f"{ISSUER}/authorize?{urlencode(silent)}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def sign_in(
        self, email: str = "staff@example.com", return_to: str | None = None
    ) -> httpx.Response:
        """Sign in from the first click to the last redirect."""
        back = await self.at_provider(await self.begin(return_to), email)
        return await self.browser.get(back)

    async def post(self, *headers: tuple[str, str], query: str = "{a}") -> httpx.Response:
        """Ask the graph."""
        return await self.browser.post("/graphql", json={"query": query}, headers=[*headers])

    async def token(self, email: str, *, staff: bool) -> tuple[str, str]:
        """Return an Authorization header of the sandbox's."""
        asked = {"email": email, "staff": staff}
        told = (await self.idp.post(f"{SANDBOX}/_sandbox/token", json=asked)).json()
        return "Authorization", f"Bearer {told['accessToken']}"

    def events(self, *names: str) -> list[EventDict]:
        """Return the lines of the log with these events, of security by what happened."""
        return [line for line in self.logs if line.get("what", line["event"]) in names]


def cookies_of(answer: httpx.Response) -> list[str]:
    """Return the answer's Set-Cookie headers with the values of cookies left out."""
    told = []
    for line in answer.headers.get_list("set-cookie"):
        name, _, rest = line.partition("=")
        value, _, attributes = rest.partition(";")
        told.append(f"{name}={'…' if value else ''};{attributes}")
    return told


@asynccontextmanager
async def open_front(
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    database: str = "sqlite+aiosqlite://",
    console: Built | None = None,
    staff: StaffSignIn | None = None,
    **settings: Any,  # noqa: ANN401  # any setting
) -> AsyncIterator[Front]:
    """Open the front side; `transport` leads to another provider than the sandbox's."""
    sandbox = create_sandbox(SandboxOptions(public_url=SANDBOX, homes=0, today=date(2026, 7, 14)))
    wire = transport or httpx.ASGITransport(sandbox)
    choices, ledger = Choices(Policy(staff=staff or StaffSignIn())), Ledger(database)
    await ledger.open()
    given = front_settings(**settings)
    with capture_logs() as logs, nobody_waits("gateway", "resolvers", "adapters"):
        idp = httpx.AsyncClient(transport=wire)
        front = Front(idp, idp, ledger, choices, logs)
        around = Surroundings(choices, ledger, lambda: front.now, front.audit, wire, console)
        entrance = open_entrance(given, around)
        graph = endpoint(front.execute, entrance.door.identify)
        app = Starlette(
            routes=[Route("/graphql", graph), *entrance.routes],
            middleware=street_side(public_url=given.public_url, cors_origins=given.cors_origins),
        )
        base = own_origin(given.public_url or HERE).origin
        async with (
            closed_after(*entrance.parts, ledger),
            idp,
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as front.browser,
        ):
            yield front
