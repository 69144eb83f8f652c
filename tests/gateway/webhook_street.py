"""ServiceTitan's webhook as the street sees it, and deliveries as ServiceTitan signs them."""

import hmac
import json
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.changes.applying import Applier
from adapters.changes.bus import Changes
from adapters.changes.counts import EventCounts
from adapters.changes.worker import EventWorker
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import SeenEvents
from gateway.counts import StreetCounts
from gateway.http.middleware import street_side
from gateway.http.webhooks import ServiceTitanWebhooks
from tests.changes.telling import FakeCache

PATH = "/webhooks/servicetitan"
HEADER = "x-servicetitan-signature"
KEY, NEXT = b"k" * 32, b"n" * 64
TENANT = 1234567


def event(**data: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    return {
        "specversion": "1.0",
        "id": "b1f0",
        "type": "tn.acc.invoice-updated",
        "time": "2001-02-03T17:05:11.123Z",  # age is never a reason to refuse
        "source": "https://webhooks.servicetitan.io",
        "userassignedid": "invoice-updated-5",
        "datacontenttype": "application/json",
        "data": {"invoice": {"id": 5}, "tenantId": TENANT, "tenantName": "acme"} | data,
    }


BODY = json.dumps(event()).encode()


def signature(body: bytes, key: bytes = KEY) -> str:
    return hmac.new(key, body, "sha256").hexdigest()


def _raw(told: str | bytes) -> bytes:
    return told if isinstance(told, bytes) else told.encode()


class Street:
    """The endpoint as the street sees it, over a ledger in memory."""

    def __init__(self, ledger: Ledger, keys: tuple[bytes, ...] = (KEY, NEXT)) -> None:
        self.worker = EventWorker(SeenEvents(ledger), Applier(FakeCache(), Changes()))
        self.endpoint = ServiceTitanWebhooks(self.worker, keys, HEADER, TENANT)
        counts = StreetCounts()
        self.security = counts.security
        app = Starlette(
            routes=[Route(PATH, self.endpoint.receive, methods=["POST"])],
            middleware=street_side(public_url=None, cors_origins=(), counts=counts),
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway"
        )

    async def post(self, body: bytes, *signatures: str | bytes, **headers: str) -> httpx.Response:
        """Send these bytes, with so many signatures."""
        told = [(HEADER.encode(), _raw(each)) for each in signatures]
        told += [(name.encode(), value.encode()) for name, value in headers.items()]
        return await self.client.post(PATH, content=body, headers=told)

    async def send(self, told: object, key: bytes = KEY) -> httpx.Response:
        """Send this as JSON, signed."""
        body = json.dumps(told).encode()
        return await self.post(body, signature(body, key))

    @property
    def counts(self) -> EventCounts:
        """What was counted."""
        return self.worker.counts

    async def waiting(self) -> int:
        """Tell how many events are still to be applied."""
        return await self.worker.seen.waiting()


def says(message: str, code: str) -> dict[str, object]:
    """Return the whole answer that says it: nothing of the event, of keys or of the house."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]
