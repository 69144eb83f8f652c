"""A wire to Redis, or to another server, that can be made slow, silent or cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_REDIS = ("127.0.0.1", 6379)


class Link:
    """Passes bytes both ways while it is `open`; what comes meanwhile waits.

    New connections lead `onward`: to the Redis of the tests, unless told.
    """

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.refuses = False
        self.port = 0
        self.onward = _REDIS
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if self.refuses:
            writer.close()
            return
        others, onward = await asyncio.open_connection(*self.onward)
        self._writers |= {writer, onward}
        for source, sink in ((reader, onward), (others, writer)):
            task = asyncio.create_task(self._pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while told := await source.read(65536):
                await self.open.wait()
                sink.write(told)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()

    def cut(self) -> None:
        """Close every connection, and refuse new ones."""
        self.refuses = True
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self.refuses = False
        self.open.set()

    async def aclose(self) -> None:
        """End what is passed."""
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def link() -> AsyncIterator[Link]:
    """Open a wire, to Redis unless it is led elsewhere."""
    opened = Link()
    server = await asyncio.start_server(opened.take, "127.0.0.1", 0)
    opened.port = server.sockets[0].getsockname()[1]
    try:
        yield opened
    finally:
        server.close()
        await opened.aclose()
