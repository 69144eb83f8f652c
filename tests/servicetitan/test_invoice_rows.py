"""Invoices as they come: what is read of them, and what an odd part costs."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.decoding import decode
from adapters.servicetitan.invoices import Invoice, InvoiceItem, InvoiceJob, ItemType
from adapters.servicetitan.model import InvoiceId, JobId, ProjectId
from adapters.servicetitan.named import Named


def _read(**row: object) -> tuple[Invoice, Counter[str]]:
    oddities: Counter[str] = Counter()
    body = msgspec.json.encode({"hasMore": False, "data": [{"id": 1, **row}]})
    return decode(Invoice, body, "rows", oddities).data[0], oddities


def _told(member: str, value: object) -> tuple[object, Counter[str]]:
    row, oddities = _read(**{member: value})
    return getattr(row, member), oddities


def test_r18_an_invoice_as_it_was_seen() -> None:
    item: Mapping[str, object] = {
        "id": 115514766,
        "description": "<p>The dispatch fee covers…</p>",
        "quantity": "1.0000000000000000000",
        "cost": "0.0000000000",
        "totalCost": "0.00",
        "price": "79.00",
        "type": "Service",
        "skuName": "DIAG1",
        "skuId": 10016994,
        "total": "79.00",
        "generalLedgerAccount": {"id": 82130700, "name": "41000-Sales"},
        "membershipTypeId": 0,
        "itemGroup": None,
        "displayName": "Dispatch Fee",
        "soldHours": 0.19,
        "order": 1,
    }
    row, oddities = _read(
        id=115492871,
        syncStatus="Exported",
        summary="…free text…",
        referenceNumber="115492866",
        invoiceDate="2024-02-06T00:00:00Z",
        dueDate="2024-02-06T00:00:00Z",
        subTotal="79.00",
        salesTax="0.00",
        salesTaxCode=None,
        total="79.00",
        balance="79.00",
        customer={"id": 115505689, "name": "PAT EXAMPLE "},
        location={"id": 115505692, "name": "PAT EXAMPLE "},
        locationAddress={"street": "1 Test Lane", "unit": None, "zip": "60000"},
        businessUnit={"id": 132, "name": "HVAC: SVC"},
        termName="Due Upon Receipt",
        batch={"id": 115552943, "number": "3581", "name": "service"},
        modifiedOn="2024-02-07T16:37:45.4277412Z",
        adjustmentToId=None,
        job={"id": 115492866, "number": "115492866", "type": "HVAC: Demand Service"},
        projectId=115512861,
        royalty={"status": "Pending", "date": None, "sentOn": None, "memo": None},
        items=[item],
        customFields=None,
    )
    day = datetime(2024, 2, 6, tzinfo=UTC)
    assert oddities == Counter()
    assert row == Invoice(
        id=InvoiceId(115492871),
        reference_number="115492866",
        invoice_date=day,
        due_date=day,
        sub_total=Decimal("79.00"),
        sales_tax=Decimal("0.00"),
        total=Decimal("79.00"),
        balance=Decimal("79.00"),
        summary="…free text…",
        term_name="Due Upon Receipt",
        customer=Named(id=115505689, name="PAT EXAMPLE"),
        location=Named(id=115505692, name="PAT EXAMPLE"),
        location_address=Address(street="1 Test Lane", zip="60000"),
        job=InvoiceJob(id=JobId(115492866), number="115492866", type="HVAC: Demand Service"),
        business_unit=Named(id=132, name="HVAC: SVC"),
        project_id=ProjectId(115512861),
        modified_on=datetime(2024, 2, 7, 16, 37, 45, 427741, tzinfo=UTC),
        items=(
            InvoiceItem(
                id=115514766,
                description="<p>The dispatch fee covers…</p>",
                quantity=Decimal("1.0000000000000000000"),
                price=Decimal("79.00"),
                total=Decimal("79.00"),
                type=ItemType.SERVICE,
                sku_name="DIAG1",
                display_name="Dispatch Fee",
                order=1,
            ),
        ),
    )
    assert (row.active, row.discount_total, row.paid_on) == (True, None, None)


def test_one_odd_part_costs_no_other() -> None:
    items = [{"id": 1, "price": "NaN", "type": 3, "total": "5.00"}, {"id": 2, "order": None}]
    row, oddities = _read(balance="oops", total="5.00", items=items, customer={"id": 9})
    assert (row.balance, row.total, row.customer) == (None, Decimal("5.00"), Named(id=9))
    assert row.items == (InvoiceItem(id=1, total=Decimal("5.00")), InvoiceItem(id=2))
    assert oddities == Counter(
        {
            "rows.balance": 1,
            "rows.items.price": 1,
            "rows.items.type": 1,
            "rows.items.order": 1,
        }
    )


@pytest.mark.parametrize("items", [[{"id": 1}, {}], [{"id": "1"}], [1], {}, "?", [None]])
def test_items_that_are_not_whole_say_nothing(items: object) -> None:
    assert _told("items", items) == (None, Counter({"rows.items": 1}))


def test_no_items_are_none_at_all() -> None:
    assert _told("items", []) == ((), Counter())


@pytest.mark.parametrize("customer", [{}, {"id": "9"}, {"id": None}, 9, [], "PAT"])
def test_a_bill_to_that_cannot_be_read_is_nobody(customer: object) -> None:
    assert _told("customer", customer) == (None, Counter({"rows.customer": 1}))
