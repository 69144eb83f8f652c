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
from adapters.ledger.seen_events import SeenEvents
from gateway.answers.answers import answers_of
from gateway.choices import Choices
from gateway.console.built import find_built
from gateway.entrance import Surroundings, open_entrance
from gateway.graph import Graph, build_schema, checked_by, checking, open_documents
from gateway.ground import lay_ground, open_doors
from gateway.guard.opening import toll_of
from gateway.guard.trusted import Checks
from gateway.host_names import own_hosts
from gateway.http.admitting import Admitting, staff_looks
from gateway.http.client_address import ClientAddresses
from gateway.http.documents import DocumentEndpoints
from gateway.http.health import Ready, live
from gateway.http.leaving import Leaving
from gateway.http.links import PATH as LINKS
from gateway.http.links import LinkExchange
from gateway.http.middleware import Premises, doorstep_of, street_side
from gateway.http.outbox import Outbox
from gateway.http.overload import Gate
from gateway.identity.links import LinkTokens
from gateway.live import PATH, endpoint_of
from gateway.metrics.books import Books
from gateway.metrics.collected import Metrics
from gateway.paying import payment_webhooks
from gateway.plans.plans import Plans
from gateway.settings import Settings
from gateway.staff_deeds import deeds_of_staff
from gateway.telemetry import RequestLog
from gateway.threshold import NOBODY, Means, open_threshold
from gateway.tracing import Tracing, tracing_of
from gateway.watching import Watch
from gateway.workers import beside, closed_after

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
    tracing: Tracing | None = None,
) -> Starlette:
    """Return the gateway, ready to be served; nothing is asked of anybody before its lifespan.

    `choices` may change while it runs: the next operation goes by them, and so does what is read
    or remembered next. `transport` carries the calls to ServiceTitan and to the identity provider.
    `now` is the moment that rules go by. `tells_cost` shows everybody what an operation cost
    upstream. `patience` is how many seconds one question to ServiceTitan may take: fewer than an
    operation may, so that the rest of its answer stands. `tracing` is what traces requests where
    the settings do not say. Raises SettingsError for a setting that needs what is not installed,
    and ManifestError for trusted documents that cannot be used.
    """
    tracing, watch = tracing or tracing_of(settings), Watch()
    addresses = ClientAddresses(settings.trusted_proxies)
    ground = lay_ground(settings, choices, patience, transport, now)
    doors = open_doors(ground, settings, now)
    office, secret = doors.office, settings.secret_key.get_secret_value().encode()
    tokens = LinkTokens(secret, settings.servicetitan_tenant_id, time.time)
    deeds = deeds_of_staff(office.audit, now)
    around = Surroundings(choices, ground.ledger, now, deeds, transport, find_built())
    entrance = open_entrance(settings, around, tokens)
    asked = open_documents()
    checks = Checks(checked_by(asked), checking)
    toll = toll_of(settings, choices, checks, watch.counts)
    plans = Plans(build_schema()) if settings.is_compiled else None
    answers = answers_of(doors.records.recall, keeps=settings.keeps_answers)
    graph = Graph(
        doors, now, toll, asked, tells_cost=tells_cost, watch=watch, plans=plans, answers=answers
    )
    door, counts = entrance.door, watch.counts
    looks = staff_looks(settings.staff_oidc_issuer, settings.staff_audience, door.claimed)
    gate = Gate(settings.most_at_once())
    admitting = Admitting(gate, lambda: choices.current().limits, looks, toll.trusted)
    endpoint = endpoint_of(graph, door.identify, choices.current, settings, counts, admitting)
    business = f"tenant-{settings.servicetitan_tenant_id}.servicetitan"
    documents = DocumentEndpoints(doors, Press(), now, business)

    till, seen = ground.till, SeenEvents(ground.ledger)
    paid = payment_webhooks(settings, till.processor, till.cashier.heard, seen)
    leaving = Leaving()
    means = Means(doors, toll, asked, graph.costs, plans, answers)
    customers, log, threshold = entrance.bearers["customers"], RequestLog(counts), NOBODY
    if _is_plain(settings, tracing, tells_cost=tells_cost):
        threshold = open_threshold(customers, admitting, means, leaving, log)
    ready = Ready(
        {
            "ending": leaving.probe,
            "directory": ground.freshness.probe,
            "identity": entrance.trouble,
            "ledger": ground.ledger.trouble,
        }
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        traces = () if tracing is None else (tracing,)
        async with closed_after(*entrance.parts, *traces, toll), ground.running():
            await asyncio.gather(*(keys.refresh() for keys in entrance.keys))
            async with beside(*(keys.keep() for keys in entrance.keys)):
                yield

    app = Premises(
        routes=[
            *endpoint.routes,
            Route("/documents/{token}", documents.document),
            Route("/calendar/{token}.ics", documents.calendar),
            *entrance.routes,
            Route(LINKS, LinkExchange(office.links, tokens, address_of=addresses.of)),
            *ground.hearing.routes,
            *paid,
            Route("/health/live", live),
            Route("/health/ready", ready.__call__),
        ],
        middleware=street_side(
            public_url=settings.public_url,
            cors_origins=settings.cors_origins,
            counts=watch.counts,
            address_of=addresses.of,
            tracer=tracing,
            hosts=own_hosts(settings.public_url, settings.allowed_hosts),
            leaving=leaving,
            gate=gate,
            straight=endpoint.straight,
        ),
        lifespan=lifespan,
    )
    app.state.leaving = leaving
    app.state.threshold, app.state.outbox = threshold, Outbox()
    app.state.gate = gate
    app.state.doorstep = doorstep_of(
        PATH.encode("ascii"),
        admitting,
        public_url=settings.public_url,
        cors_origins=settings.cors_origins,
        counts=counts,
        leaving=leaving,
        address_of=addresses.of,
    )
    app.state.ending = endpoint.connections.end
    app.state.bus = ground.hearing.bus
    app.state.till = ground.till
    app.state.doors = doors
    books = Books(ground.ledger)
    live_ones, bearers = endpoint.connections, entrance.bearers
    metrics = Metrics(
        ground,
        counts,
        watch.guesses,
        live_ones,
        books,
        gate,
        bearers,
        answers,
        plans,
        doors.shelves,
        threshold,
    )
    app.state.metrics = metrics.families
    return app


def _is_plain(settings: Settings, tracing: Tracing | None, *, tells_cost: bool) -> bool:
    """May the very same requests be answered at the threshold?

    What is traced, or waits for Redis, or tells each time what was spent, takes steps of its own.
    """
    is_alone = tracing is None and settings.redis_url is None
    return settings.keeps_answers and is_alone and not tells_cost
