"""The sandbox of a run: started, asked for tokens, and asked which calls were made."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.demo.sandbox_process import credentials
from gateway.serving import listen, port_of
from tests.bench.processes import child
from tests.bench.questions import LATENCY_MS, TWENTY

HOST = "127.0.0.1"
TWENTY_CUSTOMER, TWENTY_PLACE = 9_000_001, 9_000_002
TWENTY_INVOICE = 9_000_200
"""The first of its invoices."""
_CONTACT, _JOB = 9_000_003, 9_000_100
_APART = 1000
"""How far the ids of the next such customer are from those of the one before."""
_LIKE_CUSTOMER, _LIKE_PLACE, _LIKE_JOB, _LIKE_INVOICE = 1031, 2101, 310_001, 510_001


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox and its control plane."""

    url: str
    control: httpx.AsyncClient
    _likes: dict[tuple[str, int], dict[str, object]] = field(default_factory=dict)

    async def token(self, email: str) -> str:
        """Return a bearer token for this email."""
        answer = await self.control.post("/_sandbox/token", json={"email": email})
        return str(answer.raise_for_status().json()["accessToken"])

    async def furnish(self, number: int = 0) -> str:
        """Put in a customer with twenty invoices, like the first twenty of the large one.

        Return their email; with another number it is somebody else.
        """
        email, ids = (TWENTY if number == 0 else f"{number}.{TWENTY}"), number * _APART
        name = f"Twenty Invoices {number or ''}".strip()
        customer, at = TWENTY_CUSTOMER + ids, TWENTY_PLACE + ids
        await self._put("customers", customer, _LIKE_CUSTOMER, name=name)
        await self._put("locations", at, _LIKE_PLACE, customerId=customer)
        contact = {"customerId": customer, "type": "Email", "value": email, "active": True}
        await self._record("customer-contacts", _CONTACT + ids, contact)
        owner, place = ({"id": of, "name": name} for of in (customer, at))
        for turn in range(20):
            job, invoice = _JOB + ids + turn, TWENTY_INVOICE + ids + turn
            at_home = {"customerId": customer, "locationId": at, "invoiceId": invoice}
            await self._put("jobs", job, _LIKE_JOB + turn, jobNumber=str(job), **at_home)
            of = {"id": job, "number": str(job), "type": "No Heat"}
            billed = {"customer": owner, "location": place, "job": of, "active": True}
            named = {"referenceNumber": str(invoice)}
            await self._put("invoices", invoice, _LIKE_INVOICE + turn, **billed, **named)
        return email

    async def _put(self, collection: str, of: int, like: int, **changed: object) -> None:
        if (collection, like) not in self._likes:
            row = await self.control.get(f"/_sandbox/records/{collection}/{like}")
            self._likes[collection, like] = row.raise_for_status().json()
        await self._record(collection, of, self._likes[collection, like] | changed | {"id": of})

    async def _record(self, collection: str, of: int, row: dict[str, object]) -> None:
        path = f"/_sandbox/records/{collection}/{of}"
        answer = await self.control.put(path, json=row, params={"webhook": "false"})
        answer.raise_for_status()

    async def change(self, collection: str, of: int, **row: object) -> None:
        """Change a row of ServiceTitan's, and have it tell of that by event."""
        answer = await self.control.put(f"/_sandbox/records/{collection}/{of}", json=row)
        answer.raise_for_status()

    async def forget_calls(self) -> None:
        """Begin to count anew."""
        (await self.control.delete("/_sandbox/calls")).raise_for_status()

    async def made_calls(self) -> list[Mapping[str, Any]]:
        """Return the calls made since, in their order, without feeds and tokens."""
        answer = await self.control.get("/_sandbox/calls")
        calls: list[Mapping[str, Any]] = answer.raise_for_status().json()["calls"]
        return calls

    async def calls(self, *, everything: bool = False) -> int:
        """Return how many calls were made since; with `everything`, feeds and tokens too."""
        asked = {"all": str(everything).lower()}
        answer = await self.control.get("/_sandbox/calls", params=asked)
        return int(answer.raise_for_status().json()["total"])


@asynccontextmanager
async def sandbox_running(latency_ms: int = LATENCY_MS, *more: str) -> AsyncIterator[Sandbox]:
    """Run the sandbox that the command line starts, on a free port and with latency.

    `more` are further options of its command.
    """
    with listen(HOST, 0) as probe:
        port = port_of(probe)
    options = ("--port", str(port), "--latency-ms", str(latency_ms), *more, "--while-stdin-open")
    url = f"http://{HOST}:{port}"
    async with (
        child("gateway", "sandbox", "serve", *options) as started,
        httpx.AsyncClient(base_url=url, trust_env=False) as control,
    ):
        await credentials(started.process, url)
        sandbox = Sandbox(url, control)
        await sandbox.furnish()
        yield sandbox
