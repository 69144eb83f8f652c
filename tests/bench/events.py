"""How soon an event is answered: ServiceTitan gives up on an address that is slow."""

import asyncio
import hmac
import time
from itertools import count
from uuid import uuid4

import msgspec

from adapters.sandbox.webhooks import SIGNATURE
from tests.bench.failure import BenchFailed
from tests.bench.results import Answered
from tests.bench.sandbox import TWENTY_INVOICE, Sandbox
from tests.bench.servers import Server

AT_ONCE = 4
"""How many deliveries are under way at any time."""

_ACCEPTED = 202


async def answered(name: str, sandbox: Sandbox, server: Server, deliveries: int) -> Answered:
    """Deliver so many events of twenty invoices, each another; return how soon each was taken."""
    credentials = (await sandbox.control.get("/_sandbox/credentials")).raise_for_status().json()
    key, tenant = str(credentials["webhookKey"]).encode(), int(credentials["tenantId"])
    numbers, took = count(), list[float]()

    async def deliver() -> None:
        while (number := next(numbers)) < deliveries:
            body = event(TWENTY_INVOICE + number % 20, tenant)
            signature = hmac.new(key, body, "sha256").hexdigest()
            began = time.perf_counter()
            answer = await server.client.post(
                "/webhooks/servicetitan", content=body, headers={SIGNATURE: signature}
            )
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != _ACCEPTED:
                raise BenchFailed(f"{server.name} answered an event {answer.status_code}.")

    await asyncio.gather(*(deliver() for _ in range(AT_ONCE)))
    return Answered(name=name, ms=sorted(took))


def event(invoice: int, tenant: int) -> bytes:
    """Return the body of a new event: this invoice has changed."""
    told = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": "tn.acc.invoice-updated",
        "time": "2026-07-14T17:00:00Z",
        "source": "https://webhooks.servicetitan.io",
        "userassignedid": str(uuid4()),
        "datacontenttype": "application/json",
        "data": {"invoice": {"id": invoice}, "tenantId": tenant, "tenantName": "bench"},
    }
    return msgspec.json.encode(told)
