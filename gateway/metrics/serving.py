"""`GET /metrics` on a port of its own, which the public one does not lead to (HT-19)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.metrics.families import MEDIA_TYPE, Family, exposition
from gateway.serving import PortTaken, configuration, listen
from gateway.settings import Settings

PATH: Final = "/metrics"
SETTING: Final = "PORTAL_METRICS_ADDRESS"
AT_ONCE: Final = 16
"""How many may fetch at the same time: there is one Prometheus as a rule, or two."""

Families = Callable[[], Awaitable[list[Family]]]

_log = structlog.get_logger("metrics")


class _Beside(uvicorn.Server):
    """A server beside the one that signals are for."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the other."""
        yield


def metrics_listener(settings: Settings) -> socket.socket | None:
    """Return where metrics are fetched, None where they are not to be; raise PortTaken.

    An address that nobody chose stops no gateway: where it is taken, the log says so.
    """
    address = settings.metrics_address
    if address is None:
        return None
    try:
        return listen(*address, SETTING)
    except PortTaken as taken:
        if "metrics_address" in settings.model_fields_set:
            raise
        _log.warning("metrics not served", problem=str(taken))
        return None


@asynccontextmanager
async def serving_metrics(
    listener: socket.socket | None, families: Families
) -> AsyncIterator[None]:
    """Have these metrics fetched there for as long as the block lasts."""
    if listener is None:
        yield
        return
    config = configuration(metrics_app(families), graceful_seconds=1)
    config.limit_concurrency = AT_ONCE
    server = _Beside(config)
    host, port = listener.getsockname()[:2]
    _log.info("metrics served", host=host, port=port)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def metrics_app(families: Families) -> Starlette:
    """Return what answers Prometheus, and nobody else anything."""

    async def metrics(request: Request) -> Response:
        del request
        return Response(exposition(await families()), media_type=MEDIA_TYPE)

    return Starlette(routes=[Route(PATH, metrics, methods=["GET"])])
