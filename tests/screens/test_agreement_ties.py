"""Upcoming jobs of agreements that are not Active are not upcoming (R54, Q16)."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from resolvers.ids import global_id
from tests.house import House, ready_house
from tests.promises import JORDAN, lines, promised_house

OAK_PARK, RIVER_FOREST = 2101, 2102
TIES = lines(
    f"930801,{OAK_PARK},Filters,2026-07-20,Scheduled,310001",
    f"930802,{RIVER_FOREST},Filters,2026-07-20,Scheduled,310002",
    "930803,2103,Filters,2026-07-20,Unscheduled,310003",
    "999999,2104,Filters,2026-07-20,Scheduled,310004",
    "930802,2105,Filters,2026-07-20,Deleted,310005",
    "930802,2106,Filters,2026-07-20,Scheduled,310006",
    "930801,2106,Filters,2026-07-20,Scheduled,310006",
    f"930802,{OAK_PARK},Done,2026-04-15,Completed,310169",
)
JOBS = """jobs(tab: UPCOMING, first: 100) { totalCount nodes { number } } jobCounts { upcoming }
    tasks { upcomingAppointments(first: 100) { job { number } } }"""
SUSPENDED = {"310002", "310003"}


def upcoming(viewer: dict[str, Any]) -> set[str]:
    return {row["number"] for row in viewer["jobs"]["nodes"]}


def awaited(viewer: dict[str, Any]) -> set[str]:
    return {row["job"]["number"] for row in viewer["tasks"]["upcomingAppointments"]}


async def test_r54_q16_jobs_of_an_agreement_that_is_not_active_are_not_upcoming(
    tmp_path: Path,
) -> None:
    async with ready_house() as house:
        before = await house.viewer(JORDAN, JOBS)
    every = upcoming(before)
    assert len(every) == 25
    assert every > SUSPENDED
    async with promised_house(tmp_path, TIES) as told:
        viewer = await told.viewer(JORDAN, JOBS)
        assert upcoming(viewer) == every - SUSPENDED
        assert viewer["jobs"]["totalCount"] == viewer["jobCounts"]["upcoming"] == 23
        assert awaited(viewer) == awaited(before) - SUSPENDED
        query = "query($id: ID!) { job(id: $id) { number tab } }"
        for number, tab in (("310001", "UPCOMING"), ("310002", None), ("310169", "COMPLETED")):
            found = await told.data(JORDAN, query, id=global_id("Job", number))
            assert found == {"job": {"number": number, "tab": tab}}


async def test_r54_an_agreement_that_is_activated_again_brings_them_back(tmp_path: Path) -> None:
    async with promised_house(tmp_path, TIES) as house:
        await house.put("service-agreements", 930802, status="Activated")
        assert "310002" in upcoming(await house.viewer(JORDAN, JOBS))


async def test_r54_what_the_ledger_could_not_tell_once_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing fails for it, and all else is remembered: it is kept by nobody all the same."""

    async def fails(_self: Ledger, _locations: Sequence[int]) -> dict[int, frozenset[int]]:
        raise LedgerUnavailable("What the office keeps of agreements cannot be read now.")

    async with promised_house(tmp_path, TIES) as house:
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "ties_at", fails)
            for _ in range(3):
                assert upcoming(await house.viewer(JORDAN, JOBS)) > SUSPENDED
        for _ in range(3):
            assert upcoming(await house.viewer(JORDAN, JOBS)).isdisjoint(SUSPENDED)


async def test_what_memory_saved_is_counted_once_though_ties_had_to_be_waited_for(
    tmp_path: Path,
) -> None:
    """What was tried at once, and given up for them, counts nothing."""
    async with promised_house(tmp_path, TIES) as house:
        assert isinstance(house.app, Starlette)
        saved = []
        for blanks in range(4):
            if blanks == 2:  # nobody knows any more which ties there are
                house.app.state.doors.shelves._shelves._kept.clear()  # noqa: SLF001  # theirs alone
            before = await _saved(house)
            await house.ask(JORDAN, "{ viewer { jobCounts { upcoming } } }" + " " * blanks)
            saved.append(await _saved(house) - before)
    assert saved == [0, 3, 3, 3]


async def _saved(house: House) -> float:
    name = "portal_gateway_operation_upstream_calls_saved"
    (told,) = (of for of in await house.metrics() if of.name == name)
    return sum(sample.value for sample in told.samples)


async def test_r54_ties_cost_one_call_for_the_agreements_and_no_ties_none(
    tmp_path: Path,
) -> None:
    async with ready_house() as house:
        await house.viewer(JORDAN, "jobCounts { upcoming }")
        without = await house.calls()
    async with promised_house(tmp_path, TIES) as told:
        await told.viewer(JORDAN, "jobCounts { upcoming }")
        tied = await told.calls()
    assert tied - without == Counter({"service-agreements?customerIds=1031": 1})
    assert without - tied == Counter()


async def test_r54_where_the_agreements_cannot_be_read_the_jobs_stand(tmp_path: Path) -> None:
    async with promised_house(tmp_path, TIES) as house:
        await house.fault("/service-agreements/", status=503, times=20)
        assert len(upcoming(await house.viewer(JORDAN, JOBS))) == 25
