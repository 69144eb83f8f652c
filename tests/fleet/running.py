"""`portal-gateway serve --workers` as a process, seen from its port, its log and its signals."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.bench.sandbox import Sandbox
from tests.limitless import UNBOUNDED_TEXT
from tests.own_redis import ended

Line = dict[str, Any]

# Nothing listens at port 9 (discard): a fleet starts all the same, and says what it lacks.
ENVIRONMENT = {
    "PORTAL_SERVICETITAN_API_URL": "http://127.0.0.1:9",
    "PORTAL_SERVICETITAN_AUTH_URL": "http://127.0.0.1:9",
    "PORTAL_SERVICETITAN_TENANT_ID": "7",
    "PORTAL_SERVICETITAN_CLIENT_ID": "sandbox-client",
    "PORTAL_SERVICETITAN_CLIENT_SECRET": "sandbox-secret",
    "PORTAL_SERVICETITAN_APP_KEY": "sandbox-app-key",
    "PORTAL_OIDC_ISSUER": "http://127.0.0.1:9/idp",
    "PORTAL_OIDC_AUDIENCE": "portal",
    "PORTAL_SECRET_KEY": "sandbox-key-of-thirty-two-letters",
    "PORTAL_METRICS_ADDRESS": "127.0.0.1:0",
    # Nobody balances here: a port that is closed is closed at once.
    "PORTAL_DRAIN_SECONDS": "0",
}


async def credentials_of(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment that leads a gateway to this sandbox and its events."""
    told = (await sandbox.control.get("/_sandbox/credentials")).json()
    return {
        "PORTAL_SERVICETITAN_API_URL": told["apiUrl"],
        "PORTAL_SERVICETITAN_AUTH_URL": told["authUrl"],
        "PORTAL_SERVICETITAN_TENANT_ID": str(told["tenantId"]),
        "PORTAL_SERVICETITAN_CLIENT_ID": told["clientId"],
        "PORTAL_SERVICETITAN_CLIENT_SECRET": told["clientSecret"],
        "PORTAL_SERVICETITAN_APP_KEY": told["appKey"],
        "PORTAL_OIDC_ISSUER": told["issuer"],
        "PORTAL_OIDC_AUDIENCE": told["audience"],
        "PORTAL_WEBHOOK_KEYS": told["webhookKey"],
    }


@dataclass(slots=True)
class Running:
    """A fleet: its parent's process, its address, and what it and its workers have logged."""

    process: Process
    url: str = ""
    lines: list[Line] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was written beside the log, line by line."""
    listening: "asyncio.Task[None] | None" = None
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, event: str, **values: object) -> list[Line]:
        """Return the lines of this event that say these values."""
        return [
            line
            for line in self.lines
            if line.get("event") == event and values.items() <= line.items()
        ]

    async def until(self, seen: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something is true of what was logged."""
        async with asyncio.timeout(seconds):
            while not seen():
                self._more.clear()
                await self._more.wait()

    def pids(self) -> dict[int, int]:
        """Return each worker's process, the latest."""
        return {line["worker"]: line["pid"] for line in self.told("worker started")}

    async def all_serve(self, starts: int = 2) -> None:
        """Wait until so many workers have begun to serve, since the fleet began."""
        await self.until(lambda: sum("worker" in line for line in self.told("serving")) >= starts)

    def signal(self, number: signal.Signals) -> None:
        """Signal the parent."""
        os.kill(self.process.pid, number)

    def kill(self, worker: int) -> int:
        """Kill a worker as a machine without memory would; return its process."""
        return self.signal_worker(worker, signal.SIGKILL)

    def signal_worker(self, worker: int, number: int) -> int:
        """Signal one worker by itself; return its process."""
        pid = self.pids()[worker]
        os.kill(pid, number)
        return pid

    async def business(self) -> str:
        """Ask a worker, whichever it is, for the business's name."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            asked = {"query": "{ portal { businessName } }"}
            answer = await client.post("/graphql", json=asked)
            assert "errors" not in answer.json(), self.troubles()
            return str(answer.json()["data"]["portal"]["businessName"])

    def troubles(self) -> list[Line]:
        """Return the lines that tell of an error."""
        return [line for line in self.lines if line.get("level") == "error"]

    async def answered_by(self) -> Counter[int]:
        """Ask until both workers have answered; return what each said how often."""
        async with asyncio.timeout(20):
            while len(self._answers()) < len(self.pids()):
                await asyncio.gather(*(self.business() for _ in range(8)))
        return self._answers()

    def _answers(self) -> Counter[int]:
        return Counter(line["worker"] for line in self.told("request"))

    async def is_gone(self) -> None:
        """Wait until the parent and every worker have ended: until nobody holds the log open."""
        assert self.listening is not None
        async with asyncio.timeout(35):
            await asyncio.shield(self.listening)
            await self.process.wait()

    async def listen(self) -> None:
        """Take in what is logged, until the last process has ended."""
        assert self.process.stderr is not None
        async for written in self.process.stderr:
            try:
                self.lines.append(json.loads(written))
            except ValueError:
                self.said.append(written.decode(errors="replace"))
            self._more.set()


@asynccontextmanager
async def fleet_running(
    told: Mapping[str, str], *, workers: int = 2, port: int = 0
) -> AsyncIterator[Running]:
    """Run a fleet by this environment until the block ends, and see that nothing of it is left."""
    options = ("--workers", str(workers), "--port", str(port))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "serve", *options),
        stderr=PIPE,
        env={**os.environ, **ENVIRONMENT, **told},
    )
    running = Running(process)
    running.listening = asyncio.create_task(running.listen())
    try:
        await running.until(lambda: bool(running.told("serving", workers=workers)))
        (line,) = running.told("serving", workers=workers)
        running.url = f"http://{line['host']}:{line['port']}"
        yield running
    finally:
        if process.returncode is None:
            running.signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await process.wait()
        await ended(process)
        await running.is_gone()


def alive(pid: int) -> bool:
    """Is there such a process, be it one that has ended and that nobody has asked after?"""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def policy_file(folder: Path, name: str) -> Path:
    """Write a policy in which the business has this name."""
    path = folder / "policy.toml"
    tenant = f'[tenant]\ntime_zone = "America/Chicago"\nbusiness_name = "{name}"\n'
    path.write_text(tenant + UNBOUNDED_TEXT)
    return path
