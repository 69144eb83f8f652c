"""Webhooks: which change makes which event, signed, at least once, tried again (facts.md f)."""

import asyncio
import hmac
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions

Opened = Callable[[ASGIApp], AbstractAsyncContextManager[httpx.AsyncClient]]


class Receiver(httpx.AsyncBaseTransport):
    """The address the events are sent to; it answers as it was told, then 204."""

    def __init__(self) -> None:
        self.answers: list[int | Exception] = []
        self.got: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take one delivery."""
        self.got.append(request)
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    def events(self) -> list[dict[str, Any]]:
        """Return what was delivered."""
        return [json.loads(request.content) for request in self.got]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def app(options: SandboxOptions, receiver: Receiver) -> ASGIApp:
    """A sandbox that sends its events to the receiver, and does not wait long to try again."""
    told = replace(
        options,
        webhook_url="https://portal.example.com/webhooks/servicetitan",
        webhook_key="k" * 32,
        webhook_retries=(0.01, 0.02, 0.03, 0.04),
    )
    return create_sandbox(told, webhook_transport=receiver)


async def settled(st: httpx.AsyncClient, receiver: Receiver, deliveries: int) -> None:
    """Wait until so many deliveries were made and nothing waits."""
    async with asyncio.timeout(5):
        while True:
            waiting = (await st.get("/_sandbox/webhooks")).json()["waiting"]
            if len(receiver.got) >= deliveries and not waiting:
                break
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)
    assert len(receiver.got) == deliveries


@pytest.mark.parametrize(
    ("record", "patch", "types"),
    [
        ("invoices/500101", {"summary": "x"}, ["tn.acc.invoice-updated"]),
        ("jobs/300101", {"priority": "High"}, ["tn.jpm.job-updated"]),
        (
            "jobs/300101",
            {"jobStatus": "Completed"},
            ["tn.jpm.job-updated", "tn.jpm.job-completed"],
        ),
        ("appointments/400101", {"status": "Hold"}, ["tn.jpm.job-appointment-updated"]),
        (
            "appointment-assignments/7",
            {"status": "Dispatched", "jobId": 300101, "appointmentId": 400101},
            ["tn.dis.technician-dispatched"],
        ),
        ("appointment-assignments/7", {"status": "Scheduled"}, []),
        ("customers/1001", {"name": "x"}, []),
        ("payments/700101", {"memo": "x"}, []),
        ("estimates/600101", {"name": "x"}, []),
    ],
)
async def test_a_change_makes_the_event_service_titan_has_for_it(
    opened: Opened,
    app: ASGIApp,
    receiver: Receiver,
    record: str,
    patch: dict[str, object],
    types: list[str],
) -> None:
    async with opened(app) as st:
        await st.put(f"/_sandbox/records/{record}", json=patch)
        await settled(st, receiver, len(types))
    assert [event["type"] for event in receiver.events()] == types


async def test_what_is_completed_already_is_not_completed_again(
    opened: Opened, app: ASGIApp, receiver: Receiver
) -> None:
    address = "/_sandbox/records/jobs/300101"
    async with opened(app) as st:
        await st.put(address, json={"jobStatus": "Completed"})
        await st.put(address, json={"jobStatus": "Completed", "priority": "Low"})
        await settled(st, receiver, 3)
    names = [event["type"].rpartition(".")[2] for event in receiver.events()]
    assert names == ["job-updated", "job-completed", "job-updated"]


async def test_no_event_is_sent_when_none_is_wanted(
    opened: Opened, app: ASGIApp, receiver: Receiver
) -> None:
    async with opened(app) as st:
        await st.put("/_sandbox/records/jobs/300101?webhook=false", json={})
        await settled(st, receiver, 0)
        await st.put("/_sandbox/records/jobs/300101?webhook=true", json={})
        await settled(st, receiver, 1)


async def test_an_event_is_a_signed_cloud_event(
    opened: Opened, app: ASGIApp, receiver: Receiver
) -> None:
    async with opened(app) as st:
        row = (await st.put("/_sandbox/records/invoices/500101", json={})).json()
        await settled(st, receiver, 1)
    request, event = receiver.got[0], receiver.events()[0]
    signature = hmac.new(b"k" * 32, request.content, "sha256").hexdigest()
    assert request.headers["x-servicetitan-signature"] == signature
    assert request.headers["content-type"] == "application/json"
    assert request.method == "POST"
    assert str(request.url) == "https://portal.example.com/webhooks/servicetitan"
    assert (event["specversion"], event["datacontenttype"]) == ("1.0", "application/json")
    assert event["source"] == "https://webhooks.servicetitan.io"
    assert (event["data"]["tenantId"], event["data"]["tenantName"]) == (1234567, "sandbox-tenant")
    invoice = event["data"]["invoice"]
    assert {name: row[name] for name in invoice} == invoice
    assert row.keys() - invoice.keys() == {
        *("items", "summary", "customFields", "active", "discountTotal", "paidOn"),
        *("membershipId", "invoiceConfiguration", "importId", "exportId", "materialSkuId"),
    }


async def test_a_refused_event_is_tried_again_as_another_delivery_of_the_same_occurrence(
    opened: Opened, app: ASGIApp, receiver: Receiver
) -> None:
    receiver.answers = [500, 302, httpx.ConnectError("refused"), 404, 200]
    async with opened(app) as st:
        await st.put("/_sandbox/records/appointments/400101", json={})
        await settled(st, receiver, 5)
    events = receiver.events()
    assert len({event["userassignedid"] for event in events}) == 1
    assert len({event["id"] for event in events}) == 5
    assert len({json.dumps(event["data"]) for event in events}) == 1


async def test_after_the_fourth_retry_it_is_given_up(
    opened: Opened, app: ASGIApp, receiver: Receiver
) -> None:
    receiver.answers = [500] * 9
    async with opened(app) as st:
        await st.put("/_sandbox/records/appointments/400101", json={})
        await settled(st, receiver, 5)


async def test_one_that_waits_does_not_hold_up_the_next(
    opened: Opened, options: SandboxOptions, receiver: Receiver
) -> None:
    told = replace(options, webhook_url="https://portal.example.com/", webhook_retries=(60.0,))
    receiver.answers = [500]
    async with opened(create_sandbox(told, webhook_transport=receiver)) as st:
        await st.put("/_sandbox/records/jobs/300101", json={})
        await asyncio.sleep(0.02)
        await st.put("/_sandbox/records/appointments/400101", json={})
        await asyncio.sleep(0.05)
        waiting = (await st.get("/_sandbox/webhooks")).json()["waiting"]
        await st.post("/_sandbox/reset")
    assert [event["type"] for event in receiver.events()] == [
        "tn.jpm.job-updated",
        "tn.jpm.job-appointment-updated",
    ]
    assert [(one["type"], one["attempts"], one["status"]) for one in waiting] == [
        ("tn.jpm.job-updated", 1, 500)
    ]


def test_the_published_waits_are_the_default() -> None:
    assert SandboxOptions().webhook_retries == (10.0, 30.0, 60.0, 300.0)


async def test_without_an_address_nothing_is_sent(
    opened: Opened, options: SandboxOptions, receiver: Receiver
) -> None:
    async with opened(create_sandbox(options, webhook_transport=receiver)) as st:
        await st.put("/_sandbox/records/jobs/300101", json={})
        await settled(st, receiver, 0)


async def test_a_payment_tells_of_its_invoice(
    opened: Opened, app: ASGIApp, receiver: Receiver
) -> None:
    path = "/accounting/v2/tenant/1234567/payments"
    async with opened(app) as st:
        await st.put("/_sandbox/records/invoices/72?webhook=false", json={"balance": "10.00"})
        await st.post(path, json={"typeId": 9, "splits": [{"invoiceId": 72, "amount": 4}]})
        await settled(st, receiver, 1)
    invoice = receiver.events()[0]["data"]["invoice"]
    assert (invoice["id"], invoice["balance"]) == (72, "6.00")
