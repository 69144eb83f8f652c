"""How old the directory may be, by a clock that may jump."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.directory.freshness import Freshness, unready

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
TOO_OLD = "The directory of people could not be read for too long. Ask again later."
WRONG = "The directory of people was read at a time that is still to come: a clock is wrong."
NOT_YET = "The directory of people is still being read."


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, None),
        (3600, None),
        (3600.001, TOO_OLD),
        (-60, None),
        (-60.001, WRONG),
        (10**8, TOO_OLD),
    ],
)
def test_young_enough(seconds: float, told: str | None) -> None:
    assert unready(NOON, NOON + timedelta(seconds=seconds), 60) == told


def test_before_the_first_reading_there_is_nothing() -> None:
    assert unready(None, NOON, 60) == NOT_YET


class Clocks:
    """The time of day, and the seconds that pass whatever it says."""

    def __init__(self) -> None:
        self.day = NOON.timestamp()
        self.steady = 1000.0

    def passed(self, seconds: float) -> None:
        """Let time pass."""
        self.day += seconds
        self.steady += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def freshness(clocks: Clocks) -> Freshness:
    return Freshness(lambda: 60, lambda: clocks.day, lambda: clocks.steady)


def test_a_first_reading_tells_how_far_it_is(freshness: Freshness) -> None:
    freshness.rows = 1200
    told = "The directory of people is still being read: 1,200 of its rows so far."
    assert freshness.probe() == told
    assert freshness.unready(None) == told
    freshness.see(NOON)
    assert freshness.probe() is None


def test_past_half_of_its_age_it_is_read_before_other_refreshes(
    freshness: Freshness, clocks: Clocks
) -> None:
    assert freshness.is_ageing()
    freshness.see(NOON)
    clocks.passed(1800)
    assert not freshness.is_ageing()
    clocks.passed(1)
    assert freshness.is_ageing()


def test_it_ages(freshness: Freshness, clocks: Clocks) -> None:
    freshness.see(NOON)
    clocks.passed(3600)
    assert freshness.unready(NOON) is None
    clocks.passed(1)
    assert freshness.unready(NOON) == TOO_OLD
    assert freshness.probe() == TOO_OLD
    assert freshness.unready(NOON + timedelta(minutes=1)) is None
    assert freshness.probe() is None


def test_a_clock_that_jumps_back_makes_nothing_younger(
    freshness: Freshness, clocks: Clocks
) -> None:
    freshness.see(NOON)
    clocks.passed(1800)
    clocks.day -= 1800
    clocks.passed(1800)
    assert freshness.probe() is None
    clocks.passed(1)
    assert freshness.probe() == TOO_OLD


def test_a_clock_that_jumped_back_is_trusted_again_after_the_next_reading(
    freshness: Freshness, clocks: Clocks
) -> None:
    freshness.see(NOON)
    clocks.passed(60)
    clocks.day -= 7200
    read_at = datetime.fromtimestamp(clocks.day, UTC)
    assert freshness.unready(read_at) is None
    clocks.passed(3601)
    assert freshness.unready(read_at) == TOO_OLD


def test_what_was_read_in_the_future_opens_nothing(freshness: Freshness, clocks: Clocks) -> None:
    clocks.day -= 7200
    assert freshness.unready(NOON) == WRONG


def test_a_clock_that_jumps_ahead_refuses_until_the_next_reading(
    freshness: Freshness, clocks: Clocks
) -> None:
    freshness.see(NOON)
    clocks.day += 7200
    assert freshness.probe() == TOO_OLD
    freshness.see(datetime.fromtimestamp(clocks.day, UTC))
    assert freshness.probe() is None
