"""What stands before every endpoint, outermost first."""

from collections.abc import Collection, Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from adapters.tracing import Tracer
from gateway.counts import StreetCounts
from gateway.http.gated import Gated
from gateway.http.headers import SafeHeaders
from gateway.http.heads import BoundedHeads
from gateway.http.hosts import OwnHosts
from gateway.http.last_resort import LastResort
from gateway.http.leaving import LastAnswers, Leaving
from gateway.http.overload import Gate
from gateway.security import AddressOf, SecurityEvents, SecurityScenes
from gateway.telemetry import RequestLog, TraceRequests


def street_side(
    *,
    public_url: str | None,
    cors_origins: Sequence[str],
    counts: StreetCounts | None = None,
    tracer: Tracer | None = None,
    hosts: Collection[str] = (),
    leaving: Leaving | None = None,
    gate: Gate | None = None,
    address_of: AddressOf | None = None,
) -> list[Middleware]:
    """Return the middleware: request id and log, safe headers, and the front ends' origins.

    With a tracer every request is traced; without one there is nothing in the way. Where `hosts`
    names any, nothing is answered under another name. `leaving` knows of the end of this process.
    `gate` is where requests begin in turns. `address_of` tells where one comes from, for
    what the log says of those that are refused.
    """
    counts = counts or StreetCounts()
    https = (public_url or "").startswith("https:")
    return [
        *([] if tracer is None else [Middleware(TraceRequests, tracer=tracer)]),
        Middleware(RequestLog, counts=counts),
        Middleware(
            SecurityScenes, events=SecurityEvents(counts=counts.security), address_of=address_of
        ),
        Middleware(SafeHeaders, https=https),
        Middleware(BoundedHeads),
        *([] if leaving is None else [Middleware(LastAnswers, leaving=leaving)]),
        *([Middleware(OwnHosts, hosts=hosts)] if hosts else []),
        *([_front_ends(cors_origins)] if cors_origins else []),
        Middleware(LastResort),
        *([] if gate is None else [Middleware(Gated, gate=gate)]),
    ]


def _front_ends(origins: Sequence[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        # A cookie is none of theirs: who sends X-View-As there has a bearer token of staff.
        allow_headers=[
            "Authorization",
            "Content-Type",
            "If-None-Match",
            "X-Request-Id",
            "X-View-As",
        ],
        expose_headers=["X-Request-Id", "Retry-After", "ETag"],
        max_age=600,
    )
