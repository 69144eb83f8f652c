"""Levels that the office sets: each with its entry in the trail, and seen by every process."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.directory.people import LevelSet, People
from adapters.ledger.access_levels import (
    AccessChoice,
    AccessLevels,
    LevelChange,
    LevelRow,
    LevelsChanged,
)
from adapters.ledger.audit import Audit, By
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import read_revisions

BILLING, NON_BILLING = AccessChoice.BILLING, AccessChoice.NON_BILLING
NONE, INHERIT = AccessChoice.NONE, AccessChoice.INHERIT
NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
SAM = By("sam@office.example", "request-1", NOON)
ALEX = By("alex@office.example", "request-2", NOON + timedelta(minutes=1))
LARGEST = 2**63 - 1


async def revision(ledger: Ledger) -> int:
    return (await ledger.read(read_revisions)).rights


async def trail(ledger: Ledger) -> list[tuple[str, str, object, object, object, object]]:
    return [
        (
            entry.actor,
            entry.subject,
            entry.details["customer"],
            entry.details["location"],
            entry.details["before"],
            entry.details["after"],
        )
        for _, entry in await Audit(ledger).read()
    ]


def told(rows: Sequence[LevelRow]) -> list[tuple[str, int, int | None, AccessChoice]]:
    return [(row.email, row.customer, row.location, row.level) for row in rows]


async def test_a_level_is_set_changed_and_taken_back(ledger: Ledger) -> None:
    levels, before = AccessLevels(ledger), await revision(ledger)
    here = LevelChange(" Pat@Example.COM", 1, NON_BILLING)
    there = LevelChange("pat@example.com", 1, NONE, location=LARGEST)
    assert await levels.set([here, there], SAM) == LevelsChanged(2, 0)
    assert await revision(ledger) == before + 1
    assert await levels.of("PAT@example.com ") == (
        LevelRow("pat@example.com", 1, NON_BILLING, None, NOON, SAM.actor),
        LevelRow("pat@example.com", 1, NONE, LARGEST, NOON, SAM.actor),
    )
    back = LevelChange("pat@example.com", 1, INHERIT)
    up = LevelChange("pat@example.com", 1, BILLING, location=LARGEST)
    assert await levels.set([back, up], ALEX) == LevelsChanged(2, 0)
    assert await revision(ledger) == before + 2
    assert await levels.of("pat@example.com") == (
        LevelRow("pat@example.com", 1, BILLING, LARGEST, ALEX.at, ALEX.actor),
    )
    assert await trail(ledger) == [
        (SAM.actor, "pat@example.com", 1, None, "INHERIT", "NON_BILLING"),
        (SAM.actor, "pat@example.com", 1, LARGEST, "INHERIT", "NONE"),
        (ALEX.actor, "pat@example.com", 1, None, "NON_BILLING", "INHERIT"),
        (ALEX.actor, "pat@example.com", 1, LARGEST, "NONE", "BILLING"),
    ]
    assert (await Audit(ledger).verify()).broken is None


async def test_what_changes_nothing_writes_nothing(ledger: Ledger) -> None:
    levels = AccessLevels(ledger)
    change = LevelChange("pat@example.com", 1, BILLING)
    await levels.set([change], SAM)
    before, entries = await revision(ledger), await trail(ledger)
    again = [LevelChange("PAT@example.com", 1, BILLING), LevelChange("riley@x.example", 1, INHERIT)]
    assert await levels.set(again, ALEX) == LevelsChanged(0, 2)
    assert await levels.set([], ALEX) == LevelsChanged(0, 0)
    assert (await revision(ledger), await trail(ledger)) == (before, entries)
    (row,) = await levels.of("pat@example.com")
    assert (row.changed_at, row.changed_by) == (NOON, SAM.actor)


async def test_of_two_choices_for_the_same_the_later_counts(ledger: Ledger) -> None:
    levels = AccessLevels(ledger)
    one, other = LevelChange("a@x.example", 1, BILLING), LevelChange("A@x.example", 1, NONE)
    assert await levels.set([one, other], SAM) == LevelsChanged(1, 0)
    assert told(await levels.of("a@x.example")) == [("a@x.example", 1, None, NONE)]
    assert [entry[-1] for entry in await trail(ledger)] == ["NONE"]


async def test_the_levels_at_a_customer_are_told_by_email(ledger: Ledger) -> None:
    levels = AccessLevels(ledger)
    await levels.set(
        [
            LevelChange("b@x.example", 1, NONE),
            LevelChange("a@x.example", 1, BILLING, 5),
            LevelChange("a@x.example", 2, BILLING),
        ],
        SAM,
    )
    assert told(await levels.at(1)) == [
        ("a@x.example", 1, 5, BILLING),
        ("b@x.example", 1, None, NONE),
    ]
    assert await levels.at(3) == ()


async def test_the_directory_tells_them_from_the_next_question_on(ledger: Ledger) -> None:
    people, levels = People(ledger), AccessLevels(ledger)
    assert (await people.standing("pat@example.com")).levels == ()
    await levels.set([LevelChange("pat@example.com", 7, NONE, 8)], SAM)
    assert (await people.standing("pat@example.com")).levels == (LevelSet(7, "NONE", 8),)


async def test_thousands_are_set_at_once_with_their_progress(ledger: Ledger) -> None:
    levels, done = AccessLevels(ledger), list[int]()
    changes = [LevelChange(f"p{turn}@x.example", turn, BILLING) for turn in range(1, 1203)]
    before = await revision(ledger)
    assert await levels.set(changes, SAM, done.append) == LevelsChanged(1202, 0)
    assert (sum(done), len(done) > 2) == (1202, True)
    assert await revision(ledger) == before + 1
    assert await levels.set(changes, SAM) == LevelsChanged(0, 1202)
    assert (await Audit(ledger).verify()).entries == 1202


async def test_two_processes_that_set_the_same_leave_one_true_trail(shared_url: str) -> None:
    ledgers = [Ledger(shared_url) for _ in range(2)]
    for ledger in ledgers:
        await ledger.open()
    choices = [BILLING, NONE, NON_BILLING, INHERIT] * 5
    await asyncio.gather(
        *(
            AccessLevels(ledgers[turn % len(ledgers)]).set(
                [LevelChange("a@x.example", 1, choice)], SAM
            )
            for turn, choice in enumerate(choices)
        )
    )
    entries = await trail(ledgers[0])
    steps = [(before, after) for *_, before, after in entries]
    assert [before for before, _ in steps] == ["INHERIT", *(after for _, after in steps[:-1])]
    rows = await AccessLevels(ledgers[-1]).of("a@x.example")
    now = rows[0].level.value if rows else "INHERIT"
    assert now == steps[-1][1]
    assert await revision(ledgers[0]) == 1 + len(steps)
    for ledger in ledgers:
        await ledger.aclose()


KEYS = st.tuples(
    st.sampled_from(["a@x.example", "b@x.example"]),
    st.integers(1, 2),
    st.sampled_from([None, 5, 6]),
)
SETTINGS = st.lists(
    st.lists(st.tuples(KEYS, st.sampled_from(AccessChoice)), max_size=5), max_size=5
)


@settings(max_examples=25, deadline=None)
@given(batches=SETTINGS)
async def test_any_settings_come_to_the_last_of_each(
    batches: list[list[tuple[tuple[str, int, int | None], AccessChoice]]],
) -> None:
    ledger = Ledger("sqlite+aiosqlite://")
    await ledger.open()
    model: dict[tuple[str, int, int | None], AccessChoice] = {}
    entries, raised = 0, 1
    for batch in batches:
        changes = [LevelChange(key[0], key[1], choice, key[2]) for key, choice in batch]
        asked = dict(batch)
        differ = {key for key, choice in asked.items() if model.get(key, INHERIT) is not choice}
        done = await AccessLevels(ledger).set(changes, SAM)
        assert done == LevelsChanged(len(differ), len(asked) - len(differ))
        model |= asked
        entries, raised = entries + len(differ), raised + bool(differ)
    found = [
        row
        for email in ("a@x.example", "b@x.example")
        for row in told(await AccessLevels(ledger).of(email))
    ]
    assert {row[:3]: row[3] for row in found} == {
        key: choice for key, choice in model.items() if choice is not INHERIT
    }
    assert ((await Audit(ledger).verify()).entries, await revision(ledger)) == (entries, raised)
    await ledger.aclose()
