"""The visits that memberships promise (R57, R74, R79), and whose they are."""

from collections import Counter

import pytest

from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from tests.changes.hearing import hearing_house, quietly, soon
from tests.house import House, demo_policy, ready_house

PAT, QUINN = "pat@example.com", "quinn@example.com"
VISIT = "query($id: ID!) { node(id: $id) { ... on Visit { name status } } }"
VISITS = "visits { totalCount nodes { name status dueOn job { number } location { name } } }"
TO_ITS_VISITS = {
    "memberships?customerIds=1001": 1,
    "recurring-services?membershipIds=900101": 1,
    "recurring-service-events?locationId=2001": 1,
}


def row(name: str, status: str, due: str, job: str | None = None) -> dict[str, object]:
    return {
        "name": name,
        "status": status,
        "dueOn": due,
        "job": job and {"number": job},
        "location": {"name": "Pat Sullivan"},
    }


PROMISED = {
    "totalCount": 4,
    "nodes": [
        row("Cooling Tune-Up", "COMPLETED", "2026-01-15"),
        row("Heating Tune-Up", "SCHEDULED", "2026-07-11", "300113"),
        row("Cooling Tune-Up", "SCHEDULED", "2026-07-15", "300101"),
        row("Heating Tune-Up", "UNSCHEDULED", "2026-12-11"),
    ],
}


async def test_r57_r74_its_visits_with_status_and_job(house: House) -> None:
    asked = f"memberships {{ nodes {{ {VISITS} }} }}"
    told = await house.viewer(PAT, asked)
    assert told["memberships"]["nodes"] == [{"visits": PROMISED}]
    jobs = {"jobs?ids=300113,300101": 1, "appointments?customerId=1001": 1}
    assert await house.calls() == Counter(TO_ITS_VISITS | jobs)
    assert await house.viewer(PAT, asked) == told
    assert await house.calls() == Counter()


MOVED = {"membershipId": 900101, "locationId": 2061, "name": "Attic"}
NAMES = "memberships { nodes { visits { nodes { name } } } }"


async def test_decision_6_what_falls_due_anew_or_elsewhere_is_told_with_the_next_reading() -> None:
    async with hearing_house(0.05) as house:

        async def names() -> Counter[str]:
            told = await house.viewer(PAT, NAMES)
            (membership,) = told["memberships"]["nodes"]
            return Counter(visit["name"] for visit in membership["visits"]["nodes"])

        before = await names()
        await quietly(house, "recurring-services", 910777, **MOVED)
        await quietly(house, "recurring-service-events", 920777, locationRecurringServiceId=910777)
        await soon(names, before + Counter(["Attic"]))
        await quietly(house, "recurring-services", 910777, locationId=2001, name="Cellar")
        await soon(names, before + Counter(["Cellar"]))
        await quietly(house, "recurring-service-events", 920778, locationRecurringServiceId=910777)
        await soon(names, before + Counter(["Cellar", "Cellar"]))


@pytest.mark.parametrize("status", ["Expired", "Canceled"])
async def test_r79_the_visits_of_one_that_is_over_are_shown(house: House, status: str) -> None:
    await house.put("memberships", 900101, status=status)
    told = await house.viewer(PAT, "memberships { nodes { visits { totalCount } } }")
    assert told["memberships"]["nodes"] == [{"visits": {"totalCount": 4}}]


@pytest.mark.parametrize(
    ("job", "appointment", "status"),
    [
        ("InProgress", "Working", "IN_PROGRESS"),
        ("Hold", "Hold", "IN_PROGRESS"),
        ("Completed", "Done", "COMPLETED"),
        ("Canceled", "Canceled", "CANCELED"),
    ],
)
async def test_r72_the_job_of_a_visit_says_how_far_it_has_come(
    house: House, job: str, appointment: str, status: str
) -> None:
    await house.put("jobs", 300101, jobStatus=job)
    await house.put("appointments", 400101, status=appointment)
    told = await house.data(PAT, VISIT, id=global_id("Visit", "m920101"))
    assert told == {"node": {"name": "Cooling Tune-Up", "status": status}}


async def test_decision_6_events_of_another_service_at_the_place_are_not_its_own(
    house: House,
) -> None:
    await house.put("memberships", 900777, customerId=1042, locationId=2051, status="Active")
    await house.put("recurring-services", 910777, membershipId=900777, locationId=2001, name="X")
    event = {"locationRecurringServiceId": 910777, "locationRecurringServiceName": "Foreign"}
    await house.put("recurring-service-events", 920777, **event)
    for _ in range(2):
        told = await house.viewer(PAT, f"memberships {{ nodes {{ {VISITS} }} }}")
        assert told["memberships"]["nodes"] == [{"visits": PROMISED}]
    assert (await house.calls())["recurring-service-events?locationId=2001"] == 1


async def test_r6_visits_at_a_place_out_of_reach_are_not_told() -> None:
    policy = demo_policy(
        access=Access(
            people={PAT: (Override(customer=1001, location=2001, level=AccessLevel.NONE),)}
        )
    )
    async with ready_house(policy) as house:
        await house.put("memberships", 900101, locationId=None)
        told = await house.viewer(PAT, "memberships { nodes { visits { totalCount } } }")
        assert told["memberships"]["nodes"] == [{"visits": {"totalCount": 0}}]
        assert "recurring-service-events" not in str(await house.calls())


async def test_az17_a_neighbours_visit_is_not_found_at_the_cost_of_one_that_never_was(
    house: House,
) -> None:
    await house.put("recurring-services", 910778, membershipId=900601, locationId=2061, name="X")
    await house.put("recurring-service-events", 920778, locationRecurringServiceId=910778)
    assert await house.data(QUINN, VISIT, id=global_id("Visit", "m920778")) == {
        "node": {"name": "X", "status": "UNSCHEDULED"}
    }
    await house.data(PAT, VISIT, id=global_id("Visit", "m920101"))
    costs = []
    for key in ("m920778", "m999999"):
        await house.calls()
        told = await house.ask(PAT, VISIT, id=global_id("Visit", key))
        assert told["data"] == {"node": None}
        assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        costs.append([call.split("?")[0] for call in await house.calls()])
        assert (await house.ask(PAT, VISIT, id=global_id("Visit", key)))["data"] == {"node": None}
        assert await house.calls() == {}
    assert costs == [["recurring-service-events"]] * 2
