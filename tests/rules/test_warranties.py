"""R66: how a warranty stands on a day, and which machines a state finds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.servicetitan.installed_equipment import Equipment
from adapters.servicetitan.model import CustomerId, EquipmentId, LocationId
from resolvers.warranties import (
    WarrantyState,
    has_warranty,
    manufacturer_warranty,
    provider_warranty,
    state_on,
)

ACTIVE, EXPIRED, NONE = WarrantyState
TODAY = date(2026, 7, 14)
DAY = timedelta(days=1)
DAYS = st.none() | st.dates(TODAY - 3 * DAY, TODAY + 3 * DAY)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "state"),
    [
        (None, None, NONE),
        (TODAY, None, ACTIVE),
        (TODAY - DAY, None, ACTIVE),
        (TODAY + DAY, None, NONE),
        (None, TODAY, ACTIVE),
        (None, TODAY + DAY, ACTIVE),
        (None, TODAY - DAY, EXPIRED),
        (TODAY - DAY, TODAY, ACTIVE),
        (TODAY, TODAY + DAY, ACTIVE),
        (TODAY, TODAY, ACTIVE),
        (TODAY - 2 * DAY, TODAY - DAY, EXPIRED),
        (TODAY + DAY, TODAY + 2 * DAY, NONE),
        (TODAY + DAY, TODAY - DAY, NONE),
        (TODAY, TODAY - DAY, EXPIRED),
    ],
)
def test_r66_a_warranty_stands_by_its_days(
    starts_on: date | None, ends_on: date | None, state: WarrantyState
) -> None:
    assert state_on(TODAY, starts_on, ends_on) is state


@given(starts_on=DAYS, ends_on=DAYS)
def test_r66_a_warranty_is_none_then_active_then_expired_and_never_turns_back(
    starts_on: date | None, ends_on: date | None
) -> None:
    days = [TODAY + turn * DAY for turn in range(-5, 6)]
    order = {NONE: 0, ACTIVE: 1, EXPIRED: 2}
    stood = [order[state_on(day, starts_on, ends_on)] for day in days]
    assert stood == sorted(stood)
    covered = [day for day, state in zip(days, stood, strict=True) if state == order[ACTIVE]]
    promised = starts_on is not None or ends_on is not None
    first, last = starts_on or days[0], ends_on or days[-1]
    assert covered == [day for day in days if promised and first <= day <= last]


def machine(
    manufacturer: tuple[date | None, date | None] = (None, None),
    provider: tuple[date | None, date | None] = (None, None),
) -> Equipment:
    return Equipment(
        id=EquipmentId(7),
        location_id=LocationId(10),
        customer_id=CustomerId(1),
        manufacturer_warranty_start=_midnight(manufacturer[0]),
        manufacturer_warranty_end=_midnight(manufacturer[1]),
        service_provider_warranty_start=_midnight(provider[0]),
        service_provider_warranty_end=_midnight(provider[1]),
    )


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


RUNS, IS_OVER, IS_TO_COME, NEVER = (
    (TODAY, TODAY),
    (None, TODAY - DAY),
    (TODAY + DAY, None),
    (None, None),
)


def test_r66_each_warranty_tells_its_own_days_as_they_stand() -> None:
    both = machine(manufacturer=RUNS, provider=IS_OVER)
    maker, provider = manufacturer_warranty(both, TODAY), provider_warranty(both, TODAY)
    assert (maker.starts_on, maker.ends_on, maker.state) == (TODAY, TODAY, ACTIVE)
    assert (provider.starts_on, provider.ends_on, provider.state) == (None, TODAY - DAY, EXPIRED)


@pytest.mark.parametrize(
    ("manufacturer", "provider", "found_by"),
    [
        (RUNS, RUNS, {ACTIVE}),
        (RUNS, IS_OVER, {ACTIVE, EXPIRED}),
        (IS_OVER, RUNS, {ACTIVE, EXPIRED}),
        (RUNS, NEVER, {ACTIVE}),
        (NEVER, RUNS, {ACTIVE}),
        (IS_OVER, NEVER, {EXPIRED}),
        (IS_TO_COME, IS_OVER, {EXPIRED}),
        (NEVER, NEVER, {NONE}),
        (NEVER, IS_TO_COME, {NONE}),
    ],
)
def test_r66_a_machine_is_found_by_either_warranty_and_by_none_where_both_are(
    manufacturer: tuple[date | None, date | None],
    provider: tuple[date | None, date | None],
    found_by: set[WarrantyState],
) -> None:
    both = machine(manufacturer, provider)
    assert {state for state in WarrantyState if has_warranty(both, state, TODAY)} == found_by
