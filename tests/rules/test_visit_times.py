"""When a visit is over and whose turn it is, by the hour or by the day alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.servicetitan.appointments import Appointment, AppointmentStatus
from adapters.servicetitan.model import AppointmentId, CustomerId, JobId
from resolvers.visit_times import (
    Clock,
    day_of,
    in_order,
    is_past,
    is_to_come,
    next_visit,
    shows_hours,
    window_of,
)

CHICAGO = ZoneInfo("America/Chicago")


def at(told: str) -> datetime:
    """Read a time of 14 July 2026 in Chicago, or of another day of that month: `15 08:00`."""
    day, _, hour = told.rpartition(" ")
    return datetime.fromisoformat(f"2026-07-{day or 14} {hour}").replace(tzinfo=CHICAGO)


def clock(now: str, *, date_only: bool = False, grace: int = 0) -> Clock:
    return Clock(at(now).astimezone(UTC), CHICAGO, date_only, timedelta(minutes=grace))


def visit(
    start: str | None,
    end: str | None = None,
    window: tuple[str, str] | None = None,
    of: int = 1,
    status: AppointmentStatus = AppointmentStatus.SCHEDULED,
) -> Appointment:
    return Appointment(
        id=AppointmentId(of),
        job_id=JobId(1),
        customer_id=CustomerId(1),
        start=at(start).astimezone(UTC) if start else None,
        end=at(end).astimezone(UTC) if end else None,
        arrival_window_start=at(window[0]).astimezone(UTC) if window else None,
        arrival_window_end=at(window[1]).astimezone(UTC) if window else None,
        status=status,
    )


@pytest.mark.parametrize(
    ("row", "last"),
    [
        (visit("08:00", "10:00", ("09:00", "11:30")), "11:30"),
        (visit("08:00", "10:00"), "10:00"),
        (visit("08:00"), "08:00"),
    ],
)
def test_r53_a_visit_is_past_after_its_window_else_its_end_else_its_start(
    row: Appointment, last: str
) -> None:
    assert not is_past(row, clock(last))
    assert is_past(row, clock(f"{last}:01"))


def test_r53_a_visit_without_times_is_never_past() -> None:
    assert not is_past(visit(None), clock("23:59"))
    assert not is_past(visit(None), clock("23:59", date_only=True))


@pytest.mark.parametrize(
    ("now", "grace", "past"),
    [("10:30", 30, False), ("10:30:01", 30, True), ("15 09:59", 1440, False)],
)
def test_q13_grace_keeps_a_visit_that_is_over(now: str, grace: int, *, past: bool) -> None:
    assert is_past(visit("08:00", "10:00"), clock(now, grace=grace)) is past


@pytest.mark.parametrize("start", ["00:00", "08:00", "23:59"])
@pytest.mark.parametrize(
    ("now", "grace", "past"),
    [
        ("00:00", 0, False),
        ("23:59:59", 0, False),
        ("15 00:00", 0, True),
        ("15 00:29", 30, False),
        ("15 00:30", 30, True),
    ],
)
def test_r59_by_dates_alone_a_visit_is_past_with_its_day_whatever_its_hour(
    start: str, now: str, grace: int, *, past: bool
) -> None:
    until_tomorrow = visit(start, "15 03:00", (start, "15 02:00"))
    for row in (visit(start), visit(start, "15 09:00"), until_tomorrow):
        assert is_past(row, clock(now, date_only=True, grace=grace)) is past


def test_r59_a_visit_of_which_the_end_alone_is_known_is_past_with_that_day() -> None:
    row = visit(None, "10:00")
    assert not is_past(row, clock("23:59", date_only=True))
    assert is_past(row, clock("15 00:00", date_only=True))


def test_r59_the_day_is_the_business_s_day() -> None:
    two_in_the_morning = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    row = Appointment(
        id=AppointmentId(1), job_id=JobId(1), customer_id=CustomerId(1), start=two_in_the_morning
    )
    assert day_of(row, Clock(two_in_the_morning, CHICAGO)) == date(2026, 2, 28)


def test_r60_the_window_decides_the_day_and_the_turn_and_hides_the_start() -> None:
    moved = visit("13 15:00", "13 16:00", ("14:00", "16:00"), of=1)
    plain = visit("13:00", "14:00", of=2)
    now = clock("08:00")
    assert day_of(moved, now) == date(2026, 7, 14)
    assert [row.id for row in in_order([moved, plain], now)] == [2, 1]
    assert (shows_hours(moved, now), shows_hours(plain, now)) == (False, True)
    assert window_of(plain, now) is None


def test_r59_by_dates_alone_nothing_of_the_hours_is_shown_or_ordered_by() -> None:
    late, early = visit("17:00", "18:00", ("17:00", "19:00"), of=1), visit("08:00", "09:00", of=2)
    tomorrow, unknown = visit("15 07:00", of=3), visit(None, of=0)
    by_hour, by_day = clock("07:00"), clock("07:00", date_only=True)
    rows = [unknown, tomorrow, late, early]
    assert [row.id for row in in_order(rows, by_hour)] == [2, 1, 3, 0]
    assert [row.id for row in in_order(rows, by_day)] == [1, 2, 3, 0]
    assert [window_of(row, by_day) for row in rows] == [None] * 4
    assert not any(shows_hours(row, by_day) for row in rows)


def test_the_next_visit_is_the_first_that_is_to_come() -> None:
    over = visit("08:00", "09:00", of=1)
    done = visit("13:00", "14:00", of=2, status=AppointmentStatus.DONE)
    on_hold = visit("14:00", "15:00", of=3, status=AppointmentStatus.HOLD)
    working = visit("11:00", "15:00", of=4, status=AppointmentStatus.WORKING)
    now = clock("12:00")
    visits = in_order([over, done, on_hold, working], now)
    assert next_visit(visits, now) is working
    assert [is_to_come(row, now) for row in visits] == [False, True, False, False]
    assert next_visit([over, done, on_hold], now) is None
