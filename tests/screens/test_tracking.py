"""Where is my technician: a link while one is on the way, and nothing at any other time."""

from collections import Counter
from typing import Any

import pytest

from resolvers.ids import global_id
from resolvers.policy import Jobs
from tests.house import House, demo_policy, ready_house

PAT = "pat@example.com"
COMING = 400104
"""Pat's appointment that a technician is on the way to."""
ASSIGNMENT = COMING * 10 + 1
QUERY = "query($id: ID!) { appointment(id: $id) { number trackingUrl } }"
ASKED = global_id("Appointment", COMING)
JOBS = "jobs(tab: IN_PROGRESS) { nodes { appointments { number trackingUrl } } }"


async def link(house: House, email: str = PAT) -> Any:  # noqa: ANN401  # JSON
    return (await house.data(email, QUERY, id=ASKED))["appointment"]["trackingUrl"]


@pytest.mark.parametrize("email", [PAT, "riley@example.com"])
async def test_whoever_may_see_the_visit_may_follow_who_comes(house: House, email: str) -> None:
    assert (await link(house, email)).startswith("https://track.example.com/")


async def test_it_costs_a_call_for_each_technician_on_the_way_and_none_for_half_a_minute(
    house: House,
) -> None:
    cold = await house.viewer(PAT, JOBS)
    calls = await house.calls()
    technician = await house.sandbox.get(f"/_sandbox/records/appointment-assignments/{ASSIGNMENT}")
    assert calls == Counter(
        {
            "jobs?customerId=1001": 1,
            "appointments?customerId=1001": 1,
            f"appointment-assignments?appointmentIds={COMING}": 1,
            f"technician-tracking?appointmentId={COMING}"
            f"&technicianId={technician.json()['technicianId']}": 1,
        }
    )
    links = {
        visit["number"]: visit["trackingUrl"]
        for job in cold["jobs"]["nodes"]
        for visit in job["appointments"]
    }
    followed = links.pop(f"{COMING - 100000}-1")
    assert followed.startswith("https://track.example.com/")
    assert set(links.values()) == {None}
    assert await house.viewer(PAT, JOBS) == cold
    assert await house.calls() == Counter()


@pytest.mark.parametrize("status", ["Scheduled", "Working", "Hold", "Done", "Canceled"])
async def test_nobody_is_on_the_way_to_a_visit_that_is_not_dispatched(
    house: House, status: str
) -> None:
    await house.put("appointments", COMING, status=status)
    assert await link(house) is None
    assert not any(call.startswith("technician-tracking") for call in await house.calls())


@pytest.mark.parametrize(
    "assignment",
    [{"active": False}, {"status": "Working"}, {"status": "Done"}, {"technicianId": None}],
)
async def test_who_is_taken_off_or_has_arrived_is_not_on_the_way(
    house: House, assignment: dict[str, object]
) -> None:
    await house.put("appointment-assignments", ASSIGNMENT, **assignment)
    assert await link(house) is None
    assert not any(call.startswith("technician-tracking") for call in await house.calls())


async def test_of_two_the_one_who_was_sent_is_followed(house: House) -> None:
    first = {"appointmentId": COMING, "jobId": 300104, "active": True, "technicianName": "Ann"}
    await house.put("appointment-assignments", 1, technicianId=7777, status="Scheduled", **first)
    await link(house)
    followed = [call for call in await house.calls() if call.startswith("technician-tracking")]
    assert len(followed) == 1
    assert "7777" not in followed[0]


async def test_r59_where_dates_alone_are_shown_nobody_is_followed() -> None:
    async with ready_house(demo_policy(jobs=Jobs(show_date_only=True))) as house:
        assert await link(house) is None
        assert not any("assignments" in call or "track" in call for call in await house.calls())


async def test_r14_who_may_not_see_the_visit_follows_nobody(house: House) -> None:
    assert await link(house) is not None
    told = await house.ask("morgan@example.com", QUERY, id=ASKED)
    assert told["data"] == {"appointment": None}
    assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]


BROKEN: list[tuple[dict[str, object], str]] = [
    ({"status": 503, "times": 20}, "UPSTREAM_UNAVAILABLE"),
    ({"status": 200, "body": '{"technicianTrackingUrl": "http://plain.example.com"}'}, "REJECTED"),
    ({"status": 200, "body": '{"technicianTrackingUrl": "javascript:alert(1)"}'}, "REJECTED"),
    ({"status": 200, "body": "<html>"}, "REJECTED"),
]


@pytest.mark.parametrize(("fault", "code"), BROKEN)
async def test_a_link_that_cannot_be_had_leaves_the_visit_standing(
    house: House, fault: dict[str, object], code: str
) -> None:
    await house.fault("technician-tracking", **fault)
    told = await house.ask(PAT, QUERY, id=ASKED)
    assert told["data"] == {"appointment": {"number": "300104-1", "trackingUrl": None}}
    assert [error["extensions"]["code"].endswith(code) for error in told["errors"]] == [True]
    await house.sandbox.delete("/_sandbox/faults")
    assert await link(house) is not None  # a failure is not remembered


async def test_no_link_is_an_answer_too(house: House) -> None:
    await house.fault("technician-tracking", status=200, body='{"technicianTrackingUrl": null}')
    assert await link(house) is None
    await house.calls()
    assert await link(house) is None
    assert await house.calls() == Counter()
