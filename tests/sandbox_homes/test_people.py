"""What everybody else's home is there to show."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast

from adapters.sandbox.homes import PEOPLE, build
from adapters.sandbox.homes.households import PLACEHOLDER, PLACEHOLDERS

Tenant = dict[str, list[dict[str, Any]]]
Tabs = Callable[[Tenant, int, datetime], str | None]
Shown = Callable[[dict[str, Any]], bool]


def _reached(tenant: Tenant, email: str) -> tuple[list[int], list[int]]:
    """Return the active customers and locations that an email stands on, spelt by R11."""
    inactive = {row["id"] for row in tenant["customers"] if not row["active"]}

    def owners(collection: str, owner: str) -> list[int]:
        return [
            row[owner]
            for row in tenant[collection]
            if row["type"] == "Email" and row["active"] and row["value"].strip().casefold() == email
        ]

    customers = [key for key in owners("customer-contacts", "customerId") if key not in inactive]
    return customers, owners("location-contacts", "locationId")


def _open_by_customer(tenant: Tenant) -> Counter[int]:
    return Counter(
        row["customer"]["id"]
        for row in tenant["invoices"]
        if float(row["balance"]) > 0 and row.get("active", True)
    )


def test_r1_r3_r13_what_each_email_reaches(tenant: Tenant) -> None:
    reached = {person.email: _reached(tenant, person.email) for person in PEOPLE}
    assert reached == {
        "pat@example.com": ([1001], []),
        "morgan@example.com": ([1011, 1012, 1013], []),
        "riley@example.com": ([1001], []),
        "sam@example.com": ([], [2021]),
        "jordan@example.com": ([1031], [2101]),
        "casey@example.com": ([], []),
        "quinn@example.com": ([1061], [2061]),
        "dana@example.com": ([], []),
        "lee@example.com": ([1051], []),
        "staff@example.com": ([], []),
        "viewer-only@example.com": ([], []),
    }


def test_staff_are_two_and_one_of_them_sees_no_money() -> None:
    staff = {person.email: person.billing for person in PEOPLE if person.staff}
    assert staff == {"staff@example.com": True, "viewer-only@example.com": False}


def test_every_record_that_a_person_is_shown_by_exists(tenant: Tenant) -> None:
    ids = {name: {row["id"] for row in rows} for name, rows in tenant.items()}
    for person in PEOPLE:
        for collection, keys in person.records.items():
            assert set(keys) <= ids[collection], (person.email, collection)


def test_r25_only_beta_owes_anything(tenant: Tenant, shown: Shown) -> None:
    owed = _open_by_customer(tenant)
    assert [owed[key] for key in (1011, 1012, 1013)] == [0, 1, 0]
    names = {row["id"]: row["name"] for row in tenant["customers"]}
    assert [names[key] for key in (1011, 1012, 1013)] == [
        "Alpha Apartments",
        "Beta Buildings",
        "Gamma Gardens",
    ]
    seen = Counter(row["customer"]["id"] for row in tenant["invoices"] if shown(row))
    assert [seen[key] for key in (1011, 1012, 1013)] == [2, 2, 1]


def test_one_of_alphas_checks_paid_two_invoices(tenant: Tenant) -> None:
    (check,) = (row for row in tenant["payments"] if row["customer"]["id"] == 1011)
    assert [part["appliedTo"] for part in check["appliedTo"]] == [500301, 500302]


def test_r19_both_shapes_of_a_third_party_bill_to(tenant: Tenant) -> None:
    owner = {row["id"]: row["customerId"] for row in tenant["locations"]}
    jobs = [row for row in tenant["jobs"] if row["locationId"] == 2021]
    bill_to = {row["job"]["id"]: row["customer"]["id"] for row in tenant["invoices"] if row["job"]}
    assert owner[2021] == 1021
    assert {row["id"]: (row["customerId"], bill_to[row["id"]]) for row in jobs} == {
        300401: (1021, 1022),
        300402: (1022, 1022),
        300403: (1021, 1021),
        300405: (1022, 1022),
    }


def test_sams_jobs_by_tab(tenant: Tenant, tab_of: Tabs, noon: datetime) -> None:
    tabs = [tab_of(tenant, key, noon) for key in (300401, 300402, 300403, 300405)]
    assert tabs == ["COMPLETED", "COMPLETED", "UPCOMING", "UPCOMING"]


def test_r13_danas_customer_was_merged_into_one_that_has_something_to_hide(
    tenant: Tenant,
) -> None:
    merged, kept = (row for row in tenant["customers"] if row["id"] in {1041, 1042})
    assert (merged["active"], merged["mergedToId"], kept["active"]) == (False, 1042, True)
    assert _open_by_customer(tenant)[1042] == 1


def test_lees_customer_has_no_records(tenant: Tenant) -> None:
    named = {
        name
        for name, rows in tenant.items()
        for row in rows
        if row.get("customerId") == 1051 or (row.get("customer") or {}).get("id") == 1051
    }
    assert named == {"customer-contacts"}


def test_r12_the_placeholder_stands_on_thirty_unrelated_customers(tenant: Tenant) -> None:
    customers, _ = _reached(tenant, PLACEHOLDER)
    assert len(set(customers)) == PLACEHOLDERS == 30
    assert min(customers) > 10_000_000


def test_households_are_as_many_as_asked_for(tenant: Tenant) -> None:
    for homes in (0, 3):
        made = cast("Tenant", build(1, date(2026, 7, 14), homes))
        assert sum(row["id"] > 10_000_000 for row in made["customers"]) == homes
    jobs = Counter(row["customerId"] for row in tenant["jobs"] if row["id"] >= 30_000_000)
    assert len(jobs) == 50
    assert set(jobs.values()) <= set(range(1, 9))
