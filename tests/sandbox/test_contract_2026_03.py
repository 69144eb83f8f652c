"""What is no longer published is held to its last specification: webhooks and `POST /payments`."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx
from starlette.types import ASGIApp

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions

Opened = Callable[[ASGIApp], AbstractAsyncContextManager[httpx.AsyncClient]]
Wrong = Callable[[str, str, str, object], list[tuple[int, str]]]
Json = dict[str, Any]


async def test_a_payment_is_as_it_was_published(st: httpx.AsyncClient, wrong: Wrong) -> None:
    await st.put("/_sandbox/records/invoices/72", json={"balance": "10.00"})
    order = {"typeId": 9, "splits": [{"invoiceId": 72}]}
    answer = await st.post("/accounting/v2/tenant/1234567/payments", json=order)
    assert answer.status_code == 200
    pointer = "/components/schemas/Accounting.V2.PaymentResponse"
    assert wrong("2026-03", "accounting", pointer, answer.json()) == []


class Inbox(httpx.AsyncBaseTransport):
    """Takes events, and says when there are as many as were expected."""

    def __init__(self, expected: int) -> None:
        self.events: list[Json] = []
        self.full = asyncio.Event()
        self._expected = expected

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take one."""
        self.events.append(json.loads(await request.aread()))
        if len(self.events) == self._expected:
            self.full.set()
        return httpx.Response(204)


EVENTS = {
    "tn.acc.invoice-updated": ("accounting", "Accounting.V2.Webhook.InvoiceUpdatedEventPayload"),
    "tn.jpm.job-updated": ("jpm", "Jpm.V2.Webhook.JobUpdatedWebhookEvent"),
    "tn.jpm.job-completed": ("jpm", "Jpm.V2.Webhook.JobCompletedWebhookEvent"),
    "tn.jpm.job-appointment-updated": (
        "jpm",
        "Jpm.V2.Webhook.JobAppointmentUpdatedWebhookEvent",
    ),
    "tn.dis.technician-dispatched": (
        "dispatch",
        "Dispatch.V2.Webhook.TechnicianDispatchedWebhookEvent",
    ),
}


async def test_each_event_is_as_it_was_published(
    opened: Opened, options: SandboxOptions, wrong: Wrong
) -> None:
    inbox = Inbox(10)
    told = replace(options, webhook_url="https://portal.example.com/")
    async with opened(create_sandbox(told, webhook_transport=inbox)) as st:
        for record, patch in changes():
            await st.put(f"/_sandbox/records/{record}", json=patch)
        async with asyncio.timeout(5):
            await inbox.full.wait()
    assert {event["type"] for event in inbox.events} == set(EVENTS)
    for event in inbox.events:
        module, name = EVENTS[event["type"]]
        pointer = f"/components/schemas/CloudEvent_Of_{name}"
        assert wrong("2026-03", module, pointer, event) == [], event["type"]


def changes() -> Iterator[tuple[str, Json]]:
    """Yield a change of each kind that has an event, to seeded rows and to new ones."""
    for number in (300101, 7):
        yield f"jobs/{number}", {"jobStatus": "Completed"}
    for number in (400101, 7):
        yield f"appointments/{number}", {"status": "Dispatched"}
    for number in (500102, 7):
        yield f"invoices/{number}", {"summary": "<p>Done</p>"}
    for number in (300101, 7):
        going = {"status": "Dispatched", "jobId": number, "appointmentId": 400101}
        yield f"appointment-assignments/{number}", going
