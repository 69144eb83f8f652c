"""The Jobs screen: five tabs, their counts, and what one job tells."""

import pytest

from resolvers.ids import global_id
from tests.house import House, gid, number

PAT, RILEY, SAM, JORDAN = (f"{name}@example.com" for name in ("pat", "riley", "sam", "jordan"))
TABS = {
    "IN_PROGRESS": ["working-now", "on-the-way", "second-day-to-come"],
    "ON_HOLD": ["on-hold"],
    "UPCOMING": ["tune-up-tomorrow", "scheduled-and-hold"],
    "COMPLETED": [
        "300106",
        "300115",
        "300107",
        "under-warranty",
        "300108",
        "two-invoices",
        "300109",
    ],
    "CANCELED": ["canceled"],
}


def numbers(tab: str) -> list[str]:
    return [told if told.isdecimal() else number(told) for told in TABS[tab]]


async def listed(house: House, email: str, arguments: str) -> list[str]:
    viewer = await house.viewer(email, f"jobs({arguments}) {{ nodes {{ number }} }}")
    return [row["number"] for row in viewer["jobs"]["nodes"]]


@pytest.mark.parametrize("tab", list(TABS))
async def test_r47_r48_r49_r50_r51_each_tab_has_its_jobs_in_its_order(
    house: House, tab: str
) -> None:
    assert await listed(house, PAT, f"tab: {tab}") == numbers(tab)


@pytest.mark.parametrize("email", [PAT, RILEY])
async def test_r8_counts_agree_with_the_tabs_with_billing_access_or_without(
    house: House, email: str
) -> None:
    counts = "jobCounts { inProgress onHold upcoming completed canceled }"
    assert (await house.viewer(email, counts))["jobCounts"] == {
        "inProgress": 3,
        "onHold": 1,
        "upcoming": 2,
        "completed": 7,
        "canceled": 1,
    }


async def test_r53_a_job_whose_visits_passed_by_stands_under_no_tab(house: House) -> None:
    query = "query($id: ID!) { job(id: $id) { number tab nextAppointment { id } } }"
    told = await house.data(PAT, query, id=gid("passed-by"))
    assert told["job"] == {"number": number("passed-by"), "tab": None, "nextAppointment": None}


async def test_r48_an_unused_leftover_is_no_appointment(house: House) -> None:
    query = "query($id: ID!) { job(id: $id) { tab appointments { number status } } }"
    told = await house.data(PAT, query, id=gid("leftover-visit"))
    assert told["job"] == {
        "tab": "COMPLETED",
        "appointments": [{"number": "300107-1", "status": "COMPLETED"}],
    }


async def test_r60_a_promised_window_is_shown_instead_of_the_start(house: House) -> None:
    visit = "start end arrivalWindow { start end }"
    query = f"query($id: ID!) {{ job(id: $id) {{ nextAppointment {{ date {visit} }} }} }}"
    told = await house.data(PAT, query, id=gid("tune-up-tomorrow"))
    assert told["job"]["nextAppointment"] == {
        "date": "2026-07-15",
        "start": None,
        "end": None,
        "arrivalWindow": {
            "start": "2026-07-15T08:00:00-05:00",
            "end": "2026-07-15T10:00:00-05:00",
        },
    }


async def test_a_visit_without_a_window_shows_its_own_times(house: House) -> None:
    await house.put("appointments", 400101, arrivalWindowStart=None, arrivalWindowEnd=None)
    query = (
        "query($id: ID!) { job(id: $id) { nextAppointment { start end arrivalWindow { start } } } }"
    )
    told = await house.data(PAT, query, id=gid("tune-up-tomorrow"))
    visit = told["job"]["nextAppointment"]
    assert visit["arrivalWindow"] is None
    assert visit["start"].startswith("2026-07-15T")
    assert visit["end"] > visit["start"]


async def test_r58_r82_the_summary_is_told_without_the_invoice_and_its_money(
    house: House,
) -> None:
    selection = "number workSummary total invoices { number }"
    query = f"query($id: ID!) {{ job(id: $id) {{ {selection} }} }}"
    told = await house.data(PAT, query, id=gid("under-warranty"))
    assert told["job"]["invoices"] == []
    assert told["job"]["total"] is None
    assert told["job"]["workSummary"].startswith("Furnace was locking out on flame failure.")
    for_riley = await house.data(RILEY, query, id=gid("leftover-visit"))
    assert for_riley["job"]["invoices"] == []
    assert for_riley["job"]["total"] is None
    assert for_riley["job"]["workSummary"] == "Cleared condensate drain.\nTrap primed. Photos"
    for_pat = await house.data(PAT, query, id=gid("leftover-visit"))
    assert for_pat["job"]["total"] == "395.19"
    assert for_pat["job"]["invoices"] == [{"number": "500107"}]


async def test_r3_r19_a_place_alone_shows_jobs_of_both_shapes_and_nothing_next_door(
    house: House,
) -> None:
    assert await listed(house, SAM, "tab: COMPLETED") == ["300401", "300402"]
    viewer = await house.viewer(
        SAM, "jobs(tab: COMPLETED) { nodes { customer { name } location { name } } }"
    )
    assert viewer["jobs"]["nodes"] == [{"customer": None, "location": {"name": "Lakeview 2B"}}] * 2


async def test_who_comes_is_told_by_name_alone(house: House) -> None:
    query = "query($id: ID!) { job(id: $id) { appointments { technicians { name } } } }"
    told = await house.data(PAT, query, id=gid("working-now"))
    assert told["job"]["appointments"] == [{"technicians": [{"name": "Hank Olsen"}]}]


async def test_appointment_by_id_tells_its_job(house: House) -> None:
    query = "query($id: ID!) { appointment(id: $id) { number isConfirmed job { number } } }"
    told = await house.data(PAT, query, id=global_id("Appointment", 400101))
    assert told["appointment"]["job"] == {"number": number("tune-up-tomorrow")}


async def test_jordans_two_thousand_jobs_are_counted_and_paged(house: House) -> None:
    counts = "jobCounts { inProgress onHold upcoming completed canceled }"
    told = (await house.viewer(JORDAN, counts))["jobCounts"]
    assert told == {
        "inProgress": 8,
        "onHold": 6,
        "upcoming": 25,
        "completed": 1921,
        "canceled": 40,
    }
    seen: list[str] = []
    after = ""
    for _ in range(20):
        page = "nodes { number } pageInfo { hasNextPage endCursor }"
        viewer = await house.viewer(JORDAN, f"jobs(tab: COMPLETED, first: 100{after}) {{ {page} }}")
        seen += [row["number"] for row in viewer["jobs"]["nodes"]]
        if not viewer["jobs"]["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{viewer["jobs"]["pageInfo"]["endCursor"]}"'
    assert len(seen) == len(set(seen)) == 1921


@pytest.mark.parametrize(
    ("statuses", "job_status", "tab"),
    [
        (["Done", "Hold"], "Hold", "ON_HOLD"),
        (["Done", "Canceled"], "Canceled", "CANCELED"),
        (["Done", "Canceled"], "Completed", "COMPLETED"),
        ([], "InProgress", "IN_PROGRESS"),
        ([], "Scheduled", "UPCOMING"),
    ],
)
async def test_r52_what_visits_leave_open_the_jobs_own_status_decides(
    house: House, statuses: list[str], job_status: str, tab: str
) -> None:
    await house.put("jobs", 399_001, customerId=1001, locationId=2001, jobStatus=job_status)
    for at, status in enumerate(statuses):
        visit = {"jobId": 399_001, "customerId": 1001, "start": "2026-07-10T15:00:00Z"}
        end = "2026-07-10T16:00:00Z"
        await house.put("appointments", 499_001 + at, status=status, end=end, **visit)
    query = "query($id: ID!) { job(id: $id) { tab } }"
    assert await house.data(PAT, query, id=global_id("Job", 399_001)) == {"job": {"tab": tab}}
