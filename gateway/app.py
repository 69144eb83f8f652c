"""The composition root: the one short function that knows every concrete class."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from aiocache import SimpleMemoryCache
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.cache.memory import Memory
from adapters.cache.records import Records
from adapters.cache.refusals import Refusals
from adapters.cache.tracking_links import TrackingLinks
from adapters.directory.directory import Directory
from adapters.directory.mirror import Mirror
from adapters.documents.press import Press
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.client import connect
from gateway.choices import Choices
from gateway.graph import Graph
from gateway.http.documents import DocumentEndpoints
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.health import Ready, live
from gateway.http.middleware import street_side
from gateway.identity.bearer import Bearer
from gateway.identity.door import Door
from gateway.identity.keys import Keys
from gateway.settings import Settings
from gateway.workers import beside, closed_after, follow, keep_open, opened
from resolvers.context import Doors
from resolvers.cursors import Cursors
from resolvers.signed_addresses import SignedAddresses

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
    servicetitan = connect(settings.connection(), transport=transport, deadline=patience)
    mirror = Mirror(servicetitan, Directory())

    def unready() -> str | None:
        return mirror.unready(choices.current().access.directory_stale_after_minutes * 60.0)

    memory = Memory(SimpleMemoryCache(timeout=None), lambda: choices.current().cache.fresh_seconds)
    records = Records(servicetitan, memory)
    tracking = TrackingLinks(servicetitan)
    ledger = Ledger(settings.database_url.get_secret_value())
    secret = settings.secret_key.get_secret_value().encode()
    doors = Doors(
        policy=choices.current,
        directory=mirror.directory,
        unready=unready,
        records=records,
        tracking=tracking,
        ledger=ledger,
        refusals=Refusals(),
        cursors=Cursors(secret),
        documents=SignedAddresses(secret, settings.public_url),
    )
    keys = Keys(settings.oidc_issuer, transport=transport)
    door = Door(_bearer(settings, keys))
    graph = Graph(doors, now, tells_cost=tells_cost)
    business = f"tenant-{settings.servicetitan_tenant_id}.servicetitan"
    documents = DocumentEndpoints(doors, Press(), now, business)

    ready = Ready({"directory": unready, "identity": keys.trouble, "ledger": ledger.trouble})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with closed_after(records, tracking, keys, servicetitan, ledger):
            await opened(ledger)
            following = follow(mirror, lambda: choices.current().feeds.every_seconds)
            async with beside(following, keep_open(ledger)):
                await keys.refresh()
                yield

    return Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(graph.execute, door.identify)),
            Route("/documents/{token}", documents.document),
            Route("/calendar/{token}.ics", documents.calendar),
            Route("/health/live", live),
            Route("/health/ready", ready.__call__),
        ],
        middleware=street_side(public_url=settings.public_url, cors_origins=settings.cors_origins),
        lifespan=lifespan,
    )


def _bearer(settings: Settings, keys: Keys) -> Bearer:
    return Bearer(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        token_types=settings.oidc_token_types,
        max_lifetime=settings.oidc_max_lifetime,
        email_claim=settings.oidc_email_claim,
        email_verified_claim=settings.oidc_email_verified_claim,
        keys=keys,
    )
