"""Everything is told from the given day, and from nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sandbox.homes import TIME_ZONE, build
from adapters.sandbox.homes.clock import NEVER, Clock

ZONE = ZoneInfo(TIME_ZONE)
DAYS = st.dates(date(2019, 1, 1), date(2045, 12, 31))
CHANGES_OF_CLOCK = (date(2026, 3, 8), date(2026, 11, 1), date(2028, 2, 29), date(2026, 12, 31))

Tenant = dict[str, list[dict[str, Any]]]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@given(DAYS | st.sampled_from(CHANGES_OF_CLOCK), st.integers(-2000, 60), st.integers(6, 20))
def test_an_instant_reads_as_the_same_hour_on_every_day_of_the_year(
    today: date, days: int, hour: int
) -> None:
    there = _instant(Clock(today).instant(days, hour, 30)).astimezone(ZONE)
    assert (there.date(), there.hour, there.minute) == (today + timedelta(days=days), hour, 30)


@given(DAYS, st.integers(-3000, 60), st.integers(0, 10**12))
def test_a_stamp_lies_before_today_and_has_at_most_seven_fraction_digits(
    today: date, days: int, mark: int
) -> None:
    text = Clock(today).stamp(days, mark)
    whole, _, fraction = text.removesuffix("Z").partition(".")
    assert len(whole) == 19
    assert len(fraction) <= 7
    assert not fraction.endswith("0")
    moment = _instant(f"{whole}Z")
    assert moment < datetime.combine(today, datetime.min.time(), tzinfo=ZONE)


@settings(max_examples=8, deadline=None)
@given(DAYS | st.sampled_from(CHANGES_OF_CLOCK))
def test_pats_visit_is_still_to_come_at_the_last_moment_of_any_day(today: date) -> None:
    rows = {row["id"]: row for row in build(1, today, 0)["appointments"]}
    night = datetime.combine(today + timedelta(days=1), datetime.min.time(), tzinfo=ZONE)
    tomorrow, passed, working = rows[400101], rows[400113], rows[400103]
    assert _instant(str(tomorrow["arrivalWindowStart"])) > night
    assert _instant(str(tomorrow["start"])).astimezone(ZONE).hour == 8
    morning = night - timedelta(days=1)
    assert _instant(str(passed["arrivalWindowEnd"])) < morning
    assert morning < _instant(str(working["start"])).astimezone(UTC) < night


def test_no_row_was_written_later_than_yesterday(tenant: Tenant) -> None:
    start_of_today = "2026-07-14T05:00:00Z"
    for rows in tenant.values():
        for row in rows:
            made = row.get("createdOn", NEVER)
            assert made <= row["modifiedOn"] < start_of_today


def test_business_dates_are_midnight_utc_and_agreements_have_plain_days(tenant: Tenant) -> None:
    dates = {row[name] for row in tenant["invoices"] for name in ("invoiceDate", "dueDate")}
    assert {text[10:] for text in dates} == {"T00:00:00Z"}
    days = {row["startDate"] for row in tenant["service-agreements"]}
    assert {len(day) for day in days} == {10}


def test_stamps_have_fractions_of_several_lengths(tenant: Tenant) -> None:
    lengths = {len(row["createdOn"]) - 20 for row in tenant["jobs"]}
    assert {0, 4, 8} <= lengths <= set(range(9))
