"""Jordan's stores: the exact counts that figures are held against."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

Tenant = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def stores(tenant: Tenant) -> Tenant:
    """Jordan's rows alone."""
    return {
        "jobs": [row for row in tenant["jobs"] if row["customerId"] == 1031],
        "appointments": [row for row in tenant["appointments"] if row["customerId"] == 1031],
        "invoices": [row for row in tenant["invoices"] if row["customer"]["id"] == 1031],
        "locations": [row for row in tenant["locations"] if row["customerId"] == 1031],
        "service-agreements": [
            row for row in tenant["service-agreements"] if row["customerId"] == 1031
        ],
    }


def test_two_thousand_jobs_at_twelve_stores(stores: Tenant) -> None:
    counts = {name: len(rows) for name, rows in stores.items()}
    assert counts == {
        "jobs": 2000,
        "appointments": 2400,
        "invoices": 1500,
        "locations": 12,
        "service-agreements": 3,
    }
    assert {row["locationId"] for row in stores["jobs"]} == set(range(2101, 2113))


def test_ids_run_without_a_gap(stores: Tenant) -> None:
    assert [row["id"] for row in stores["jobs"]] == list(range(310001, 312001))
    assert [row["id"] for row in stores["appointments"]] == list(range(410001, 412401))
    assert [row["id"] for row in stores["invoices"]] == list(range(510001, 511501))


def test_jobs_by_tab(
    stores: Tenant,
    tab_of: Callable[[Tenant, int, datetime], str | None],
    midnights: tuple[datetime, datetime],
) -> None:
    visits: dict[int, list[dict[str, Any]]] = {}
    for row in stores["appointments"]:
        visits.setdefault(row["jobId"], []).append(row)
    for now in midnights:
        tabs = Counter(
            tab_of({"jobs": [job], "appointments": visits[job["id"]]}, job["id"], now)
            for job in stores["jobs"]
        )
        assert tabs == {
            "UPCOMING": 25,
            "IN_PROGRESS": 8,
            "ON_HOLD": 6,
            "CANCELED": 40,
            "COMPLETED": 1921,
        }


def test_every_invoice_may_be_seen_and_most_are_paid(
    stores: Tenant, shown: Callable[[dict[str, Any]], bool]
) -> None:
    assert sum(map(shown, stores["invoices"])) == 1500
    open_ones = [row for row in stores["invoices"] if float(row["balance"]) > 0]
    partly = [row for row in open_ones if row["balance"] != row["total"]]
    overdue = [row for row in open_ones if row["dueDate"] < "2026-07-14"]
    assert (len(open_ones), len(partly), len(overdue)) == (36, 5, 11)


def test_r21_one_invoice_was_brought_to_nothing_after_a_deposit(stores: Tenant) -> None:
    told = [(row["id"], row["total"], row["balance"]) for row in stores["invoices"]]
    assert [one for one in told if float(one[2]) < 0] == [(511500, "0.00", "-50.00")]


def test_agreements_of_three_statuses(stores: Tenant) -> None:
    told = [
        (row["status"], row["startDate"], row["endDate"], len(row["locationIds"]))
        for row in stores["service-agreements"]
    ]
    assert told == [
        ("Activated", "2026-03-16", "2027-03-15", 12),
        ("Expired", "2025-03-01", "2026-02-28", 6),
        ("Draft", "2026-08-13", "2027-08-12", 3),
    ]
