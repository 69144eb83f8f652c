"""Visits as calendar entries, read back by a calendar's own reader."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest

from resolvers.policy import Jobs
from resolvers.signed_addresses import Target, TargetKind
from tests.house import House, demo_policy, ready_house

Address = Callable[..., str]
TOMORROW = Target(TargetKind.VISIT, 400101)
STATUSES = """jobs(tab: %s) { nodes { number appointments { number status calendarUrl } } }"""


async def entry(house: House, made: str) -> dict[str, Any]:
    """Open an address; return the one event of its calendar by its names."""
    answer = await house.gateway.get(made)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="visit.ics"'
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    return {name: getattr(value, "dt", None) or str(value) for name, value in event.items()} | {
        "lines": answer.text.splitlines()
    }


async def test_a_visit_is_noted_from_the_begin_of_its_window_to_the_end(
    house: House,
) -> None:
    asked = STATUSES % "UPCOMING"
    nodes = (await house.viewer("pat@example.com", asked))["jobs"]["nodes"]
    (visit,) = next(node["appointments"] for node in nodes if node["number"] == "300101")
    assert visit["calendarUrl"].startswith("http://gateway/calendar/")
    event = await entry(house, visit["calendarUrl"])
    event.pop("lines")
    assert event == {
        "UID": "appointment-400101@tenant-1234567.servicetitan",
        "DTSTAMP": datetime(2026, 7, 14, 17, tzinfo=UTC),
        "SUMMARY": "Harbor & Oak Home Services: Cooling Tune-Up",
        "DTSTART": datetime(2026, 7, 15, 13, tzinfo=UTC),
        "DTEND": datetime(2026, 7, 15, 15, tzinfo=UTC),
        "LOCATION": "418 Linden Avenue, Oak Park, IL 60302",
        "DESCRIPTION": "We arrive within this time. Job 300101. Questions? Call +1 312 555 0142.",
    }


async def test_a_visit_without_a_window_is_noted_by_its_hours(
    house: House, address: Address
) -> None:
    await house.put(
        "appointments",
        400101,
        arrivalWindowStart=None,
        arrivalWindowEnd=None,
        start="2026-07-15T15:00:00Z",
        end="2026-07-15T16:30:00Z",
    )
    event = await entry(house, address(TOMORROW))
    assert (event["DTSTART"], event["DTEND"]) == (
        datetime(2026, 7, 15, 15, tzinfo=UTC),
        datetime(2026, 7, 15, 16, 30, tzinfo=UTC),
    )
    assert event["DESCRIPTION"] == "Job 300101. Questions? Call +1 312 555 0142."


async def test_r59_where_dates_alone_are_shown_it_is_a_whole_day_whatever_its_hour(
    address: Address,
) -> None:
    told = []
    for hour in (13, 20):
        async with ready_house(demo_policy(jobs=Jobs(show_date_only=True))) as house:
            starts, ends = f"2026-07-15T{hour}:00:00Z", f"2026-07-15T{hour + 2}:00:00Z"
            window = {"arrivalWindowStart": starts, "arrivalWindowEnd": ends}
            await house.put("appointments", 400101, start=starts, end=ends, **window)
            event = await entry(house, address(TOMORROW))
            assert (event["DTSTART"], event["DTEND"]) == (date(2026, 7, 15), date(2026, 7, 16))
            told.append(event["lines"])
    assert told[0] == told[1]


async def test_a_visit_moved_is_the_same_entry_at_another_time(
    house: House, address: Address
) -> None:
    starts, ends = "2026-07-16T13:00:00Z", "2026-07-16T15:00:00Z"
    await house.put("appointments", 400101, arrivalWindowStart=starts, arrivalWindowEnd=ends)
    event = await entry(house, address(TOMORROW))
    assert event["UID"] == "appointment-400101@tenant-1234567.servicetitan"
    assert event["DTSTART"] == datetime(2026, 7, 16, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tab", "noted"),
    [
        ("UPCOMING", {"SCHEDULED": True, "ON_HOLD": False}),
        (
            "IN_PROGRESS",
            {"WORKING": True, "DISPATCHED": True, "SCHEDULED": True, "COMPLETED": False},
        ),
        ("ON_HOLD", {"ON_HOLD": False}),
        ("COMPLETED", {"COMPLETED": False}),
        ("CANCELED", {"CANCELED": False}),
    ],
)
async def test_only_visits_to_come_have_an_entry(
    house: House, tab: str, noted: dict[str, bool]
) -> None:
    nodes = (await house.viewer("pat@example.com", STATUSES % tab))["jobs"]["nodes"]
    visits = [visit for node in nodes for visit in node["appointments"]]
    found = {visit["status"]: visit["calendarUrl"] is not None for visit in visits}
    assert found == noted


async def test_riley_without_billing_access_notes_visits_too(
    house: House, address: Address
) -> None:
    event = await entry(house, address(TOMORROW, "riley@example.com"))
    assert event["UID"] == "appointment-400101@tenant-1234567.servicetitan"
