"""The checker of histories finds what it is there to find, and nothing in a true one."""

from tests.fleet.history import Read, Write, faults

KEY = 7
WRITES = [
    Write(KEY, 1, began=0.0, accepted=0.1, obeyed=1.1),
    Write(KEY, 2, began=5.0, accepted=5.1, obeyed=6.1),
]


def read(began: float, version: int, by: str = "one", ended: float | None = None) -> Read:
    """Make a read that takes a tenth of a second, unless told."""
    return Read(began, began + 0.1 if ended is None else ended, by, {KEY: version})


def test_a_true_story_has_no_fault() -> None:
    reads = [read(0.05, 0), read(1.0, 0, "two"), read(1.2, 1), read(5.2, 2), read(5.3, 1, "two")]
    assert faults(WRITES, reads) == []


def test_a_read_that_begins_after_the_bound_and_misses_the_change_is_stale() -> None:
    assert faults(WRITES, [read(1.2, 0)]) == ["one: 7 is 0, not 1, 1.10 s after"]
    assert faults(WRITES, [read(6.2, 1, "two")]) == ["two: 7 is 1, not 2, 1.10 s after"]


def test_a_read_under_way_at_the_bound_may_miss_it() -> None:
    assert faults(WRITES, [read(1.0, 0, ended=9.0)]) == []


def test_a_process_that_goes_back_is_found_and_two_that_differ_are_not() -> None:
    assert faults(WRITES, [read(5.2, 2), read(5.5, 1)]) == ["one: 7 went back from 2 to 1"]
    assert faults(WRITES, [read(5.2, 2), read(5.5, 1, "two")]) == []


def test_reads_at_the_same_time_may_differ() -> None:
    assert faults(WRITES, [read(5.2, 2, ended=5.4), read(5.3, 1)]) == []


def test_what_is_not_written_yet_cannot_be_read() -> None:
    assert faults(WRITES, [read(2.0, 2)]) == ["one: 7 is 2, which is not written yet"]
    assert faults(WRITES, [read(7.0, 3)]) == ["one: 7 is 3, which is not written yet"]


def test_a_change_that_was_lost_is_due_when_the_feed_must_have_brought_it() -> None:
    lost = [Write(KEY, 1, began=0.0, accepted=None, obeyed=7.0)]
    assert faults(lost, [read(6.9, 0)]) == []
    assert faults(lost, [read(7.0, 0)]) == ["one: 7 is 0, not 1, 7.00 s after"]
