"""Asking the gateway as a front end would, and reading the whole answer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from gateway.app import create_app
from gateway.choices import Choices
from gateway.guard.buckets_shared import SharedBuckets
from gateway.guard.kept_documents import SharedDocuments
from resolvers.policy import Limits, Policy, TrustedDocuments, WhichDocuments
from tests.house import (
    NOON,
    SANDBOX,
    TODAY,
    House,
    Moment,
    demo_policy,
    settings,
)
from tests.limitless import UNBOUNDED
from tests.staff import token_of

PAT, MORGAN = "pat@example.com", "morgan@example.com"
KIND = "{ viewer { kind } }"
INVOICES = "{ viewer { invoices(first: 1) { totalCount } } }"
GRAPHQL = {"accept": "application/graphql-response+json"}


def policy(**limits: int) -> Policy:
    """Return the demo's choices with these bounds, and no other."""
    told = {name: getattr(UNBOUNDED, name) for name in UNBOUNDED.__struct_fields__}
    return demo_policy(limits=Limits(**(told | limits)))


def holding(mode: WhichDocuments) -> Policy:
    """Return the demo's choices, customers held to trusted documents in this mode."""
    return demo_policy(trusted_documents=TrustedDocuments(mode=mode))


@asynccontextmanager
async def two_gateways(chosen: Policy, redis_url: str) -> AsyncIterator[tuple[House, House]]:
    """Open two gateways over one sandbox and one Redis, which wait for it however busy it is."""
    given: dict[str, Any] = {"today": TODAY, "homes": 4, "rate_per_second": 100_000}
    sandbox = create_sandbox(SandboxOptions(public_url=SANDBOX, **given))
    wire = httpx.ASGITransport(sandbox)
    async with AsyncExitStack() as opened:
        patient = opened.enter_context(pytest.MonkeyPatch.context())
        for kind in (SharedBuckets, SharedDocuments):
            waiting = partial(kind, patience=20.0)
            patient.setattr(f"gateway.guard.opening.{kind.__name__}", waiting)
        enter = opened.enter_async_context
        control = await enter(httpx.AsyncClient(transport=wire, base_url=SANDBOX))
        houses = []
        for _ in range(2):
            choices, moment = Choices(chosen), Moment(NOON)
            told = settings(redis_url=redis_url)
            app = create_app(told, choices, transport=wire, now=moment, tells_cost=True)
            await enter(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app)
            client = await enter(httpx.AsyncClient(transport=transport, base_url="http://gateway"))
            house = House(client, control, [], choices, moment, (TODAY, 4), app=app)
            await house.is_ready()
            houses.append(house)
        yield houses[0], houses[1]


async def post(
    house: House, email: str | None, body: dict[str, Any], **headers: str
) -> httpx.Response:
    """Post this body as this person."""
    sent = dict(headers)
    if email is not None:
        sent["authorization"] = f"Bearer {await house.token(email)}"
    return await house.gateway.post("/graphql", json=body, headers=sent)


async def post_as_staff(house: House, body: dict[str, Any], email: str) -> httpx.Response:
    """Post this body as a member of staff."""
    sent = {"authorization": f"Bearer {await token_of(house, email)}"}
    return await house.gateway.post("/graphql", json=body, headers=sent)


def asks(query: str, **variables: object) -> dict[str, Any]:
    """Return the body that asks this."""
    return {"query": query, "variables": variables}


def cost(answer: httpx.Response) -> tuple[int, int]:
    """Return what was requested, and what is left, in points."""
    told = answer.json()["extensions"]["cost"]
    assert told.keys() == {"requested", "remaining", "perMinute"}
    return told["requested"], told["remaining"]


def refused(answer: httpx.Response) -> int:
    """Return after how many milliseconds to ask again, of an answer that says so and no more."""
    (error,) = answer.json()["errors"]
    wait = error["extensions"]["retryAfterMs"]
    assert answer.json() == {
        "errors": [
            {
                "message": "You have asked a lot in a short time. Ask again a little later.",
                "extensions": {"code": "RATE_LIMITED", "retryAfterMs": wait},
            }
        ]
    }
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == str(-(-wait // 1000))
    assert isinstance(wait, int)
    return wait
