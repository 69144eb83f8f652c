"""What the portal may write: payments recorded, estimates sold, unsold and dismissed."""

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

PAYMENTS = "/accounting/v2/tenant/1234567/payments"
ESTIMATES = "/sales/v2/tenant/1234567/estimates"


@pytest.fixture
async def bill(st: httpx.AsyncClient) -> httpx.AsyncClient:
    """Put an invoice of 150.00 with 100.00 open, billed to a customer who owes 120.00."""
    records = "/_sandbox/records"
    await st.put(f"{records}/customers/71", json={"name": "Ada", "balance": 120.0})
    invoice = {"referenceNumber": "N-72", "total": "150.00", "balance": "100.00"}
    await st.put(f"{records}/invoices/72", json=invoice | {"customer": {"id": 71, "name": "Ada"}})
    return st


async def raw(st: httpx.AsyncClient, record: str) -> dict[str, Any]:
    row: dict[str, Any] = (await st.get(f"/_sandbox/records/{record}")).json()
    return row


async def test_a_payment_is_recorded_and_applied(bill: httpx.AsyncClient) -> None:
    order = {
        "typeId": 9,
        "customerId": 71,
        "amount": 50,
        "paidOn": "2026-03-02T15:30:00Z",
        "memo": "Portal",
        "authCode": "A1",
        "splits": [{"invoiceId": 72, "amount": 40.25}],
        "unheardOf": True,
    }
    answer = await bill.post(PAYMENTS, json=order)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    number = body.pop("id")
    assert body == {
        "active": True,
        "typeId": 9,
        "customerId": 71,
        "paidOn": "2026-03-02T15:30:00.000000Z",
        "memo": "Portal",
        "authCode": "A1",
        "checkNumber": None,
        "exportId": None,
        "status": "Pending",
        "transactionStatus": "Success",
        "splits": [{"invoiceId": 72, "invoiceNumber": "N-72", "amount": 40.25}],
    }
    listed = await bill.get(PAYMENTS, params={"appliedToInvoiceIds": "72"})
    payment = listed.json()["data"][0]
    assert (payment["id"], payment["total"], payment["unappliedAmount"]) == (
        number,
        "50.00",
        "9.75",
    )
    assert (payment["customer"], payment["typeId"]) == ({"id": 71, "name": "Ada"}, "9")
    assert [(one["appliedTo"], one["appliedAmount"]) for one in payment["appliedTo"]] == [
        (72, "40.25")
    ]
    assert (await raw(bill, "invoices/72"))["balance"] == "59.75"
    assert (await raw(bill, "invoices/72"))["paidOn"] is None


async def test_g16_a_payment_moves_invoice_and_customer(bill: httpx.AsyncClient) -> None:
    before = [await raw(bill, "invoices/72"), await raw(bill, "customers/71")]
    await bill.post(PAYMENTS, json={"typeId": 9, "splits": [{"invoiceNumber": "N-72"}]})
    invoice, customer = await raw(bill, "invoices/72"), await raw(bill, "customers/71")
    assert (invoice["balance"], customer["balance"]) == ("0.00", 20.0)
    assert invoice["paidOn"] is not None
    assert invoice["modifiedOn"] > before[0]["modifiedOn"]
    assert customer["modifiedOn"] > before[1]["modifiedOn"]


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "payment"),
        ({"typeId": "nine"}, "payment"),
        ({"typeId": 9}, "amount"),
        ({"typeId": 9, "amount": 0}, "amount"),
        ({"typeId": 9, "amount": -5}, "amount"),
        ({"typeId": 9, "amount": "NaN"}, "amount"),
        ({"typeId": 9, "splits": [{"invoiceId": 73}]}, "splits"),
        ({"typeId": 9, "splits": [{"invoiceId": 72, "amount": 100.01}]}, "splits"),
        ({"typeId": 9, "splits": [{"invoiceId": 72, "amount": 0}]}, "splits"),
        ({"typeId": 9, "splits": [{"invoiceId": 72, "amount": "NaN"}]}, "splits"),
        ({"typeId": 9, "amount": 10, "splits": [{"invoiceId": 72, "amount": 11}]}, "splits"),
        ({"typeId": 9, "amount": 10, "customerId": 404}, "customerId"),
        ({"typeId": 9, "amount": 10, "status": "Paid"}, "payment"),
    ],
)
async def test_a_wrong_payment_is_refused_and_changes_nothing(
    bill: httpx.AsyncClient, order: dict[str, object], field: str
) -> None:
    before = await bill.get(PAYMENTS, params={"pageSize": "5000", "activeState": "All"})
    answer = await bill.post(PAYMENTS, json=order)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    after = await bill.get(PAYMENTS, params={"pageSize": "5000", "activeState": "All"})
    assert after.content == before.content
    assert (await raw(bill, "invoices/72"))["balance"] == "100.00"


async def test_a_tenant_may_have_no_such_operation(options: SandboxOptions, opened: Opened) -> None:
    async with opened(create_sandbox(replace(options, payments_writable=False))) as st:
        answer = await st.post(PAYMENTS, json={"typeId": 9, "amount": 10})
        assert answer.status_code == 404
        assert answer.json()["message"] == "Unable to match incoming request to an operation."
        assert (await st.get(PAYMENTS)).status_code == 200


@pytest.fixture
async def offer(st: httpx.AsyncClient) -> httpx.AsyncClient:
    """Put an open estimate and a technician who may sell it."""
    await st.put("/_sandbox/records/estimates/71", json={"name": "Heat pump", "subtotal": 90.0})
    await st.put("/_sandbox/records/technicians/72", json={"name": "Sal Ortiz"})
    return st


async def test_an_estimate_is_sold_by_somebody(offer: httpx.AsyncClient) -> None:
    answer = await offer.put(f"{ESTIMATES}/71/sell", json={"soldBy": 72, "unheardOf": 1})
    sold = answer.json()
    assert (answer.status_code, sold["id"], sold["soldBy"]) == (200, 71, 72)
    assert sold["status"] == {"value": 1, "name": "Sold"}
    assert sold["createdOn"] < sold["soldOn"] <= sold["modifiedOn"]
    assert (await offer.get(f"{ESTIMATES}/71")).json() == sold
    listed = await offer.get(ESTIMATES, params={"soldById": "72"})
    assert [row["id"] for row in listed.json()["data"]] == [71]


async def test_a_sale_can_be_taken_back(offer: httpx.AsyncClient) -> None:
    await offer.put(f"{ESTIMATES}/71/sell", json={"soldBy": 72})
    answer = await offer.put(f"{ESTIMATES}/71/unsell")
    assert (answer.status_code, answer.content) == (200, b"")
    row = await raw(offer, "estimates/71")
    assert (row["status"]["name"], row["soldOn"], row["soldBy"]) == ("Open", None, None)


async def test_an_estimate_is_dismissed(offer: httpx.AsyncClient) -> None:
    answer = await offer.put(f"{ESTIMATES}/71/dismiss")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await raw(offer, "estimates/71"))["status"] == {"value": 2, "name": "Dismissed"}


@pytest.mark.parametrize(
    ("first", "path", "body", "status"),
    [
        ("", "71/sell", {"soldBy": 404}, 400),
        ("", "71/sell", {"soldBy": "Sal"}, 400),
        ("", "71/sell", {}, 400),
        ("", "404/sell", {"soldBy": 72}, 404),
        ("71/sell", "71/sell", {"soldBy": 72}, 400),
        ("71/sell", "71/dismiss", {}, 400),
        ("71/dismiss", "71/sell", {"soldBy": 72}, 400),
        ("", "71/unsell", {}, 400),
        ("", "404/dismiss", {}, 404),
    ],
)
async def test_what_cannot_be_sold_stays_as_it_was(
    offer: httpx.AsyncClient, first: str, path: str, body: dict[str, object], status: int
) -> None:
    if first:
        assert (await offer.put(f"{ESTIMATES}/{first}", json={"soldBy": 72})).status_code == 200
    before = await raw(offer, "estimates/71")
    answer = await offer.put(f"{ESTIMATES}/{path}", json=body)
    assert (answer.status_code, json.loads(answer.content)["status"]) == (status, status)
    assert await raw(offer, "estimates/71") == before


async def test_the_link_to_a_technician_is_for_one_visit(st: httpx.AsyncClient) -> None:
    path = "/dispatch/v2/tenant/1234567/technician-tracking"
    going = {"technicianId": 72, "appointmentId": 400101}
    await st.put("/_sandbox/records/appointment-assignments/7", json=going)
    first = await st.get(path, params=going)
    assert first.status_code == 200
    assert list(first.json()) == ["technicianTrackingUrl"]
    assert first.json()["technicianTrackingUrl"].startswith("https://track.example.com/")
    for query, sentence in (
        ({"technicianId": 72}, "A valid appointmentId is needed."),
        ({"appointmentId": 400101}, "A valid technicianId is needed."),
        (going | {"technicianId": 73}, "Technician 73 is not assigned."),
    ):
        answer = await st.get(path, params=query)
        assert (answer.status_code, answer.json()) == (400, sentence)
    await st.delete("/_sandbox/records/appointment-assignments/7")
    assert (await st.get(path, params=going)).status_code == 400
