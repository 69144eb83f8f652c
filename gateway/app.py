"""The composition root: the one short function that knows every concrete class."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.documents.press import Press
from gateway.choices import Choices
from gateway.entrance import Surroundings, open_entrance
from gateway.graph import Graph
from gateway.ground import lay_ground, open_doors
from gateway.http.documents import DocumentEndpoints
from gateway.http.health import Ready, live
from gateway.http.links import PATH as LINKS
from gateway.http.links import LinkExchange
from gateway.http.middleware import street_side
from gateway.identity.links import LinkTokens
from gateway.live import endpoint_of
from gateway.settings import Settings
from gateway.staff_deeds import deeds_of_staff
from gateway.workers import closed_after

UPSTREAM_SECONDS = 8.0


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    choices: Choices,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = _now,
    tells_cost: bool = False,
    patience: float = UPSTREAM_SECONDS,
) -> Starlette:
    """Return the gateway, ready to be served; nothing is asked of anybody before its lifespan.

    `choices` may change while it runs: the next operation goes by them, and so does what is read
    or remembered next. `transport` carries the calls to ServiceTitan and to the identity provider.
    `now` is the moment that rules go by. `tells_cost` shows everybody what an operation cost
    upstream. `patience` is how many seconds one question to ServiceTitan may take: fewer than an
    operation may, so that the rest of its answer stands.
    """
    ground = lay_ground(settings, choices, patience, transport)
    doors = open_doors(ground, settings, now)
    office, secret = doors.office, settings.secret_key.get_secret_value().encode()
    tokens = LinkTokens(secret, settings.servicetitan_tenant_id, time.time)
    deeds = deeds_of_staff(office.audit, now)
    entrance = open_entrance(
        settings, Surroundings(choices, ground.ledger, now, deeds, transport), tokens
    )
    graph = Graph(doors, now, tells_cost=tells_cost)
    endpoint = endpoint_of(graph, entrance.door.identify, choices.current, settings)
    business = f"tenant-{settings.servicetitan_tenant_id}.servicetitan"
    documents = DocumentEndpoints(doors, Press(), now, business)

    ready = Ready(
        {
            "directory": ground.freshness.probe,
            "identity": entrance.trouble,
            "ledger": ground.ledger.trouble,
        }
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with closed_after(*entrance.parts), ground.running():
            await asyncio.gather(*(keys.refresh() for keys in entrance.keys))
            yield

    app = Starlette(
        routes=[
            *endpoint.routes,
            Route("/documents/{token}", documents.document),
            Route("/calendar/{token}.ics", documents.calendar),
            *entrance.routes,
            Route(LINKS, LinkExchange(office.links, tokens)),
            *ground.hearing.routes,
            Route("/health/live", live),
            Route("/health/ready", ready.__call__),
        ],
        middleware=street_side(public_url=settings.public_url, cors_origins=settings.cors_origins),
        lifespan=lifespan,
    )
    app.state.ending = endpoint.connections.end
    app.state.bus = ground.hearing.bus
    return app
