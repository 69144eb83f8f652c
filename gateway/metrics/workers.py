"""Between the parent of a fleet and a worker: it says that it lives, and tells metrics when asked.

They speak by a pair of sockets that the worker is born with: a line without words asks, a line of
JSON answers. A line without words that comes from the worker is a beat: its event loop goes round.
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
BEAT_SECONDS: Final = 1.0
"""How often a worker says that it lives."""

_ASK: Final = b"\n"
_BEAT: Final = b"\n"

_FAMILIES = msgspec.json.Decoder(list[Family])
_GONE = (OSError, EOFError, ValueError, msgspec.DecodeError, TimeoutError)

_log = structlog.get_logger("metrics")


@asynccontextmanager
async def answering(descriptor: int, families: Families) -> AsyncIterator[None]:
    """Tell the parent whenever it asks, and that we live, for as long as the block lasts."""
    task = asyncio.create_task(_answer(descriptor, families))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _answer(descriptor: int, families: Families) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor))
    beating = asyncio.create_task(_beat(writer))
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
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        writer.close()


async def _beat(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(_BEAT)
        await asyncio.sleep(BEAT_SECONDS)


class WorkerLine:
    """The parent's end, made inside its event loop. A question under way is not asked again.

    `beats` is how often the worker has said that it lives.
    """

    def __init__(self, ours: socket.socket) -> None:
        self.beats = 0
        self._asking: asyncio.Task[list[Family]] | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._opened = asyncio.create_task(
            asyncio.open_unix_connection(sock=ours, limit=MOST_BYTES)
        )
        self._reading = asyncio.create_task(self._read())

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
        _, writer = await self._opened
        tasks = [self._reading, *([] if self._asking is None else [self._asking])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _ask(self) -> list[Family]:
        _, writer = await self._opened
        if self._reading.done():
            raise EOFError
        self._answer = asyncio.get_running_loop().create_future()
        writer.write(_ASK)
        await writer.drain()
        return _FAMILIES.decode(await self._answer)

    async def _read(self) -> None:
        """Take in what the worker says, until it hangs up."""
        reader, _ = await self._opened
        try:
            while (line := await reader.readline()).endswith(b"\n"):
                if line == _BEAT:
                    self.beats += 1
                elif self._answer is not None and not self._answer.done():
                    self._answer.set_result(line)
        except (OSError, ValueError):  # it is gone, or says more in a line than anybody may
            pass
        finally:
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(EOFError())


def _noted(task: asyncio.Task[list[Family]]) -> None:
    """Take note of how it ended, for when nobody waits any more."""
    if not task.cancelled():
        task.exception()
