"""A house where pat can sign, and pay deposits at the sandbox's processor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from adapters.sandbox.homes import SELLER
from resolvers.doors import Doors, Till
from resolvers.ids import global_id
from resolvers.policy import Policy, Proposals
from tests.house import House, demo_policy, open_house

PAT = "pat@example.com"
PLAIN, OTHER, WITH_DEPOSIT = 600101, 600102, 600103
DUE = "3162.36"

ACCEPT = """mutation($input: AcceptEstimateInput!) { acceptEstimate(input: $input) {
  estimate { number status acceptedBy acceptedAt depositDue proposal { hasAcceptedOption } }
  acceptance { confirmationNumber acceptedAt acceptedBy recording signedPdfUrl }
  payment { id state recording amount method failure confirmationNumber
            nextAction { kind redirectUrl } }
  userErrors { code message field } } }"""
DECLINE = """mutation($input: DeclineEstimateInput!) { declineEstimate(input: $input) {
  estimate { number status } userErrors { code message field } } }"""
CONFIRM = """mutation($id: ID!) { confirmPayment(input: {paymentId: $id}) {
  payment { state failure } userErrors { code message } } }"""
CANCEL = """mutation($id: ID!) { cancelPayment(input: {paymentId: $id}) {
  payment { state } userErrors { code message } } }"""

Json = dict[str, Any]


@dataclass
class Office:
    """The house, and what people do in it about estimates."""

    house: House

    @property
    def till(self) -> Till:
        """Where money is taken, and acceptances are."""
        assert isinstance(self.house.app, Starlette)
        till: Till = self.house.app.state.till
        return till

    @property
    def doors(self) -> Doors:
        """What operations ask through."""
        assert isinstance(self.house.app, Starlette)
        doors: Doors = self.house.app.state.doors
        return doors

    async def version(self, number: int, email: str = PAT) -> str:
        """Return the version of an estimate, as somebody reads it."""
        query = "query($id: ID!) { estimate(id: $id) { version } }"
        told = await self.house.data(email, query, id=global_id("Estimate", number))
        version: str = told["estimate"]["version"]
        return version

    async def wish(self, number: int, key: str = "key 1", **more: object) -> Json:
        """Return an acceptance of an estimate as it is now, signed by a typed name."""
        return {
            "idempotencyKey": key,
            "estimateId": global_id("Estimate", number),
            "version": await self.version(number),
            "signature": {"typedName": "Pat Sullivan"},
        } | more

    async def send(self, wish: Json, email: str = PAT) -> Json:
        """Accept as wished; return the payload."""
        told: Json = await self.house.data(email, ACCEPT, input=wish)
        payload: Json = told["acceptEstimate"]
        return payload

    async def accept(self, number: int, key: str = "key 1", **more: object) -> Json:
        """Accept an estimate as it is now."""
        return await self.send(await self.wish(number, key, **more))

    async def decline(self, number: int, version: str, **more: object) -> Json:
        """Decline an estimate; return the payload."""
        wish = {"estimateId": global_id("Estimate", number), "version": version} | more
        told: Json = await self.house.data(PAT, DECLINE, input=wish)
        payload: Json = told["declineEstimate"]
        return payload

    async def pay_step(self, payment: Json, outcome: str = "complete") -> None:
        """Do at the processor what it asks of the payer."""
        secret = payment["nextAction"]["redirectUrl"].rsplit("/", 1)[1]
        answer = await self.house.sandbox.post(
            f"/processor/v1/actions/{secret}", json={"outcome": outcome}
        )
        assert answer.is_success, answer.text

    async def confirm(self, payment: Json) -> Json:
        """Go on with a payment; return it."""
        told = await self.house.data(PAT, CONFIRM, id=payment["id"])
        paid: Json = told["confirmPayment"]["payment"]
        return paid

    async def moved(self) -> list[tuple[str, str]]:
        """Return the money that moved at the processor, in order."""
        told = (await self.house.sandbox.get("/_sandbox/processor/movements")).json()
        return [(each["kind"], each["amount"]) for each in told["movements"]]

    async def row(self, number: int) -> Json:
        """Return the raw estimate in ServiceTitan."""
        answer = await self.house.sandbox.get(f"/_sandbox/records/estimates/{number}")
        row: Json = answer.json()
        return row

    async def trail(self) -> list[str]:
        """Return the deeds done to estimates, oldest first."""
        entries = await self.till.desk.audit.read()
        return [
            f"{entry.action.value} {entry.subject.removeprefix('estimate ')}"
            for _, entry in entries
            if entry.action.value.startswith("estimate.")
        ]

    async def finish(self, **later: float) -> None:
        """Let time pass, and go on with what was left: payments first, then sales."""
        self.house.moment.now += timedelta(**(later or {"minutes": 1}))
        for attempt in await self.till.attempts.due(self.house.moment(), 50):
            await self.till.cashier.finish(attempt)
        await self.till.desk.selling.turn()


def errors(payload: Json) -> list[str]:
    """Return the codes of what was refused."""
    return [error["code"] for error in payload["userErrors"]]


def deposit(token: str, amount: str = DUE, **more: object) -> Json:
    """Return a deposit by a test token of the sandbox's processor."""
    return {"expectedAmount": amount, "source": {"processorToken": token}} | more


def selling(**more: Any) -> Policy:  # noqa: ANN401  # of the policy's block
    """Return choices by which the portal sells as a technician of the sandbox."""
    return demo_policy(proposals=Proposals(**({"sold_by": SELLER} | more)))


@asynccontextmanager
async def opened(policy: Policy, processor: str = "sandbox") -> AsyncIterator[Office]:
    """Open a house by these choices, whose people can pay."""
    async with open_house(policy, told={"payment_processor": processor}) as house:
        await house.is_ready()
        yield Office(house)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A house that sells what is accepted."""
    async with opened(selling()) as each:
        yield each


@pytest.fixture
async def by_hand() -> AsyncIterator[Office]:
    """A house whose office sells by hand what is accepted."""
    async with opened(selling(sold_by=None)) as each:
        yield each
