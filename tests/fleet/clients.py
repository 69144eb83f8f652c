"""Clients of a fleet over a sandbox: they change invoices, tell of it, read, and note when."""

import asyncio
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from uuid import uuid4

import httpx

from tests.bench.sandbox import TWENTY_INVOICE, Sandbox
from tests.fleet.history import BOUND, Read, Write
from tests.fleet.running import Running

KEYS = tuple(range(TWENTY_INVOICE, TWENTY_INVOICE + 4))
ASKED = "{ viewer { invoices(first: 20) { nodes { number balance } } } }"
BETWEEN_WRITES, BETWEEN_READS, BETWEEN_TRIES = 0.2, 0.05, 0.2


@dataclass(frozen=True, slots=True)
class Failure:
    """A reader who was not answered: when they asked, when they knew, and what they were told."""

    began: float
    ended: float
    told: str


@dataclass(slots=True)
class Clients:
    """Everybody who speaks to the fleet, and what they wrote down.

    While `events_are_lost`, nobody is told of a change. `stall` is for how long at most this
    machine let a task wait beyond its time: so much less is known of when anything was.
    """

    fleet: Running
    sandbox: Sandbox
    token: str
    key: bytes
    events_are_lost: bool = False
    writes: list[Write] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    stall: float = 0.0
    _reads: list[tuple[str, Read]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    async def run(self, readers: int = 4) -> None:
        """Write, read and watch the clock, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_writing())
            group.create_task(self._watch())
            for _ in range(readers):
                group.create_task(self._keep_reading())

    def reads(self) -> list[Read]:
        """Return what was read, each read with the process that answered it, by the fleet's log."""
        lives: dict[int, int] = {}
        by: dict[str, str] = {}
        for line in self.fleet.lines:
            if line.get("event") == "worker started":
                lives[line["worker"]] = line["pid"]
            elif line.get("event") == "request":
                by[line["request_id"]] = f"worker {line['worker']} ({lives[line['worker']]})"
        return [replace(read, by=by[asked]) for asked, read in self._reads]

    async def name(self) -> None:
        """Give every key its name before it is written."""
        for key in KEYS:
            await self._put(key, {"referenceNumber": str(key), "balance": _money(0)})

    async def _keep_writing(self) -> None:
        for number in count():
            await self._write(KEYS[number % len(KEYS)], number // len(KEYS) + 1)
            await asyncio.sleep(BETWEEN_WRITES)

    async def _write(self, key: int, version: int) -> None:
        """Change it and tell of it; a write that is cut short may be seen, and is due never."""
        began, is_lost = time.monotonic(), self.events_are_lost
        accepted, obeyed = None, inf
        try:
            await self._put(key, {"balance": _money(version)})
            if is_lost:
                obeyed = time.monotonic()
                return
            await self._tell(key)
            accepted = time.monotonic()
            obeyed = accepted + BOUND
        finally:
            self.writes.append(Write(key, version, began, accepted, obeyed))

    async def _put(self, key: int, row: Mapping[str, str]) -> None:
        path = f"/_sandbox/records/invoices/{key}?webhook=false"
        (await self.sandbox.control.put(path, json=row)).raise_for_status()

    async def _tell(self, key: int) -> None:
        """Tell of a change until a worker has it, as ServiceTitan would, but sooner."""
        told = self._event(key)
        signed = hmac.new(self.key, told, "sha256").hexdigest()
        headers = {
            "content-type": "application/cloudevents+json",
            "x-servicetitan-signature": signed,
        }
        while True:
            try:
                async with httpx.AsyncClient(base_url=self.fleet.url, trust_env=False) as client:
                    path = "/webhooks/servicetitan"
                    answer = await client.post(path, content=told, headers=headers)
                    if answer.status_code == httpx.codes.ACCEPTED:
                        return
            except httpx.TransportError:
                pass
            await asyncio.sleep(BETWEEN_TRIES)

    def _event(self, key: int) -> bytes:
        event = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "type": "tn.acc.invoice-updated",
            "source": "https://webhooks.servicetitan.io",
            "userassignedid": str(uuid4()),
            "datacontenttype": "application/json",
            "data": {"invoice": {"id": key}, "tenantId": 1234567, "tenantName": "sandbox-tenant"},
        }
        return json.dumps(event).encode()

    async def _keep_reading(self) -> None:
        while True:
            await self.read()
            await asyncio.sleep(BETWEEN_READS)

    async def read(self) -> None:
        """Read over a connection of its own, so that any worker may be the one."""
        asked, began = f"read-{next(self._numbers)}", time.monotonic()
        headers = {"authorization": f"Bearer {self.token}", "x-request-id": asked}
        try:
            async with httpx.AsyncClient(base_url=self.fleet.url, trust_env=False) as client:
                answer = await client.post("/graphql", json={"query": ASKED}, headers=headers)
            told = answer.json()
        except httpx.TransportError as error:
            self.failures.append(Failure(began, time.monotonic(), type(error).__name__))
            return
        ended = time.monotonic()
        if "errors" in told:
            self.failures.append(Failure(began, ended, str(told["errors"])))
            return
        balances = {
            row["number"]: row["balance"] for row in told["data"]["viewer"]["invoices"]["nodes"]
        }
        versions = {key: int(float(balances[str(key)])) - 1000 for key in KEYS}
        self._reads.append((asked, Read(began, ended, "", versions)))

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.02)
            self.stall = max(self.stall, time.monotonic() - began - 0.02)


def _money(version: int) -> str:
    return f"{1000 + version}.00"
