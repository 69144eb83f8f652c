"""One place in a fleet: the process that holds it, and the next one when that ends."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from subprocess import SubprocessError

import structlog

from gateway.fleet_orders import LONGEST_END, told
from gateway.fleet_pulse import stands_still
from gateway.metrics.families import Family
from gateway.metrics.workers import WorkerLine
from gateway.workers import beside

AGAIN_SECONDS = (0.1, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long a place stays empty after each end in a row."""

LONG_LIVED = 60.0
"""Seconds after which the end of a process is no longer one in a row."""

# -P: what lies in the folder the parent was started in is not imported.
WORKER = ("-P", "-m", "gateway.fleet_worker")

_log = structlog.get_logger("fleet")


@dataclass(slots=True)
class Member:
    """Keeps a worker running in its place; `policy` tells the text it is to begin with.

    `starts` is how many processes have held the place, `hangs` how many of them stood still and
    were killed. `program` is what Python is to run, and `patience` how many seconds it has to end.
    """

    number: int
    descriptor: int
    policy: Callable[[], bytes]
    program: Sequence[str] = WORKER
    patience: float = LONGEST_END
    starts: int = 0
    hangs: int = 0
    _process: Process | None = None
    _line: WorkerLine | None = None
    _ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self) -> None:
        """Start a worker, and another whenever one ends, until told to end."""
        loop, failures = asyncio.get_running_loop(), 0
        while not self._ending.is_set():
            began = loop.time()
            try:
                code: int | None = await self._one_life()
            except (OSError, SubprocessError) as error:  # no memory for another process, say
                _log.error("worker not started", worker=self.number, problem=type(error).__name__)
                code = None
            if self._ending.is_set():
                return
            failures = 0 if loop.time() - began > LONG_LIVED else failures
            wait = AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)]
            failures += 1
            _log.error("worker ended", worker=self.number, code=code, again_in=wait)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._ending.wait()

    def take(self, text: bytes) -> None:
        """Have the worker go by this policy from now on; one that has just ended hears it later."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(told(text))

    async def families(self) -> list[Family] | None:
        """Return what the worker tells of itself; None where there is none, or it does not."""
        return None if self._line is None else await self._line.families()

    def end(self, number: signal.Signals) -> None:
        """Ask the worker to end, by this signal, and start none again."""
        self._ending.set()
        self._signal(number)

    async def _one_life(self) -> int:
        """Start a process and wait for its end; return its exit code, below 0 for a signal's.

        It has a session of its own, so that Ctrl-C reaches it through the parent alone.
        """
        ours, theirs = socket.socketpair()
        self._line = line = WorkerLine(ours)
        try:
            with theirs:
                self._process = process = await self._started(theirs.fileno())
            async with beside(self._kill_if_still(line)):
                return await self._served(process)
        finally:
            self._process = None
            self._line = None
            await line.aclose()

    async def _started(self, asked: int) -> Process:
        command = (*self.program, str(self.descriptor), str(self.number), str(asked))
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdin=PIPE,
            pass_fds=(self.descriptor, asked),
            start_new_session=True,
        )

    async def _served(self, process: Process) -> int:
        self.starts += 1
        _log.info("worker started", worker=self.number, pid=process.pid)
        self.take(self.policy())
        if self._ending.is_set():
            self._signal(signal.SIGTERM)
        return await self._end_of(process)

    async def _kill_if_still(self, line: WorkerLine) -> None:
        """Kill a worker that stands still; one that is told to end has its own time for that."""
        await stands_still(lambda: line.beats)
        if not self._ending.is_set():
            self.hangs += 1
            _log.error("worker stands still", worker=self.number)
            self._signal(signal.SIGKILL)

    async def _end_of(self, process: Process) -> int:
        ended = asyncio.ensure_future(process.wait())
        ending = asyncio.ensure_future(self._ending.wait())
        await asyncio.wait((ended, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not ended.done():
            await asyncio.wait((ended,), timeout=self.patience)
        if not ended.done():
            _log.error("worker had to be killed", worker=self.number)
            self._signal(signal.SIGKILL)
        return await ended

    def _signal(self, number: signal.Signals) -> None:
        """Signal it by its id; asyncio's own way races with the watcher that waits for its end."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
