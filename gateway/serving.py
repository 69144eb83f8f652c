"""Serving an app over HTTP: a port that is ours before the app starts, an end without noise."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from math import ceil
from types import FrameType
from typing import Any

import structlog
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from adapters.ledger.database import is_in_memory
from gateway.bounded_http import BoundedHttp
from gateway.http.bodies import MAX_BYTES
from gateway.newcomers import SETTLING_SECONDS, hold_newcomers_off
from gateway.websockets import PING_SECONDS, BoundedWebSocket

GRACEFUL_SECONDS = 25

KEEP_ALIVE_SECONDS = 75
"""For how long a connection may be silent between two requests.

Longer than any balancer keeps one (nginx here 4 seconds, clouds' own 60): who hangs up first must
be the one who asks, or a request may be on its way over a connection that is being closed.
"""

_OF_LASTING = 0.6
"""The part of the time to end in that is for connections that last."""

_LOOK_SECONDS = 0.1
"""How often who waits looks whether it is to end at once."""

_STUCK_MS = 30_000
"""For how long a client may take nothing of what it was sent before its connection is dropped."""

Beside = Callable[[], AbstractAsyncContextManager[None]]
"""Opens what a server runs beside itself, in the same event loop."""

_log = structlog.get_logger("gateway")


class PortTaken(Exception):  # noqa: N818  # a state of the machine, told to a person
    """A port that cannot be had; the message says which and what to do."""


class Server(uvicorn.Server):
    """uvicorn, with exit code 0 when it is asked to end.

    Its own server raises the signal once more after the last answer, and so looks like a crash to
    whoever started it. `on_hangup` is called, in a thread, for each SIGHUP. An app that keeps
    `ending` in its state has it called before connections are closed: it ends those that last.
    `beside` is open for as long as it serves.

    Asked by SIGTERM, it still takes requests for `drain` seconds, says in each answer that it
    leaves, is not ready, and only then closes the port: whoever balances has noticed by then.
    That needs an app that keeps `leaving` in its state. `shares_port` is for one of several
    processes: the port goes on to let people in.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        on_hangup: Callable[[], None] | None = None,
        beside: Beside = nullcontext,
        *,
        drain: float = 0,
        shares_port: bool = False,
    ) -> None:
        super().__init__(config)
        self._on_hangup = on_hangup
        self._beside = beside
        self._drain = drain
        self._shares_port = shares_port
        self._told_by: int | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end."""
        settle_memory()
        if self._on_hangup is not None:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, loop.run_in_executor, None, self._on_hangup)
        async with self._beside():
            await super().serve(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, have the app end those that last, and then the others.

        All of it together may take as long as the configuration says.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        leaving, ending = self._of_app("leaving"), self._of_app("ending")
        drains = self._drain > 0 and leaving is not None and self._told_by == signal.SIGTERM
        if drains:
            _log.info("told to end")
            leaving.begin()
            await self._wait(self._drain)
            await self._let_nobody_in(sockets or ())
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        if drains:
            # Who was accepted last may not have been heard yet, and would be cut off unheard.
            await self._wait(SETTLING_SECONDS)
        graceful = self.config.timeout_graceful_shutdown
        if ending is not None and graceful is not None and not self.force_exit:
            await ending((graceful - (loop.time() - began)) * _OF_LASTING)
            self.config.timeout_graceful_shutdown = ceil(graceful - (loop.time() - began))
        await super().shutdown(sockets)

    def _of_app(self, name: str) -> Any:  # noqa: ANN401  # an app's state holds anything
        return getattr(getattr(self.config.app, "state", None), name, None)

    async def _let_nobody_in(self, listeners: Sequence[socket.socket]) -> None:
        """Wait until nobody stands at the port who was not accepted."""
        if not self._shares_port:
            for listener in listeners:
                hold_newcomers_off(listener)
        await self._wait(SETTLING_SECONDS)

    async def _wait(self, seconds: float) -> None:
        """Wait for so long; not where it is to end at once."""
        loop = asyncio.get_running_loop()
        over = loop.time() + seconds
        while not self.force_exit and (left := over - loop.time()) > 0:  # noqa: ASYNC110  # a signal's handler sets no event
            await asyncio.sleep(min(left, _LOOK_SECONDS))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End gracefully; a second Ctrl-C ends at once."""
        del frame
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self._told_by = self._told_by or sig
        self.should_exit = True


def settle_memory() -> None:
    """Look for circular garbage less often: rows are many, live long, and form no circles.

    With Python's own thresholds a quarter of the time of a large screen went into looking. Each
    look is a short one, at few new objects, for everybody waits for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 200)


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
    """Return a socket that listens on host and port (0: any free one); raise PortTaken.

    `option` is the one by which a person chooses another port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise PortTaken(
            f"Port {port} on {host} cannot be had ({why}): "
            f"stop what uses it, or choose another with {option}."
        ) from None
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # every connection has it of its listener
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STUCK_MS)
    return listener


def warn_of_memory(database_url: SecretStr) -> None:
    """Say where the ledger is nowhere: what must not be lost goes with the process."""
    if is_in_memory(database_url.get_secret_value()):
        _log.warning(
            "ledger in memory", problem="It ends with this process, and no crowd can use it."
        )


def port_of(listener: socket.socket) -> int:
    """Return the port a socket listens on."""
    return int(listener.getsockname()[1])


def configuration(app: ASGIApp, *, graceful_seconds: int = GRACEFUL_SECONDS) -> uvicorn.Config:
    """Return how an app is served here."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedHttp,
        ws=BoundedWebSocket,
        ws_max_size=MAX_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # A few bytes may become many: compressed messages are not taken.
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # No proxy is trusted to say in a header who is asking.
        proxy_headers=False,
        timeout_graceful_shutdown=graceful_seconds,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


def serve_until_told(
    app: ASGIApp,
    listener: socket.socket,
    *,
    on_hangup: Callable[[], None] | None = None,
    beside: Beside = nullcontext,
    drain: float = 0,
    shares_port: bool = False,
) -> None:
    """Serve the app until this process is asked to end; what runs then has 25 seconds to finish.

    With `on_hangup`, SIGHUP has it called in a thread, and ends nothing. `beside` is open until
    then. For `drain` seconds of the 25 it still takes requests (`Server`).
    """
    host, port = listener.getsockname()[:2]
    _log.info("serving", host=host, port=port)
    server = Server(configuration(app), on_hangup, beside, drain=drain, shares_port=shares_port)
    server.run(sockets=[listener])
