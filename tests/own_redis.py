"""A Redis of one's own, to stop, to empty and to end: never the machine's."""

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.serving import listen, port_of

HOST = "127.0.0.1"
HOW = "There is no redis-server to start (Debian: apt install redis-server)."


def free_port() -> int:
    """Return a port that is free now."""
    with listen(HOST, 0) as probe:
        return port_of(probe)


@dataclass(frozen=True, slots=True)
class OwnRedis:
    """A Redis as a process, and its address."""

    url: str
    process: Process

    async def stop_for(self, seconds: float) -> None:
        """Have it answer nothing for so long, its connections open."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    async def flush(self) -> None:
        """Have it forget everything."""
        async with Redis.from_url(self.url) as redis:
            await redis.flushall()


@asynccontextmanager
async def redis_running() -> AsyncIterator[OwnRedis | None]:
    """Run one that keeps nothing on disk; None where there is none to run."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    options = ("--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no")
    process = await asyncio.create_subprocess_exec(program, *options, stdout=DEVNULL)
    url = f"redis://{HOST}:{port}/0"
    try:
        await _answers(url)
        yield OwnRedis(url, process)
    finally:
        await ended(process)


async def ended(process: Process) -> None:
    """Kill it, if it is still there, and wait for its end."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def _answers(url: str) -> None:
    async with Redis.from_url(url) as redis, asyncio.timeout(10):
        while True:
            with suppress(RedisError, OSError):
                await redis.ping()
                return
            await asyncio.sleep(0.02)
