"""What stands before every endpoint, put together."""

from collections.abc import Collection, Mapping, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from adapters.tracing import Tracer
from gateway.counts import StreetCounts
from gateway.http.admitting import Admitting
from gateway.http.doorstep import Doorstep
from gateway.http.front_ends import FrontEnds
from gateway.http.headers import SafeHeaders
from gateway.http.leaving import Leaving
from gateway.http.overload import Gate
from gateway.http.street import Street
from gateway.security import AddressOf, Scenes, SecurityEvents, peer_of
from gateway.telemetry import RequestLog


class Premises(Starlette):
    """Starlette's application without its own mask of failures.

    The street, which stands before everything, answers whatever fails: the mask would see nothing,
    and cost every request a call and its answer two.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """Return the middleware as it stands around the routes."""
        app: ASGIApp = ExceptionMiddleware(self.router)
        for make, args, named in reversed(self.user_middleware):
            app = make(app, *args, **named)
        return app


def street_side(  # noqa: PLR0913  # each is one thing that a gateway has or has not
    *,
    public_url: str | None,
    cors_origins: Sequence[str],
    counts: StreetCounts | None = None,
    tracer: Tracer | None = None,
    hosts: Collection[str] = (),
    leaving: Leaving | None = None,
    gate: Gate | None = None,
    address_of: AddressOf = peer_of,
    straight: Mapping[str, ASGIApp] | None = None,
) -> list[Middleware]:
    """Return the middleware: request id and log, safe headers, and the front ends' origins.

    With a tracer every request is traced; without one there is nothing in the way. Where `hosts`
    names any, nothing is answered under another name. `leaving` knows of the end of this process.
    `gate` is where requests begin in turns. `address_of` tells where one comes from, for
    what the log says of those that are refused. `straight` are places that are led to at once.
    """
    counts = counts or StreetCounts()
    return [
        Middleware(
            Street,
            headers=_safe_headers(public_url),
            log=RequestLog(counts),
            scenes=Scenes(SecurityEvents(counts=counts.security), address_of),
            hosts=hosts,
            front_ends=_front_ends(cors_origins),
            leaving=leaving or Leaving(),
            gate=gate,
            tracer=tracer,
            straight=straight or {},
        )
    ]


def doorstep_of(
    path: bytes,
    admitting: Admitting,
    *,
    public_url: str | None,
    cors_origins: Sequence[str],
    counts: StreetCounts,
    leaving: Leaving,
    address_of: AddressOf = peer_of,
) -> Doorstep:
    """Return what sends readers away from this path while the gate takes none."""
    return Doorstep(
        path,
        admitting,
        address_of=address_of,
        headers=_safe_headers(public_url),
        front_ends=_front_ends(cors_origins),
        leaving=leaving,
        counts=counts,
    )


def _safe_headers(public_url: str | None) -> SafeHeaders:
    return SafeHeaders(https=(public_url or "").startswith("https:"))


def _front_ends(origins: Sequence[str]) -> FrontEnds | None:
    return FrontEnds(origins) if origins else None
