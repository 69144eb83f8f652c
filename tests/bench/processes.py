"""The processes a run starts: told what to do on one line, answering on one, ended with the run."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar, cast

import msgspec

from tests.bench.failure import BenchFailed

ROOT = Path(__file__).parents[2]
LONGEST_LINE = 16 * 1024 * 1024
STOP_SECONDS = 3.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Child:
    """One process; `log` is what it wrote to standard error."""

    name: str
    process: asyncio.subprocess.Process
    log: IO[bytes]

    async def ask(self, wish: msgspec.Struct, answer: type[T]) -> T:
        """Tell it what to do, and return what it answers; raise BenchFailed when it ends first."""
        stdin = cast("asyncio.StreamWriter", self.process.stdin)
        stdout = cast("asyncio.StreamReader", self.process.stdout)
        with suppress(ConnectionError):
            stdin.write(msgspec.json.encode(wish) + b"\n")
            await stdin.drain()
        line = await stdout.readline()
        if not line:
            raise BenchFailed(f"{self.name} ended too soon.\n{self._last_words()}")
        return msgspec.json.decode(line, type=answer)

    def _last_words(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]


@asynccontextmanager
async def child(*command: str) -> AsyncIterator[Child]:
    """Run `python -m command` for as long as the block lasts."""
    async with program(command[0], sys.executable, "-m", *command) as started:
        yield started


@asynccontextmanager
async def program(
    name: str, *command: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Child]:
    """Run a command for as long as the block lasts.

    It has a session of its own, so that Ctrl-C reaches it through this run alone, and it must end
    by itself when its standard input closes: with a killed run, too.
    """
    with TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        try:
            yield Child(name, process, log)
        finally:
            await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal it by its id; asyncio's own way races with the watcher that waits for its end."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
