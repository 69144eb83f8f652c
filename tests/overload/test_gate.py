"""The gate: one of each lane at a time, each viewer for themselves, and an end to every line."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.http.lanes import APART, HANDFUL, Lane
from gateway.http.overload import MOST, ROUNDS, Entry, Gate
from gateway.http.refusals import Refused

PEOPLE, STAFF, CHANGES, EVENTS = Lane


@dataclass
class Busy:
    """A gate before a processor that takes so many seconds for each turn of the line."""

    seconds: float = 0.0
    now: float = 100.0
    gate: Gate = field(init=False)
    begun: list[str] = field(default_factory=list)
    coming: list[asyncio.Task[None]] = field(default_factory=list)
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = Gate(clock=lambda: self.now)

    def ask(self, name: str, lane: Lane = PEOPLE, who: Hashable = None) -> None:
        """Have somebody come, who never leaves."""
        self.coming.append(asyncio.create_task(self._ask(name, lane, who)))

    async def _ask(self, name: str, lane: Lane, who: Hashable) -> None:
        try:
            await self.gate.enter(lane, who, None)
        except Refused as refused:
            self.refused.append((name, refused.status, refused.code))
        else:
            self.begun.append(name)

    async def turn(self, times: int = 1) -> None:
        """Let the loop go round until the next begin, so many times."""
        for _ in range(times):
            self.now += self.seconds
            before, rounds = len(self.begun), 0
            while len(self.begun) == before and rounds < 2 * ROUNDS:
                rounds += 1
                await asyncio.sleep(0)
            await asyncio.sleep(0)


async def settled() -> None:
    """Let those who have come stand in line."""
    await asyncio.sleep(0)


async def entered(gate: Gate, lane: Lane, who: Hashable = None, most: int | None = None) -> Entry:
    """Enter within a moment."""
    async with asyncio.timeout(1):
        return await gate.enter(lane, who, most)


async def test_whoever_is_alone_begins_without_a_word() -> None:
    entering = Gate().enter(PEOPLE, "a", 1)
    with pytest.raises(StopIteration):
        entering.send(None)


async def test_one_of_each_lane_begins_in_a_turn_and_in_the_order_they_came() -> None:
    busy = Busy()
    first = await busy.gate.enter(PEOPLE)
    for name, lane in (("p1", PEOPLE), ("p2", PEOPLE), ("e1", EVENTS), ("e2", EVENTS)):
        busy.ask(name, lane)
    busy.ask("s1", STAFF)
    busy.ask("c1", CHANGES)
    await settled()
    assert busy.begun == []
    await busy.turn()
    assert sorted(busy.begun) == ["c1", "e1", "p1", "s1"]
    await busy.turn()
    assert busy.begun[4:] == ["p2", "e2"]
    assert busy.gate.inside == {PEOPLE: 3, EVENTS: 2, STAFF: 1, CHANGES: 1}
    first.leave()
    first.leave()
    assert busy.gate.inside[PEOPLE] == 2


async def test_whoever_has_ended_is_not_waited_for() -> None:
    busy = Busy()
    first = await busy.gate.enter(PEOPLE)
    busy.ask("next", who="next")
    busy.ask("last", who="last")
    await settled()
    first.leave()
    for _ in range(2):
        await asyncio.sleep(0)
    assert busy.begun == ["next"]
    for _ in range(ROUNDS - 2):
        await asyncio.sleep(0)
    assert busy.begun == ["next"]  # who has not ended may still be reckoning
    for _ in range(3):
        await asyncio.sleep(0)
    assert busy.begun == ["next", "last"]


async def test_nobody_waits_for_what_another_asks_for_much_of() -> None:
    busy = Busy()
    await busy.gate.enter(PEOPLE)
    for number in range(5):
        busy.ask(f"a{number}", who="a")
    await settled()
    busy.ask("b0", who="b")
    busy.ask("b1", who="b")
    await settled()
    await busy.turn(7)
    assert busy.begun == ["a0", "b0", "a1", "b1", "a2", "a3", "a4"]


async def test_who_asks_for_two_things_has_the_second_however_many_others_come() -> None:
    busy = Busy()
    await busy.gate.enter(PEOPLE)
    busy.ask("a0", who="a")
    busy.ask("a1", who="a")
    await settled()
    for number in range(APART + 3):
        busy.ask(f"b{number}", who=number)
        await settled()
        await busy.turn()
    others = [f"b{number}" for number in range(APART + 1)]
    assert busy.begun == ["a0", *others[:APART], "a1", others[APART]]


async def test_nobody_stands_twice_in_a_line_that_stands() -> None:
    busy = Busy(seconds=0.004)
    await busy.gate.enter(PEOPLE)
    for number in range(150):
        busy.ask(f"{number}", who=number)
    await busy.turn(130)
    assert busy.gate.waiting()[PEOPLE] == 20
    busy.ask("twice", who=149)
    busy.ask("once", who="b")
    await settled()
    assert busy.refused == [("twice", 503, "RATE_LIMITED")]
    await busy.turn(5)
    assert busy.gate.waiting()[PEOPLE] == HANDFUL
    busy.ask("at its length", who="b")
    await busy.turn()
    busy.ask("in a handful", who="b")
    await settled()
    assert [name for name, _, _ in busy.refused] == ["twice", "at its length"]


async def test_money_may_stand_in_its_line_as_often_as_it_likes() -> None:
    busy = Busy(seconds=0.004)
    busy.gate = Gate({**MOST, CHANGES: 400}, clock=lambda: busy.now)
    await busy.gate.enter(CHANGES)
    for number in range(150):
        busy.ask(f"{number}", CHANGES, number)
    await busy.turn(130)
    busy.ask("twice", CHANGES, 149)
    await settled()
    assert (busy.refused, busy.gate.waiting()[CHANGES]) == ([], 21)


async def test_a_burst_is_waited_for_and_a_line_that_stands_is_not() -> None:
    busy = Busy(seconds=0.02)
    await busy.gate.enter(PEOPLE)
    for number in range(120):
        busy.ask(f"{number}", who=number)
    await settled()
    assert busy.refused == []  # nobody knows yet how long a turn is
    await busy.turn(60)
    assert busy.gate.waiting()[PEOPLE] == 60
    busy.ask("late", who="late")
    await busy.turn()
    assert busy.refused == [("late", 503, "RATE_LIMITED")]
    assert busy.begun[60:] == ["60"]
    assert busy.gate.shed.lanes == {PEOPLE: 1}


async def test_it_is_the_last_of_who_asks_for_much_that_is_sent_away() -> None:
    busy = Busy(seconds=0.02)
    await busy.gate.enter(PEOPLE)
    for number in range(120):
        busy.ask(f"a{number}", who="a")
    await busy.turn(60)
    busy.ask("b", who="b")
    await busy.turn()
    assert busy.refused == [("a119", 503, "RATE_LIMITED")]
    await busy.turn()
    assert busy.begun[60:] == ["b", "a60"]


async def test_a_line_that_was_just_empty_may_be_longer() -> None:
    busy = Busy(seconds=0.02)
    await busy.gate.enter(PEOPLE)
    for number in range(40):
        busy.ask(f"{number}", who=number)
    await busy.turn(41)
    assert len(busy.begun) == 40
    for number in range(12):
        busy.ask(f"more {number}", who=f"more {number}")
    await settled()
    assert busy.refused == []
    await busy.turn(13)
    assert len(busy.begun) == 52


async def test_a_handful_is_waited_for_by_however_slow_a_machine() -> None:
    busy = Busy(seconds=10.0)
    await busy.gate.enter(PEOPLE)
    for number in range(HANDFUL + 10):
        busy.ask(f"{number}", who=number)
    await busy.turn(10)
    assert busy.gate.waiting()[PEOPLE] == HANDFUL
    await busy.turn()
    busy.ask("last of them", who="last of them")
    await settled()
    assert busy.refused == []
    busy.ask("one more", who="one more")
    await settled()
    assert [name for name, _, _ in busy.refused] == ["one more"]


async def test_money_and_events_are_waited_for_where_reading_is_sent_away() -> None:
    busy = Busy(seconds=0.05)
    await busy.gate.enter(PEOPLE)
    for number in range(100):
        busy.ask(f"p{number}", who=number)
    await busy.turn(40)
    for number in range(10):
        busy.ask(f"c{number}", CHANGES, number)
        busy.ask(f"e{number}", EVENTS)
        busy.ask(f"p+{number}", PEOPLE, f"+{number}")
    await settled()
    assert len(busy.refused) == 10
    assert {name[0] for name, _, _ in busy.refused} == {"p"}
    await busy.turn(11)
    assert [name for name in busy.begun if name[0] in "ce"] == [
        name for number in range(10) for name in (f"c{number}", f"e{number}")
    ]


@pytest.mark.parametrize("lane", list(Lane))
async def test_so_many_of_a_lane_may_be_inside_and_no_more(lane: Lane) -> None:
    gate = Gate({**MOST, lane: 2})
    first, _ = await entered(gate, lane), await entered(gate, lane)
    with pytest.raises(Refused) as refused:
        await gate.enter(lane)
    assert (refused.value.status, refused.value.code) == (503, "RATE_LIMITED")
    wait = refused.value.extensions["retryAfterMs"]
    assert isinstance(wait, int)
    assert 1000 <= wait <= 3000
    assert refused.value.headers == {"retry-after": str(-(-wait // 1000))}
    first.leave()
    await entered(gate, lane)
    for other in set(Lane) - {lane}:
        await entered(gate, other)
    assert gate.shed.lanes == {lane: 1}


async def test_one_viewer_has_so_many_open_and_another_not_one_less() -> None:
    gate = Gate()
    entries = [await entered(gate, PEOPLE, "a", 10) for _ in range(10)]
    with pytest.raises(Refused) as refused:
        await gate.enter(PEOPLE, "a", 10)
    assert (refused.value.status, refused.value.code) == (429, "RATE_LIMITED")
    assert refused.value.extensions == {"retryAfterMs": 1000}
    await entered(gate, PEOPLE, "b", 10)
    entries[0].leave()
    await entered(gate, PEOPLE, "a", 10)
    assert gate.shed.at_once == 1
    assert gate.shed.lanes == {}


async def test_who_turns_out_to_belong_elsewhere_stands_in_that_line() -> None:
    gate = Gate({**MOST, PEOPLE: 1})
    held = await entered(gate, PEOPLE)
    posing = await entered(gate, CHANGES, "a", 10)
    with pytest.raises(Refused):
        await posing.into(PEOPLE)
    assert gate.inside == {PEOPLE: 1, CHANGES: 0}
    posing.leave()
    held.leave()
    honest = await entered(gate, CHANGES, "a", 1)
    await honest.into(PEOPLE)
    assert gate.inside == {PEOPLE: 1, CHANGES: 0}
    honest.leave()
    assert gate.inside == {PEOPLE: 0, CHANGES: 0}


async def test_who_leaves_the_line_gives_their_place_back() -> None:
    busy = Busy()
    entry = await busy.gate.enter(PEOPLE, "a", 2)
    busy.ask("left", who="a")
    (leaving,) = busy.coming
    await settled()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert busy.gate.inside[PEOPLE] == 1
    assert busy.gate.waiting()[PEOPLE] == 0
    await entered(busy.gate, PEOPLE, "a", 2)
    entry.leave()


_MOVE = st.tuples(
    st.sampled_from(["come", "go", "leave the line", "turn", "move"]),
    st.sampled_from(list(Lane)),
    st.sampled_from(["a", "b", None]),
    st.integers(0, 5),
)


@given(st.lists(_MOVE, max_size=40))
def test_whatever_happens_everybody_is_counted_out_again(
    moves: list[tuple[str, Lane, str | None, int]],
) -> None:
    asyncio.run(_play(moves))


async def _play(  # noqa: C901  # a walk through every deed there is
    moves: list[tuple[str, Lane, str | None, int]],
) -> None:
    gate = Gate(dict.fromkeys(Lane, 3))
    inside: list[Entry] = []
    coming: list[asyncio.Task[None]] = []

    async def come(lane: Lane, who: str | None) -> None:
        try:
            inside.append(await gate.enter(lane, who, 2))
        except Refused:
            return

    async def move(entry: Entry, lane: Lane) -> None:
        try:
            await entry.into(lane)
        except Refused:
            entry.leave()

    for deed, lane, who, number in moves:
        if deed == "come":
            coming.append(asyncio.create_task(come(lane, who)))
        elif deed == "go" and inside:
            inside.pop(number % len(inside)).leave()
        elif deed == "leave the line" and coming:
            coming[number % len(coming)].cancel()
        elif deed == "move" and inside:
            await move(inside[number % len(inside)], lane)
        for _ in range(number * ROUNDS if deed == "turn" else 1):
            await asyncio.sleep(0)
        assert all(0 <= count <= 3 for count in gate.inside.values())
    await asyncio.gather(*coming, return_exceptions=True)
    for entry in inside:
        entry.leave()
    assert sum(gate.inside.values()) == 0
    assert gate._of == {}  # noqa: SLF001  # what is kept of nobody must not stay
    assert sum(gate.waiting().values()) == 0


@given(
    st.integers(0, 3 * HANDFUL),
    st.integers(0, 12),
    st.lists(st.tuples(st.integers(0, 4 * HANDFUL), st.integers(0, 3)), max_size=60),
    st.sampled_from([0.001, 0.01, 0.05]),
)
@example(40, 12, [(90, 0)], 0.05).via("the line is too long")
@example(70, 52, [(60, 0)], 0.005).via("they stand in a line that stands, and is not too long")
def test_whoever_has_no_place_is_sent_away_as_soon_as_they_come(
    crowd: int, turns: int, comings: list[tuple[int, int]], seconds: float
) -> None:
    asyncio.run(_come(crowd, turns, comings, seconds))


async def _come(crowd: int, turns: int, comings: list[tuple[int, int]], seconds: float) -> None:
    busy = Busy(seconds)
    for who in range(crowd):
        busy.ask(f"before {who}", who=who)
    await busy.turn(turns)
    for number, (who, passing) in enumerate(comings):
        has_place = busy.gate.has_place(PEOPLE, who)
        assert has_place or busy.gate.is_strained(PEOPLE)
        busy.ask(f"{number}", who=who)
        await settled()
        await settled()
        sent_away = f"{number}" in [name for name, _, _ in busy.refused]
        assert sent_away is not has_place
        await busy.turn(passing)
    for coming in busy.coming:
        coming.cancel()


async def test_who_comes_in_the_same_moment_takes_a_place() -> None:
    gate = Gate({**MOST, PEOPLE: 2})
    assert gate.has_place(PEOPLE, "a")
    gate.expect(PEOPLE)
    gate.expect(PEOPLE)
    assert not gate.has_place(PEOPLE, "a")
    assert gate.has_place(STAFF, "a")
    await settled()
    assert gate.has_place(PEOPLE, "a")
