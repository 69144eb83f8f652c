"""What browsers are told about front ends' pages, which have another origin than we (CORS)."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.header_pairs import Pair, first, put

_ORIGIN: Final = b"origin"
_VARY: Final = b"vary"
_EXPOSED: Final = ("X-Request-Id", "Retry-After", "ETag")


class FrontEnds:
    """Pages of these origins may ask us, and read what we answer.

    What browsers ask before is answered by Starlette. What an answer says is known for each origin
    beforehand: front ends are asked for by name, so there are few.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        exposed = (b"access-control-expose-headers", ", ".join(_EXPOSED).encode())
        self._of_strangers: tuple[Pair, ...] = (exposed,)
        self._of = {
            origin.encode("latin-1"): (
                exposed,
                (b"access-control-allow-origin", origin.encode("latin-1")),
            )
            for origin in origins
        }
        self._library = CORSMiddleware(
            _nobody,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            # A cookie is none of theirs: who sends X-View-As there has a bearer token of staff.
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-None-Match",
                "X-Request-Id",
                "X-View-As",
            ],
            max_age=600,
        )

    def preflight(self, scope: Scope) -> Response | None:
        """Return the answer where a browser asks whether it may ask."""
        if scope["method"] != "OPTIONS":
            return None
        headers = Headers(scope=scope)
        if "origin" not in headers or "access-control-request-method" not in headers:
            return None
        return self._library.preflight_response(request_headers=headers)

    def add_to(self, headers: list[Pair], scope: Scope) -> None:
        """Add to an answer who may read it."""
        origin = first(scope["headers"], _ORIGIN)
        if origin is not None:
            headers.extend(self._of.get(origin, self._of_strangers))
        varies = first(headers, _VARY)
        put(headers, _VARY, b"Origin" if varies is None else varies + b", Origin")


async def _nobody(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Answer nothing: the library answers preflights alone."""
