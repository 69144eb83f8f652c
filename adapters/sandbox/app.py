"""The sandbox as one ASGI app."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Router

from adapters.sandbox.breakage import Breakage
from adapters.sandbox.calls import Calls, Recorder
from adapters.sandbox.control import ControlPlane
from adapters.sandbox.estimates import selling
from adapters.sandbox.events import events_of
from adapters.sandbox.faults import Faults
from adapters.sandbox.homes import PEOPLE
from adapters.sandbox.identity.codes import Codes
from adapters.sandbox.identity.endpoints import Endpoints
from adapters.sandbox.identity.provider import Provider
from adapters.sandbox.identity.realms import customers_realm, staff_realm
from adapters.sandbox.latency import Latency
from adapters.sandbox.operations import Operations
from adapters.sandbox.options import WEBHOOK_KEY, SandboxOptions
from adapters.sandbox.pace import Pace
from adapters.sandbox.payments import paying
from adapters.sandbox.processor.processor import Processor, make_processor
from adapters.sandbox.reads import reading
from adapters.sandbox.rows import Raw
from adapters.sandbox.seeding import seeded
from adapters.sandbox.store import Store
from adapters.sandbox.surface import Surface
from adapters.sandbox.tokens import Tokens
from adapters.sandbox.tracking import tracking
from adapters.sandbox.webhooks import Webhooks

Clock = Callable[[], float]


def create_sandbox(
    options: SandboxOptions = SandboxOptions(),  # noqa: B008  # frozen: one default serves all
    *,
    clock: Clock = time.time,
    webhook_transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Return a sandbox: ServiceTitan, two identity providers and their control plane.

    `clock` (seconds since the epoch) decides when tokens expire and when calls are too many;
    `webhook_transport` carries the webhooks in place of the network.
    """
    store, calls, faults = Store(seeded(options)), Calls(), Faults()
    key = options.webhook_key or WEBHOOK_KEY
    webhooks = Webhooks(options.webhook_url, key, options.webhook_retries, webhook_transport)
    customers = customers_realm(options.public_url, clock)
    staff = staff_realm(options.public_url, clock)
    processor = make_processor(options, webhook_transport)
    control = ControlPlane(
        options, store, calls, faults, webhooks, customers, staff, processor.reset
    )
    operations = _operations(options, store, webhooks)
    surface = Surface(operations, Tokens(clock), Pace(options.rate_per_second, clock))
    spoiled = Breakage(surface, faults)
    return Starlette(
        routes=[
            *processor.controls(),
            *control.routes(),
            _mounted("/idp", customers, faults, clock),
            _mounted("/staff-idp", staff, faults, clock),
            processor.mounted(lambda app: Breakage(app, faults)),
            Mount("/", app=Recorder(Latency(spoiled, options.latency_ms / 1000), calls)),
        ],
        lifespan=_lifespan(webhooks, processor),
    )


def _operations(options: SandboxOptions, store: Store, webhooks: Webhooks) -> Operations:
    def changed(collection: str, before: Raw | None, after: Raw) -> None:
        webhooks.send(events_of(store, collection, before, after))

    writing = paying(store, changed) if options.payments_writable else {}
    return reading(store) | tracking(store) | selling(store) | writing


def _mounted(path: str, provider: Provider, faults: Faults, clock: Clock) -> BaseRoute:
    people = {person.email: person.shows for person in PEOPLE}
    router = Router(Endpoints(provider, people, Codes(clock)).routes())
    anywhere = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"])
    return Mount(path, app=Breakage(router, faults), middleware=[anywhere])


def _lifespan(
    *parts: Webhooks | Processor,
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        for part in parts:
            await part.close()

    return lifespan
