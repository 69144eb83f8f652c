"""What Pat's home is there to show."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from adapters.sandbox.homes import LANDMARKS

Tenant = dict[str, list[dict[str, Any]]]
Tabs = Callable[[Tenant, int, datetime], str | None]
TABS = {
    300101: "UPCOMING",
    300102: "UPCOMING",
    300103: "IN_PROGRESS",
    300104: "IN_PROGRESS",
    300105: "ON_HOLD",
    300106: "COMPLETED",
    300107: "COMPLETED",
    300108: "COMPLETED",
    300109: "COMPLETED",
    300110: "COMPLETED",
    300111: "CANCELED",
    300112: "IN_PROGRESS",
    300113: None,
    300114: "COMPLETED",
    300115: "COMPLETED",
}


def _row(tenant: Tenant, collection: str, key: int) -> dict[str, Any]:
    (row,) = (row for row in tenant[collection] if row["id"] == key)
    return row


def _invoices_of(tenant: Tenant, customer: int) -> list[dict[str, Any]]:
    return [row for row in tenant["invoices"] if row["customer"]["id"] == customer]


def test_r47_to_r53_a_job_stands_on_every_tab_at_any_hour_of_the_day(
    tenant: Tenant, tab_of: Tabs, midnights: tuple[datetime, datetime], noon: datetime
) -> None:
    mine = [row["id"] for row in tenant["jobs"] if row["customerId"] == 1001]
    for now in (*midnights, noon):
        assert {key: tab_of(tenant, key, now) for key in mine} == TABS


def test_r21_r22_r24_the_invoices_that_pat_may_see(
    tenant: Tenant, shown: Callable[[dict[str, Any]], bool]
) -> None:
    mine = _invoices_of(tenant, 1001)
    assert {row["id"] for row in mine if shown(row)} == {
        500106,
        500107,
        500108,
        500109,
        500110,
        500121,
        500160,
    }
    hidden = {row["id"]: (row["total"], row["active"]) for row in mine if not shown(row)}
    assert hidden[500101] == ("0.00", True)
    assert hidden[500159] == ("-25.00", True)
    assert hidden[500111] == ("89.00", False)
    assert len(hidden) == 10


@pytest.mark.parametrize(
    ("key", "total", "balance", "due"),
    [
        (500106, "436.50", "436.50", "2026-08-04T00:00:00Z"),
        (500107, "395.19", "195.19", "2026-07-24T00:00:00Z"),
        (500108, "414.00", "414.00", "2026-05-30T00:00:00Z"),
        (500109, "2485.92", "0.00", "2026-02-04T00:00:00Z"),
        (500110, "426.85", "0.00", "2026-03-16T00:00:00Z"),
        (500160, "45.00", "0.00", "2026-03-26T00:00:00Z"),
        (500121, "24.95", "0.00", "2026-06-25T00:00:00Z"),
    ],
)
def test_one_is_open_one_partly_paid_one_overdue_and_the_others_paid(
    tenant: Tenant, key: int, total: str, balance: str, due: str
) -> None:
    row = _row(tenant, "invoices", key)
    assert (row["total"], row["balance"], row["dueDate"]) == (total, balance, due)


def test_the_customers_balance_is_what_is_open(tenant: Tenant) -> None:
    assert _row(tenant, "customers", 1001)["balance"] == 436.50 + 195.19 + 414.00
    assert _row(tenant, "customers", 1002)["balance"] == 436.50


def test_r28_one_job_has_two_invoices_and_names_one(tenant: Tenant) -> None:
    of_job = [row["id"] for row in tenant["invoices"] if row["job"] and row["job"]["id"] == 300110]
    assert of_job == [500110, 500160]
    assert _row(tenant, "jobs", 300110)["invoiceId"] == 500110
    assert _row(tenant, "invoices", 500160)["adjustmentToId"] == 500110


def test_r18_the_warranty_job_is_pats_and_its_invoice_is_not(tenant: Tenant) -> None:
    job, invoice = _row(tenant, "jobs", 300114), _row(tenant, "invoices", 500114)
    assert (job["customerId"], job["locationId"]) == (1001, 2001)
    assert (invoice["customer"]["id"], invoice["location"]["id"]) == (1002, 2001)
    assert "flame failure" in invoice["summary"]


def test_r37_r38_an_open_proposal_of_three_options_and_what_is_hidden(tenant: Tenant) -> None:
    rows = [row for row in tenant["estimates"] if row["customerId"] == 1001]
    told = {
        row["id"]: (row["jobId"], row["status"]["name"], row["reviewStatus"], row["active"])
        for row in rows
    }
    assert told == {
        600101: (300115, "Open", "None", True),
        600102: (300115, "Open", "None", True),
        600103: (300115, "Open", "None", True),
        600104: (300106, "Sold", "None", True),
        600105: (300107, "Dismissed", "None", True),
        600106: (300115, "Open", "NeedsApproval", True),
        600107: (300115, "Open", "None", False),
    }
    assert [row["proposalTagName"] for row in rows[:3]] == ["Good", "Better", "Best"]
    assert [row["status"]["value"] for row in rows[:5]] == [0, 0, 0, 1, 2]
    assert _row(tenant, "jobs", 300112)["createdFromEstimateId"] == 600104


def test_equipment_has_a_history(tenant: Tenant) -> None:
    mine = [row["id"] for row in tenant["installed-equipment"] if row["locationId"] == 2001]
    assert mine == [800101, 800102, 800103, 800104, 800105]
    history = [row["id"] for row in tenant["jobs"] if 800101 in row.get("equipmentIds", [])]
    assert history == [300106, 300112, 300114]


def test_the_membership_has_services_visits_and_a_price(tenant: Tenant) -> None:
    (plan,) = (row for row in tenant["memberships"] if row["customerId"] == 1001)
    assert (plan["status"], plan["membershipTypeId"]) == ("Active", 9501)
    assert _row(tenant, "invoice-templates", plan["billingTemplateId"])["total"] == 24.95
    services = [row["id"] for row in tenant["recurring-services"] if row["membershipId"] == 900101]
    assert services == [910101, 910102]
    events = [row for row in tenant["recurring-service-events"] if row["membershipId"] == 900101]
    assert [(row["status"], row["jobId"]) for row in events] == [
        ("Won", 300101),
        ("NotAttempted", None),
        ("Won", 300113),
        ("Dismissed", None),
    ]


def test_a_technician_is_assigned_where_one_is_working_or_on_the_way(tenant: Tenant) -> None:
    sent = {row["appointmentId"]: row["status"] for row in tenant["appointment-assignments"]}
    assert (sent[400103], sent[400104]) == ("Working", "Dispatched")
    assert 400157 not in sent


def test_r4_r11_who_is_reached_there_and_how_it_is_spelt(tenant: Tenant) -> None:
    mine = [row for row in tenant["customer-contacts"] if row["customerId"] == 1001]
    assert [(row["type"], row["value"], row["active"]) for row in mine] == [
        ("Email", "  Pat@Example.com ", True),
        ("MobilePhone", "+1 708 555 0101", True),
        ("Email", "riley@example.com", True),
        ("Email", "pat.old@example.com", False),
    ]


def test_every_landmark_stands(tenant: Tenant) -> None:
    for collection, key in LANDMARKS.values():
        assert _row(tenant, collection, key)["id"] == key
