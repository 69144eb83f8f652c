"""Dates alone (R59): no hour is told, and no answer depends on one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.ids import global_id
from resolvers.policy import Jobs, Policy
from tests.house import NOON, TODAY, House, demo_policy, gid, ready_house

pytestmark = pytest.mark.usefixtures("any_shape")

PAT = "pat@example.com"
BUSINESS = ZoneInfo("America/Chicago")
DATES_ALONE = demo_policy(jobs=Jobs(show_date_only=True))
VISITS = (400101, 400102, 400152, 400103, 400104, 400112, 400162, 400113)
VISIT = """fragment Visit on Appointment { id number status date start end
    arrivalWindow { start end } isConfirmed technicians { name } trackingUrl calendarUrl }"""
TABS = "".join(
    f"""{tab}: jobs(tab: {tab}, first: 100) {{ totalCount pageInfo {{ startCursor endCursor }}
        edges {{ cursor node {{ ...Job }} }} }} """
    for tab in ("UPCOMING", "IN_PROGRESS", "ON_HOLD", "COMPLETED", "CANCELED")
)
EVERYTHING = f"""query($job: ID!, $visit: ID!) {{
    job(id: $job) {{ ...Job }}
    appointment(id: $visit) {{ ...Visit job {{ ...Job }} }}
    viewer {{ {TABS} jobCounts {{ inProgress onHold upcoming completed canceled }}
        tasks {{ count upcomingAppointments(first: 100) {{ ...Visit }} }} }} }}
    {VISIT}
    fragment Job on Job {{ id number tab completedOn
        nextAppointment {{ ...Visit }} appointments {{ ...Visit }} }}"""
ASKED = {"job": gid("tune-up-tomorrow"), "visit": global_id("Appointment", VISITS[0])}


@dataclass(frozen=True)
class Hours:
    """What of a visit may differ and never be noticed: minutes of its day, and its window."""

    start: int
    length: int
    window: tuple[int, int] | None


@dataclass(frozen=True)
class Planned:
    """A visit: what is told of it, and two ways it may be planned within its day."""

    day: int
    status: str
    hours: tuple[Hours, Hours]


minutes = st.integers(0, 24 * 60 - 1)
windows = st.none() | st.tuples(minutes, st.integers(1, 600))
hours = st.builds(Hours, minutes, st.integers(1, 600), windows)
planned = st.builds(
    Planned,
    day=st.integers(-1, 1),
    status=st.sampled_from(["Scheduled", "Dispatched", "Working", "Hold", "Done", "Canceled"]),
    hours=st.tuples(hours, hours),
)
plans = st.lists(planned, min_size=len(VISITS), max_size=len(VISITS))
moments = st.lists(minutes, min_size=1, max_size=3)


def instant(day: int, minute: int) -> datetime:
    """Return the moment that many minutes after the business's midnight."""
    of = TODAY + timedelta(days=day)
    return datetime.combine(of, time(minute // 60, minute % 60), BUSINESS)


def written(day: int, of: Hours) -> dict[str, str | None]:
    """Return these hours of this day as ServiceTitan's row has them."""
    begins = instant(day, of.start)
    window = None if of.window is None else instant(day, of.window[0])
    ends = None if of.window is None or window is None else window + timedelta(minutes=of.window[1])
    moments = {
        "start": begins,
        "end": begins + timedelta(minutes=of.length),
        "arrivalWindowStart": window,
        "arrivalWindowEnd": ends,
    }
    return {name: at.isoformat() if at else None for name, at in moments.items()}


Seen = list[tuple[dict[str, Any], Counter[str]]]


def asked_for(calls: Counter[str]) -> Counter[str]:
    """Return what was asked, each id alone: by milliseconds some travel together."""
    single: Counter[str] = Counter()
    for call, times in calls.items():
        path, _, told = call.partition("=")
        single.update({f"{path}={one}": times for one in told.split(",")})
    return single


async def seen(policy: Policy, plan: Sequence[Planned], way: int, at: Sequence[int]) -> Seen:
    """Return everything Pat sees at these minutes of today, and what was asked for it."""
    async with ready_house(policy) as house:
        for of, visit in zip(VISITS, plan, strict=True):
            times = written(visit.day, visit.hours[way])
            await house.put("appointments", of, status=visit.status, **times)
        told: Seen = []
        for minute in at:
            house.moment.now = instant(0, minute)
            answer = await house.ask(PAT, EVERYTHING, **ASKED)
            answer["entry"] = await entry(house, answer["data"]["appointment"]["calendarUrl"])
            told.append((addressless(answer), asked_for(await house.calls())))
    return told


async def entry(house: House, address: str | None) -> str | None:
    """Return the calendar entry at this address."""
    return None if address is None else (await house.gateway.get(address)).text


def addressless(told: Any) -> Any:  # noqa: ANN401  # JSON
    """Return the answer with whether there are calendar entries: no address is like another."""
    if isinstance(told, list):
        return [addressless(row) for row in told]
    if not isinstance(told, dict):
        return told
    return {
        name: value is not None if name == "calendarUrl" else addressless(value)
        for name, value in told.items()
    }


@given(plan=plans, at=moments)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
async def test_r59_two_houses_that_differ_in_hours_alone_look_alike_at_any_moment(
    plan: list[Planned], at: list[int]
) -> None:
    one, other = await seen(DATES_ALONE, plan, 0, at), await seen(DATES_ALONE, plan, 1, at)
    assert "errors" not in one[0][0]
    assert one == other


MORNING, EVENING = Hours(8 * 60, 60, (8 * 60, 120)), Hours(17 * 60, 60, None)
TODAYS = [Planned(0, "Scheduled", (MORNING, EVENING))] * len(VISITS)


async def test_where_hours_are_told_the_same_houses_differ() -> None:
    policy = demo_policy()
    one, other = await seen(policy, TODAYS, 0, [15 * 60]), await seen(policy, TODAYS, 1, [15 * 60])
    counts = [of[0][0]["data"]["viewer"]["jobCounts"]["upcoming"] for of in (one, other)]
    assert counts == [0, 6]


async def test_r59_the_day_stands_and_nothing_else_of_the_time() -> None:
    async with ready_house(DATES_ALONE) as house:
        told = await house.data(PAT, EVERYTHING, **ASKED)
        assert told["job"]["nextAppointment"] == {
            "id": ASKED["visit"],
            "number": "300101-1",
            "status": "SCHEDULED",
            "date": "2026-07-15",
            "start": None,
            "end": None,
            "arrivalWindow": None,
            "isConfirmed": False,
            "technicians": told["job"]["nextAppointment"]["technicians"],
            "trackingUrl": None,
            "calendarUrl": told["job"]["nextAppointment"]["calendarUrl"],
        }
        noted = await entry(house, told["job"]["nextAppointment"]["calendarUrl"])
        assert "DTSTART;VALUE=DATE:20260715" in str(noted)
        assert "T" not in str([visit["date"] for visit in told["job"]["appointments"]])
        assert not any(call.startswith("technician-tracking") for call in await house.calls())


async def on_the_day(house: House, hour: int) -> Any:  # noqa: ANN401  # JSON
    """Return the upcoming jobs at this hour of the next day, when Pat's tune-up is from 8 to 10."""
    house.moment.now = NOON + timedelta(hours=hour + 12)
    return (await house.viewer(PAT, "jobs(tab: UPCOMING) { nodes { number } }"))["jobs"]["nodes"]


@pytest.mark.parametrize(
    ("dates_alone", "listed"), [(True, [True, True, False]), (False, [True, False, False])]
)
async def test_r59_a_visit_leaves_upcoming_with_its_day_and_not_with_its_window(
    listed: list[bool], *, dates_alone: bool
) -> None:
    async with ready_house(demo_policy(jobs=Jobs(show_date_only=dates_alone))) as house:
        there = [{"number": "300101"} in await on_the_day(house, hour) for hour in (10, 11, 24)]
    assert there == listed


async def test_r59_a_day_ends_at_midnight_of_the_business() -> None:
    two_in_the_morning = datetime(2026, 3, 1, 2, 0, tzinfo=ZoneInfo("UTC"))
    async with ready_house(DATES_ALONE) as house:
        await house.put("appointments", 400101, start=two_in_the_morning.isoformat())
        windowless = {"arrivalWindowStart": None, "arrivalWindowEnd": None}
        await house.put("appointments", 400101, **windowless)
        query = "query($visit: ID!) { appointment(id: $visit) { date } }"
        told = await house.data(PAT, query, visit=ASKED["visit"])
    assert told["appointment"] == {"date": date(2026, 2, 28).isoformat()}
