"""What the way to a place and back costs, with nothing at the place: the least of any request."""

import asyncio
import io
from collections.abc import MutableMapping
from contextlib import redirect_stderr
from typing import Any

from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from gateway.http.client_address import ClientAddresses
from gateway.http.leaving import Leaving
from gateway.http.middleware import street_side
from gateway.http.overload import Gate
from gateway.logs import configure_logging
from tests.bench.costs.timing import cost_of
from tests.bench.results import Cost

_REQUESTS = 500
_PLACE = "/graphql"
_ORIGIN = "https://portal.example"
_HEADERS = (
    (b"host", b"portal.example"),
    (b"user-agent", b"Mozilla/5.0"),
    (b"accept", b"*/*"),
    (b"authorization", b"Bearer " + b"a" * 600),
    (b"content-type", b"application/json"),
    (b"content-length", b"120"),
    (b"origin", _ORIGIN.encode()),
)


def street_costs(repeats: int) -> list[Cost]:
    """Measure it without the request's line in the log, and with it."""
    app = Starlette(
        middleware=street_side(
            public_url=_ORIGIN,
            cors_origins=(_ORIGIN,),
            hosts=("portal.example",),
            leaving=Leaving(),
            gate=Gate(),
            address_of=ClientAddresses().of,
            straight={_PLACE: _answer},
        )
    )
    with asyncio.Runner() as runner:

        def asking() -> None:
            runner.run(_ask(app))

        quiet = cost_of("a request to a place and back, unlogged", _REQUESTS, asking, repeats)
        with redirect_stderr(io.StringIO()):
            configure_logging("info")
            told = cost_of("a request to a place and back", _REQUESTS, asking, repeats)
        configure_logging("warning")
    return [quiet, told]


async def _ask(app: Starlette) -> None:
    for _ in range(_REQUESTS):
        await app(_asked(), _receive, _send)


def _asked() -> MutableMapping[str, Any]:
    path: dict[str, Any] = {"path": _PLACE, "raw_path": _PLACE.encode(), "query_string": b""}
    return {"type": "http", "method": "POST", "headers": list(_HEADERS), **path}


async def _answer(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_message: Message) -> None:
    """Send it nowhere."""
