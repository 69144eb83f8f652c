"""The composition root: the one short function that knows every concrete class."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import httpx
from aiocache import SimpleMemoryCache
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.cache.memory import Memory
from adapters.cache.records import Records
from adapters.cache.refusals import Refusals
from adapters.directory.directory import Directory
from adapters.directory.mirror import Mirror
from adapters.servicetitan.client import connect
from gateway.graph import Graph
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.health import Ready, live
from gateway.http.middleware import street_side
from gateway.identity.bearer import Bearer
from gateway.identity.door import Door
from gateway.identity.keys import Keys
from gateway.settings import Settings
from gateway.workers import follow
from resolvers.context import Doors
from resolvers.cursors import Cursors
from resolvers.policy import Policy


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    policy: Policy,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = _now,
    tells_cost: bool = False,
) -> Starlette:
    """Return the gateway, ready to be served; nothing is asked of anybody before its lifespan.

    `transport` carries the calls to ServiceTitan and to the identity provider, `now` is the moment
    that rules go by, `tells_cost` shows everybody what an operation cost upstream.
    """
    servicetitan = connect(settings.connection(), transport=transport)
    mirror = Mirror(servicetitan, Directory())
    most_age = policy.access.directory_stale_after_minutes * 60.0
    unready = partial(mirror.unready, most_age)
    memory = Memory(SimpleMemoryCache(timeout=None), policy.cache.fresh_seconds)
    records = Records(servicetitan, memory)
    secret = settings.secret_key.get_secret_value().encode()
    doors = Doors(
        policy=policy,
        zone=policy.tenant.zone(),
        directory=mirror.directory,
        unready=unready,
        records=records,
        refusals=Refusals(),
        cursors=Cursors(secret),
    )
    keys = Keys(settings.oidc_issuer, transport=transport)
    door = Door(_bearer(settings, keys))
    graph = Graph(doors, now, tells_cost=tells_cost)

    ready = Ready({"directory": unready, "identity": keys.trouble})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(follow(mirror, policy.feeds.every_seconds))
        await keys.refresh()
        yield
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await records.aclose()
        await keys.aclose()
        await servicetitan.aclose()

    return Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(graph.execute, door.identify)),
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
