"""One house with every kind of viewer at its door, and records that cross from one to another."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from structlog.testing import capture_logs

from adapters.ledger.audit import By
from adapters.ledger.direct_links import DirectLinks, LinkKind
from adapters.ledger.ledger import Ledger
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.homes import build
from adapters.sandbox.options import STAFF_CLIENT_ID, STAFF_CLIENT_SECRET, SandboxOptions
from gateway.app import create_app
from gateway.choices import Choices
from gateway.settings import Settings
from resolvers.ids import global_id, read_id
from resolvers.policy import Access, Cache, Policy
from tests.authz.crossed import ROWS, VISITS, Tables
from tests.authz.oracle import Oracle
from tests.authz.payments import paid
from tests.authz.records import COLLECTIONS, Records
from tests.authz.viewers import KINDS, LINKED_ESTIMATES, LINKED_INVOICE, Kind, people
from tests.canaries import Canaries, Forbidden, names_in
from tests.house import NOON, SANDBOX, TODAY, House, Moment, demo_policy, settings
from tests.promises import OFFICE_FILE, imported
from tests.watched import Steps, labels_in

HOMES = 4
KEEP = """mutation($input: SavePaymentMethodInput!) { savePaymentMethod(input: $input) {
    paymentMethod { id } } }"""
Carried = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
BY = By("office@example.com", "request", datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it went over the wire."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:  # noqa: ANN401  # JSON
        """Return the answer's data, None where there is none."""
        return json.loads(self.text).get("data")

    @property
    def codes(self) -> list[str]:
        """Return the code of each error."""
        return [error["extensions"]["code"] for error in json.loads(self.text).get("errors", ())]

    @property
    def without_cost(self) -> dict[str, Any]:
        """Return the whole answer without what it cost."""
        told: dict[str, Any] = json.loads(self.text)
        told.pop("extensions", None)
        return told


@dataclass(frozen=True, slots=True)
class SentLink:
    """A link that was sent: its id in the ledger, and a token for whoever holds it."""

    id: int
    token: str


@dataclass(repr=False)  # pytest spells a fixture's value for every test: half a second of records
class World:
    """The house, its records, and everybody at its door."""

    house: House
    records: Records
    links: Mapping[str, SentLink]
    ledger: str
    staff_tokens: dict[str, str] = field(default_factory=dict)
    oracles: dict[str, Oracle] = field(default_factory=dict)
    canaries: dict[str, Forbidden] = field(default_factory=dict)

    def oracle(self, kind: str) -> Oracle:
        """Return what this kind of viewer may see."""
        if kind not in self.oracles:
            self.oracles[kind] = Oracle(self.records, replace(KINDS[kind].who, kind=kind))
        return self.oracles[kind]

    async def ask(self, kind: str, query: str, **variables: object) -> Told:
        """Ask the graph as this kind of viewer; no answer leaks, whatever is asked (T-1)."""
        seen = self.house.seen()
        answer = await self.house.gateway.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers=await self.headers(KINDS[kind]),
        )
        told = Told(answer.status_code, answer.text, answer.headers)
        self._check(kind, told, self.house.told_since(seen))
        return told

    def _check(self, kind: str, told: Told, logs: str) -> None:
        leaked = self._forbidden(kind).found_in(f"{told.text} {told.headers}")
        assert not leaked, f"{kind} was told of somebody else: {leaked}"
        logged = self._forbidden("ANONYMOUS").found_in(logs)
        logged |= {"an email"} if "@" in logs else set()
        assert not logged, f"the log or a trace names somebody: {logged}"
        assert told.headers["cache-control"] == "no-store"
        assert "Traceback" not in told.text
        secrets = [link.token for link in self.links.values()] + [*self.staff_tokens.values()]
        assert not [secret for secret in secrets if secret in told.text + logs]

    def check_metrics(self, told: str) -> None:
        """See that no label of a metric names anybody, nor holds a secret."""
        named = self._forbidden("ANONYMOUS").found_in(told)
        assert not named, f"a metric names somebody: {named}"
        assert "@" not in told, "a metric holds an email"
        secrets = [link.token for link in self.links.values()] + [*self.staff_tokens.values()]
        assert not [secret for secret in secrets if secret in told]

    def _forbidden(self, kind: str) -> Forbidden:
        if kind not in self.canaries:
            self.canaries[kind] = forbidden_to(KINDS[kind], self.records)
        return self.canaries[kind]

    async def headers(self, kind: Kind) -> dict[str, str]:
        """Return what this kind of viewer shows at the door."""
        if kind.link is not None:
            return {"authorization": f"Bearer {self.links[kind.link].token}"}
        if kind.staff is not None:
            looking = {"x-view-as": kind.email} if kind.email else {}
            return {"authorization": f"Bearer {await self._staff_token(kind.staff)}", **looking}
        if kind.email is None:
            return {}
        return {"authorization": f"Bearer {await self.house.token(kind.email)}"}

    async def _staff_token(self, email: str) -> str:
        if email not in self.staff_tokens:
            wish = {"email": email, "staff": True}
            told = await self.house.sandbox.post("/_sandbox/token", json=wish)
            self.staff_tokens[email] = told.json()["accessToken"]
        return self.staff_tokens[email]

    async def revoke(self, link: str) -> None:
        """End a link, as the office does from its shell."""
        async with _books(self.ledger) as links:
            ended = await links.revoke(self.links[link].id, BY)
            assert ended is not None

    async def calls(self) -> Counter[str]:
        """Return the calls to ServiceTitan since the last time."""
        return await self.house.calls()


def forbidden_to(kind: Kind, records: Records) -> Forbidden:
    """Return what would be a leak in an answer to this kind of viewer."""
    strings = Canaries(records.tables)
    if kind.email is not None:
        return strings.forbidden(kind.email)
    if kind.staff is not None:
        return Forbidden(frozenset(), frozenset())
    linked = [("Invoice", of) for of in kind.who.invoices]
    linked += [("Estimate", of) for of in kind.who.estimates]
    rows = [(COLLECTIONS[of], records.by_type[of][key]) for of, key in linked]
    return strings.beside(name for told in rows for name in names_in(*told))


def policy(*, seconds: int = 3600) -> Policy:
    """Return the choices of this world: the demo's, with every level the office can set.

    What is read is remembered for so many `seconds`: nothing is read again behind a test's back.
    """
    ages = Cache(fresh_seconds=seconds, refreshing_seconds=seconds, failing_seconds=seconds)
    return demo_policy(access=Access(people=people()), cache=ages)


@asynccontextmanager
async def open_world(
    folder: Path, *, seconds: int = 3600, carried: Carried = lambda wire: wire
) -> AsyncIterator[World]:
    """Open the house over crossed records, with a link of each kind already sent.

    `carried` may put something between the house and ServiceTitan.
    """
    url = f"sqlite+aiosqlite:///{folder}/ledger.db"
    await imported(url, [*OFFICE_FILE.splitlines(), *VISITS])
    options = SandboxOptions(public_url=SANDBOX, today=TODAY, homes=HOMES, rate_per_second=100_000)
    sandbox = create_sandbox(options)
    wire = httpx.ASGITransport(sandbox)
    async with httpx.AsyncClient(transport=wire, base_url=SANDBOX) as control:
        tables = await _crossed(control)
        choices, moment, steps = Choices(policy(seconds=seconds)), Moment(NOON), Steps()
        gateway = create_app(
            _settings(url), choices, transport=carried(wire), now=moment, tracing=steps
        )
        with capture_logs() as logs:
            async with (
                gateway.router.lifespan_context(gateway),
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(gateway), base_url="http://gateway"
                ) as client,
            ):
                house = House(
                    gateway=client,
                    sandbox=control,
                    app=gateway,
                    logs=logs,
                    choices=choices,
                    moment=moment,
                    seed=(TODAY, HOMES),
                    changed=True,
                    steps=steps,
                )
                await house.is_ready()
                await _is_quiet(control)
                links = await _links(url, client)
                sent = tuple(link.id for link in links.values())
                world = World(house, await _records(url, tables, sent), links, url)
                world.records = await _with_payments(world)
                await house.calls()
                yield world
                world.check_metrics(labels_in(await house.metrics()))


async def _crossed(control: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """Put the crossed rows beside the seed; return every row there then is."""
    tables = build(1, TODAY, HOMES)
    for collection, row in ROWS:
        path = f"/_sandbox/records/{collection}/{row['id']}"
        body = {name: told for name, told in row.items() if name != "id"}
        put = await control.put(path, params={"webhook": "false"}, json=body)
        assert put.is_success, put.text
        told = (await control.get(path)).json()
        tables[collection] = [
            *(each for each in tables[collection] if each["id"] != row["id"]),
            told,
        ]
    return tables


async def _is_quiet(control: httpx.AsyncClient) -> None:
    """Wait until what runs beside requests has read its feeds for the first time."""
    told, calm = -1, 0
    while calm < 3:  # three looks in a row at which nothing was asked
        await asyncio.sleep(0.1)
        before, told = told, (await control.get("/_sandbox/calls?all=true")).json()["total"]
        calm = calm + 1 if told == before else 0
    await control.delete("/_sandbox/calls")


def _settings(url: str) -> Settings:
    return settings(
        database_url=url,
        staff_oidc_issuer=f"{SANDBOX}/staff-idp",
        staff_oidc_client_id=STAFF_CLIENT_ID,
        staff_oidc_client_secret=STAFF_CLIENT_SECRET,
        site_url="http://localhost:3000",
    )


async def _records(url: str, tables: Tables, links: tuple[int, ...]) -> Records:
    ledger = Ledger(url)
    await ledger.open()
    agreements = [row["id"] for row in tables["service-agreements"]]
    visits = await ledger.visits_of(agreements)
    await ledger.aclose()
    planned = tuple(visit for of in visits.values() for visit in of)
    return Records(tables, planned, links, TODAY)


async def _with_payments(world: World) -> Records:
    """Let some of them pay, and keep a method; return all the records there then are."""
    keys = {kind: await _key(world, kind) for kind in KINDS if kind != "ANONYMOUS"}
    methods = [
        await _kept(world, kind, of) for kind, of in (("OWNER", 1001), ("OTHER_OWNER", 1012))
    ]
    payments = await paid(world.ledger, keys)
    return replace(world.records, payments=payments, methods=tuple(methods))


async def _key(world: World, kind: str) -> str:
    """Return how the gateway knows this kind of viewer, which is stable and told to them."""
    told: str = (await world.ask(kind, "{ viewer { id } }")).data["viewer"]["id"]
    return urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode().removeprefix("Viewer:")


async def _kept(world: World, kind: str, customer: int) -> dict[str, Any]:
    told = {"customerId": global_id("Customer", customer), "processorToken": "sandbox_card_visa"}
    saved = (await world.ask(kind, KEEP, input=told)).data["savePaymentMethod"]
    read = read_id(saved["paymentMethod"]["id"])
    assert read is not None
    return {"id": read[1], "customerId": customer}


@asynccontextmanager
async def _books(url: str) -> AsyncIterator[DirectLinks]:
    """Open the ledger's links beside the house, as the office's shell does."""
    ledger = Ledger(url)
    await ledger.open()
    yield DirectLinks(ledger, lambda: datetime.now(UTC))
    await ledger.aclose()


async def _links(url: str, gateway: httpx.AsyncClient) -> dict[str, SentLink]:
    """Send a link of each kind, and open it: its secret is exchanged for a token."""
    async with _books(url) as links:
        until = BY.at + timedelta(9)
        made = {
            "payment": await links.create(LinkKind.PAYMENT_LINK, [LINKED_INVOICE], BY, until),
            "estimate": await links.create(LinkKind.ESTIMATE_LINK, LINKED_ESTIMATES, BY, until),
        }
    return {
        name: SentLink(row.id, await _exchanged(gateway, secret))
        for name, (row, secret) in made.items()
    }


async def _exchanged(gateway: httpx.AsyncClient, secret: str) -> str:
    told = await gateway.post("/links/exchange", json={"secret": secret})
    assert told.is_success, told.text
    return str(told.json()["accessToken"])
