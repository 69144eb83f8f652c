"""My Tasks: what waits, by the same rules as the screens it leads to."""

import pytest

from tests.house import House, number

TASKS = """tasks { totalDue count invoicesToPay { number balance }
    upcomingAppointments { number job { number tab } } proposalsToReview { number } }"""
VISITS = [
    ("working-now", "IN_PROGRESS"),
    ("on-the-way", "IN_PROGRESS"),
    ("tune-up-tomorrow", "UPCOMING"),
    ("second-day-to-come", "IN_PROGRESS"),
    ("scheduled-and-hold", "UPCOMING"),
]


def visited(told: list[dict[str, object]]) -> list[object]:
    return [visit["job"] for visit in told]


EXPECTED = [{"number": number(landmark), "tab": tab} for landmark, tab in VISITS]


async def test_r15_invoices_to_pay_and_visits_to_come(house: House) -> None:
    told = (await house.viewer("pat@example.com", TASKS))["tasks"]
    assert told["invoicesToPay"] == [
        {"number": number("open-invoice"), "balance": "436.50"},
        {"number": number("partly-paid-invoice"), "balance": "195.19"},
        {"number": number("overdue-invoice"), "balance": "414.00"},
    ]
    assert told["totalDue"] == "1045.69"
    assert visited(told["upcomingAppointments"]) == EXPECTED
    assert told["proposalsToReview"] == [{"number": "300115"}]
    assert told["count"] == 9


async def test_r16_without_billing_access_only_visits_and_no_sum(house: House) -> None:
    told = (await house.viewer("riley@example.com", TASKS))["tasks"]
    assert told["invoicesToPay"] == []
    assert told["totalDue"] is None
    assert visited(told["upcomingAppointments"]) == EXPECTED
    assert told["proposalsToReview"] == []
    assert told["count"] == 5


async def test_r17_what_is_in_my_tasks_is_on_its_screen(house: House) -> None:
    for email in ("pat@example.com", "morgan@example.com", "jordan@example.com"):
        visits = "upcomingAppointments(first: 100) { job { number } }"
        tasks = f"tasks {{ invoicesToPay(first: 100) {{ number }} {visits} }}"
        jobs = "".join(
            f"{tab}: jobs(tab: {tab}, first: 100) {{ nodes {{ number }} }} "
            for tab in ("UPCOMING", "IN_PROGRESS")
        )
        viewer = await house.viewer(
            email, f"{tasks} invoices(first: 100, status: OPEN) {{ nodes {{ number }} }} {jobs}"
        )
        on_jobs = {
            row["number"] for tab in ("UPCOMING", "IN_PROGRESS") for row in viewer[tab]["nodes"]
        }
        listed = {visit["job"]["number"] for visit in viewer["tasks"]["upcomingAppointments"]}
        assert listed
        assert listed <= on_jobs


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_list_of_tasks_has_one_to_a_hundred(house: House, first: int) -> None:
    told = await house.ask(
        "pat@example.com", f"{{ viewer {{ tasks {{ invoicesToPay(first: {first}) {{ id }} }} }} }}"
    )
    assert told["data"] == {"viewer": {"tasks": {"invoicesToPay": None}}}
    assert told["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
