"""Between the parent of a fleet and a worker: the parent asks for metrics, the worker tells them.

They speak by a pair of sockets that the worker is born with: a line without words asks, a line of
JSON answers.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec
import structlog

from gateway.metrics.families import Family
from gateway.metrics.serving import Families

PATIENCE_SECONDS: Final = 2.0
"""How long the parent waits for a worker; one that is slower is told of as not there."""

MOST_BYTES: Final = 8 * 1024 * 1024
_ASK: Final = b"\n"

_FAMILIES = msgspec.json.Decoder(list[Family])
_GONE = (OSError, EOFError, ValueError, msgspec.DecodeError, TimeoutError)

_log = structlog.get_logger("metrics")


@asynccontextmanager
async def answering(descriptor: int, families: Families) -> AsyncIterator[None]:
    """Tell the parent whenever it asks, for as long as the block lasts."""
    task = asyncio.create_task(_answer(descriptor, families))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _answer(descriptor: int, families: Families) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor))
    try:
        while await reader.readline():
            try:
                told = await families()
            except Exception as error:  # noqa: BLE001  # metrics that fail end no worker, and go on
                _log.error("metrics not told", error=type(error).__name__)
                told = []
            writer.write(msgspec.json.encode(told) + b"\n")
            await writer.drain()
    except OSError:
        return  # the parent is gone, and the worker goes too
    finally:
        writer.close()


class WorkerLine:
    """The parent's end. A question that is not answered yet is not asked again."""

    def __init__(self, ours: socket.socket) -> None:
        self._socket = ours
        self._asking: asyncio.Task[list[Family]] | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def families(self) -> list[Family] | None:
        """Return what the worker tells of itself; None where it does not answer in time."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(_noted)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.shield(self._asking)
        except _GONE:
            return None

    async def aclose(self) -> None:
        """Hang up."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._streams is None:
            self._socket.close()
            return
        writer = self._streams[1]
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _ask(self) -> list[Family]:
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(sock=self._socket, limit=MOST_BYTES)
        reader, writer = self._streams
        writer.write(_ASK)
        await writer.drain()
        answer = await reader.readline()
        if not answer.endswith(b"\n"):
            raise EOFError
        return _FAMILIES.decode(answer)


def _noted(task: asyncio.Task[list[Family]]) -> None:
    """Take note of how it ended, for when nobody waits any more."""
    if not task.cancelled():
        task.exception()
