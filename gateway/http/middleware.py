"""What stands before every endpoint, outermost first."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from gateway.http.headers import SafeHeaders
from gateway.http.last_resort import LastResort
from gateway.telemetry import RequestLog


def street_side(*, public_url: str | None, cors_origins: Sequence[str]) -> list[Middleware]:
    """Return the middleware: request id and log, safe headers, and the front ends' origins."""
    https = (public_url or "").startswith("https:")
    return [
        Middleware(RequestLog),
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
