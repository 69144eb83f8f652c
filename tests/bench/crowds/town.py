"""A gateway, the people who ask it, and a generator that is all of them: for tables of crowds."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from adapters.sandbox.webhooks import SIGNATURE
from tests.bench.budget import Budget
from tests.bench.events import event
from tests.bench.failure import BenchFailed
from tests.bench.processes import Child, child
from tests.bench.questions import HELLO, LATENCY_MS, Question
from tests.bench.sandbox import TWENTY_INVOICE, Sandbox, sandbox_running
from tests.bench.servers import Server, body, gateway_running
from tests.bench.warm import settled
from tests.bench.wishes import Asking, Crowd, Crowded, ServeGateway, Stream

SCREEN = Question(
    "the Invoices screen",
    "{ viewer { invoices(first: 20) { totalCount nodes {"
    " id number status total balance dueDate payableOnline } } } }",
)
PAY = """mutation($input: PayInvoicesInput!) { payInvoices(input: $input) {
    payment { state } userErrors { code } } }"""
PATIENCE = 5.0
"""For how many seconds the last who came are waited for."""

_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with credentials, and what they could pay: an invoice and what is owed of it."""

    token: str
    payable: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody, and what they ask; all of it is remembered."""

    gateway: Server
    people: Sequence[Person]
    generator: Child
    webhook_key: bytes
    tenant: int

    async def crowd(self, *streams: Stream) -> Crowded:
        """Let these come; raise BenchFailed where the generator cannot."""
        port = self.gateway.port
        wish = Crowd(port=port, streams=list(streams), patience=PATIENCE)
        return await self.generator.ask(wish, Crowded)

    def reading(self, people: Sequence[Person]) -> list[Asking]:
        """Return the screen as each of these opens it."""
        told = body(SCREEN)
        return [_asked(person, told, '"errors"') for person in people]

    def paying(self) -> list[Asking]:
        """Return each payment that can be made, once."""
        return [
            _asked(person, _payment(*person.payable), '"payment":null')
            for person in self.people
            if person.payable is not None
        ]

    def telling(self, number: int) -> list[Asking]:
        """Return so many events, each another."""
        told = []
        for at in range(number):
            content = event(TWENTY_INVOICE + at % 20, self.tenant)
            signature = hmac.new(self.webhook_key, content, "sha256").hexdigest()
            headers = {SIGNATURE: signature, "content-type": "application/json"}
            path = "/webhooks/servicetitan"
            told.append(Asking(path=path, headers=headers, body=content.decode(), never=""))
        return told


@asynccontextmanager
async def town_open(budget: Budget, *, bounded: bool) -> AsyncIterator[Town]:
    """Open one whose people have all looked at their screen before, and find it as it was."""
    homes = ("--homes", str(budget.crowd))
    async with sandbox_running(LATENCY_MS, *homes) as sandbox:
        tokens = [
            await sandbox.token(f"homeowner{number}@example.net")
            for number in range(1, budget.crowd + 1)
        ]
        wish = ServeGateway(sandbox_url=sandbox.url, bounded=bounded)
        async with (
            gateway_running("the gateway", wish, tokens[0]) as gateway,
            child("tests.bench.load.crowd") as generator,
        ):
            await _known(gateway, tokens)
            await settled(gateway, SCREEN, tokens)
            people = await _known(gateway, tokens)
            key, tenant = await _secrets(sandbox)
            yield Town(gateway, people, generator, key, tenant)


async def _known(gateway: Server, tokens: Sequence[str]) -> list[Person]:
    """Have everybody look at their screen, and find what they could pay."""
    turns = asyncio.Semaphore(_TOGETHER)

    async def one(token: str) -> Person:
        async with turns:
            headers = gateway.headers | {"authorization": f"Bearer {token}"}
            answer = await gateway.client.post("/graphql", content=body(SCREEN), headers=headers)
            told = answer.json()
            if not answer.is_success or "errors" in told:
                raise BenchFailed(f"{gateway.name} answered {answer.text[:300]}")
            nodes = told["data"]["viewer"]["invoices"]["nodes"]
            owed = [(node["id"], node["balance"]) for node in nodes if node["payableOnline"]]
            return Person(token, owed[0] if owed else None)

    await gateway.ask(HELLO)
    return list(await asyncio.gather(*(one(token) for token in tokens)))


async def _secrets(sandbox: Sandbox) -> tuple[bytes, int]:
    told = (await sandbox.control.get("/_sandbox/credentials")).raise_for_status().json()
    return str(told["webhookKey"]).encode(), int(told["tenantId"])


def _asked(person: Person, content: str, never: str) -> Asking:
    headers = {"authorization": f"Bearer {person.token}", "content-type": "application/json"}
    return Asking(path="/graphql", headers=headers, body=content, never=never)


def _payment(invoice: str, owed: str) -> str:
    wish = {
        "idempotencyKey": uuid4().hex,
        "invoiceIds": [invoice],
        "expectedTotal": owed,
        "source": {"processorToken": "sandbox_card_visa"},
    }
    return msgspec.json.encode({"query": PAY, "variables": {"input": wish}}).decode()
