"""The fewest calls: each screen's, as an exact multiset, cold and warm (decision 3)."""

from collections import Counter

import pytest

from resolvers.ids import global_id
from tests.house import House

HOME = {"pat@example.com": 1001}
INVOICES = "invoices { totalCount nodes { number status balance total items { name } } }"
FULL_INVOICES = """invoices { nodes { number payments { amount } job { number }
    location { address { oneLine } } } }"""
JOBS = """jobs(tab: UPCOMING) { nodes { number appointments { status } } }
    jobCounts { inProgress onHold upcoming completed canceled }"""
DONE = "jobs(tab: COMPLETED) { nodes { number workSummary invoices { number } } }"
PLACES = "jobs(tab: UPCOMING) { nodes { number location { address { city } } } }"
TECHNICIANS = "jobs(tab: UPCOMING) { nodes { appointments { technicians { name } } } }"
TASKS = "tasks { totalDue count invoicesToPay { number } upcomingAppointments { number } }"
JOBS_AND_VISITS = {"jobs?customerId=1001": 1, "appointments?customerId=1001": 1}

SCREENS = {
    "who is asking": ("customers { nodes { name accessLevel } } locations { nodes { name } }", {}),
    "invoices": (INVOICES, {"invoices?customerId=1001": 1}),
    "invoices with payments, job and place": (
        FULL_INVOICES,
        {
            "invoices?customerId=1001": 1,
            "payments?appliedToInvoiceIds=500106,500121,500107,500108,500160,500110,500109": 1,
            "jobs?ids=300106,300107,300108,300110,300109": 1,
            "locations?customerId=1001": 1,
        },
    ),
    "jobs, tabs and counts": (JOBS, JOBS_AND_VISITS),
    "jobs with summaries and invoices": (
        DONE,
        JOBS_AND_VISITS | {"invoices?customerId=1001": 1, "invoices?ids=500114": 1},
    ),
    "jobs with places": (PLACES, JOBS_AND_VISITS | {"locations?customerId=1001": 1}),
    "jobs with technicians": (
        TECHNICIANS,
        JOBS_AND_VISITS | {"appointment-assignments?appointmentIds=400101,400102,400152": 1},
    ),
    "my tasks": (
        TASKS,
        JOBS_AND_VISITS | {"invoices?customerId=1001": 1, "estimates?locationId=2001": 1},
    ),
}


@pytest.mark.parametrize("screen", list(SCREENS))
async def test_a_screen_costs_its_calls_cold_and_none_warm(house: House, screen: str) -> None:
    selection, expected = SCREENS[screen]
    cold = await house.viewer("pat@example.com", selection)
    assert await house.calls() == Counter(expected)
    warm = await house.viewer("pat@example.com", selection)
    assert await house.calls() == Counter()
    assert warm == cold


async def test_jordans_pages_add_up_and_nothing_else_does(house: House) -> None:
    await house.viewer("jordan@example.com", JOBS)
    pages = {"jobs?customerId=1031": 2, "appointments?customerId=1031": 3}
    assert await house.calls() == Counter(
        {
            f"{call}{'' if page == 1 else f'&page={page}'}": 1
            for call, count in pages.items()
            for page in range(1, count + 1)
        }
    )
    await house.viewer("jordan@example.com", INVOICES)
    calls = await house.calls()
    assert calls == Counter(
        {
            "invoices?customerId=1031": 1,
            "invoices?customerId=1031&page=2": 1,
            "invoices?customerId=1031&page=3": 1,
        }
    )


async def test_a_property_managers_screens_cost_one_call_for_each_customer(house: House) -> None:
    await house.viewer("morgan@example.com", f"customers {{ nodes {{ name }} }} {INVOICES}")
    assert await house.calls() == Counter(
        {f"invoices?customerId={customer}": 1 for customer in (1011, 1012, 1013)}
    )


async def test_a_single_customer_needs_no_order_and_no_call(house: House) -> None:
    await house.viewer("pat@example.com", "customers { nodes { name } }")
    assert await house.calls() == Counter()


async def test_nodes_of_a_kind_travel_in_blocks_of_fifty(house: House) -> None:
    ids = [global_id("Invoice", 510001 + index) for index in range(60)]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    told = await house.ask("jordan@example.com", query, ids=ids)
    assert [node and node["id"] for node in told["data"]["nodes"]] == ids
    assert sorted(call.split("?")[0] for call in await house.calls()) == ["invoices", "invoices"]


async def test_only_the_first_page_of_two_thousand_jobs_is_resolved(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int | str] = []

    def noted(kind: str, key: int | str) -> str:
        shown.append(key)
        return global_id(kind, key)

    monkeypatch.setattr("schema.node.global_id", noted)
    page = "jobs(tab: COMPLETED) { totalCount nodes { id number appointments { status } } }"
    viewer = await house.viewer("jordan@example.com", page)
    assert viewer["jobs"]["totalCount"] == 1921
    assert len(shown) == len(viewer["jobs"]["nodes"]) == 20
