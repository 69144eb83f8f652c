"""What stands before every endpoint, outermost first."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from adapters.tracing import Tracer
from gateway.counts import StreetCounts
from gateway.http.headers import SafeHeaders
from gateway.http.last_resort import LastResort
from gateway.telemetry import RequestLog, TraceRequests


def street_side(
    *,
    public_url: str | None,
    cors_origins: Sequence[str],
    counts: StreetCounts | None = None,
    tracer: Tracer | None = None,
) -> list[Middleware]:
    """Return the middleware: request id and log, safe headers, and the front ends' origins.

    With a tracer every request is traced; without one there is nothing in the way.
    """
    https = (public_url or "").startswith("https:")
    return [
        *([] if tracer is None else [Middleware(TraceRequests, tracer=tracer)]),
        Middleware(RequestLog, counts=counts),
        Middleware(SafeHeaders, https=https),
        *([_front_ends(cors_origins)] if cors_origins else []),
        Middleware(LastResort),
    ]


def _front_ends(origins: Sequence[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        # A cookie is none of theirs: who sends X-View-As there has a bearer token of staff.
        allow_headers=["Authorization", "Content-Type", "X-Request-Id", "X-View-As"],
        expose_headers=["X-Request-Id", "Retry-After"],
        max_age=600,
    )
