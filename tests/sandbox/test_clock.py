"""Moments: read as ServiceTitan writes them, compared to the last digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.sandbox.clock import PER_SECOND, now, ticks

SECONDS = some.integers(0, 59)
DIGITS = some.text("0123456789", min_size=1, max_size=7)


@given(some.lists(some.tuples(SECONDS, DIGITS), min_size=2, max_size=2))
def test_moments_are_ordered_by_every_digit(parts: list[tuple[int, str]]) -> None:
    early, late = (
        (ticks(f"2026-03-02T10:00:{second:02d}.{digits}Z"), second + float(f"0.{digits}"))
        for second, digits in parts
    )
    assert (early[0] < late[0]) == (early[1] < late[1])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-02", "2026-03-02T00:00:00Z"),
        ("2026-03-02T00:00:00", "2026-03-02T00:00:00.0000000Z"),
        ("2026-03-01T18:00:00-06:00", "2026-03-02T00:00:00Z"),
        ("2026-03-02T05:30:00.5+05:30", "2026-03-02T00:00:00.5Z"),
        ("2026-03-02T00:00:00.12345678Z", "2026-03-02T00:00:00.1234567Z"),
    ],
)
def test_one_moment_has_many_spellings(text: str, same: str) -> None:
    assert ticks(text) == ticks(same)


def test_the_sentinel_is_the_beginning_of_time() -> None:
    assert ticks("0001-01-01T00:00:00Z") == 0
    assert ticks("0001-01-01T00:00:01.0000001Z") == PER_SECOND + 1


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-03-02T25:00:00Z", ".5"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ticks(text)


def test_the_present_never_runs_backwards() -> None:
    moments = [now() for _ in range(1000)]
    assert moments == sorted(moments)
    assert {len(moment) for moment in moments} == {len("2026-03-02T10:00:00.1234567Z")}
