"""Visits in the ledger: written whole or not at all, and known again."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger import database
from adapters.ledger.database import engine_of
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.planned_visits import Imported, PlannedStatus, PlannedVisit, VisitRow
from tests.databases import bare_postgresql as postgresql

__all__ = ["postgresql"]

SPRING = VisitRow(1, 11, "Spring", date(2026, 4, 1), PlannedStatus.COMPLETED, 301)
FALL = VisitRow(1, 12, "Fall, with \N{SNOWMAN}", date(2026, 10, 1), PlannedStatus.UNSCHEDULED)
OTHERS = VisitRow(2, 12, "Spring", date(2026, 4, 1), PlannedStatus.SCHEDULED, 302)
LARGEST = 2**63 - 1


def told(visits: tuple[PlannedVisit, ...]) -> list[VisitRow]:
    return [
        VisitRow(v.agreement_id, v.location_id, v.name, v.due_on, v.status, v.job_id)
        for v in visits
    ]


async def test_visits_are_told_by_agreement_the_first_due_first(ledger: Ledger) -> None:
    assert await ledger.import_visits([FALL, SPRING, OTHERS]) == Imported(3, 0, 0)
    found = await ledger.visits_of([2, 1, 7])
    assert {of: told(visits) for of, visits in found.items()} == {
        1: [SPRING, FALL],
        2: [OTHERS],
        7: [],
    }
    assert ledger.trouble() is None


async def test_a_file_that_is_imported_twice_changes_nothing(ledger: Ledger) -> None:
    await ledger.import_visits([SPRING, FALL])
    before = await ledger.visits_of([1])
    assert await ledger.import_visits([FALL, SPRING]) == Imported(0, 0, 2)
    assert await ledger.visits_of([1]) == before


async def test_status_and_job_are_taken_over_and_the_id_stays(ledger: Ledger) -> None:
    await ledger.import_visits([SPRING, FALL])
    before = {visit.key: visit.id for visit in (await ledger.visits_of([1]))[1]}
    booked = replace(FALL, status=PlannedStatus.SCHEDULED, job_id=LARGEST)
    moved = replace(FALL, due_on=date(2026, 10, 2))
    assert await ledger.import_visits([SPRING, booked, moved]) == Imported(1, 1, 1)
    (visits,) = (await ledger.visits_of([1])).values()
    assert told(visits) == [SPRING, booked, moved]
    assert {v.key: v.id for v in visits if v.key in before} == before
    unbooked = replace(FALL, status=PlannedStatus.DISMISSED)
    assert await ledger.import_visits([unbooked]) == Imported(0, 1, 0)


async def test_what_a_file_does_not_tell_stays(ledger: Ledger) -> None:
    await ledger.import_visits([SPRING, FALL])
    await ledger.import_visits([OTHERS])
    assert told((await ledger.visits_of([1]))[1]) == [SPRING, FALL]


async def test_ties_name_the_agreements_of_each_job_at_these_places(ledger: Ledger) -> None:
    deleted = VisitRow(4, 12, "Gone", date(2026, 1, 1), PlannedStatus.DELETED, 309)
    shared = replace(OTHERS, agreement_id=3)
    await ledger.import_visits([SPRING, FALL, OTHERS, shared, deleted])
    assert await ledger.ties_at([12]) == {302: frozenset({2, 3})}
    assert await ledger.ties_at([11, 12, 99]) == {301: frozenset({1}), 302: frozenset({2, 3})}
    assert await ledger.ties_at([]) == {}
    assert await ledger.visits_of([]) == {}


async def test_thousands_come_in_with_their_progress(ledger: Ledger) -> None:
    rows = [replace(SPRING, agreement_id=of, name=f"{of}") for of in range(1, 1201)]
    done: list[int] = []
    assert await ledger.import_visits(rows, done.append) == Imported(1200, 0, 0)
    assert sum(done) == 1200
    assert len(done) > 2
    again = [replace(row, job_id=9) for row in rows[:700]] + rows[700:]
    done.clear()
    assert await ledger.import_visits(again, done.append) == Imported(0, 700, 500)
    assert sum(done) == 1200
    found = await ledger.visits_of(range(1, 1201))
    assert sum(visit.job_id == 9 for visits in found.values() for visit in visits) == 700


async def test_an_import_that_breaks_off_leaves_nothing(ledger: Ledger) -> None:
    def stop(_done: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ledger.import_visits([SPRING], stop)
    assert await ledger.visits_of([1]) == {1: ()}


async def test_readers_and_an_import_do_not_wait_for_ever(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.ledger.ledger.READ_SECONDS", 30.0)  # however slow the machine is
    rows = [replace(SPRING, name=f"{of}") for of in range(300)]
    imports = [ledger.import_visits(rows) for _ in range(2)]
    reads = [ledger.visits_of([1]) for _ in range(20)]
    first, second, *_ = await asyncio.gather(*imports, *reads)
    assert {first, second} == {Imported(300, 0, 0), Imported(0, 0, 300)}


async def test_another_process_sees_what_was_imported(postgresql: str, tmp_path: Path) -> None:
    for url in (postgresql, f"sqlite+aiosqlite:///{tmp_path}/ledger.db"):
        ledgers = Ledger(url), Ledger(url)
        await asyncio.gather(*(ledger.open() for ledger in ledgers))
        await ledgers[0].import_visits([SPRING])
        assert told((await ledgers[1].visits_of([1]))[1]) == [SPRING]
        for ledger in ledgers:
            await ledger.aclose()


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite+aiosqlite:////nowhere/at/all/ledger.db", "OperationalError"),
        ("postgresql+asyncpg://nobody@127.0.0.1:9/nothing", "ConnectionRefusedError"),
    ],
)
async def test_a_database_that_is_not_there_is_said_to_be_in_trouble(url: str, kind: str) -> None:
    ledger = Ledger(url)
    assert ledger.trouble() == "The ledger's database (PORTAL_DATABASE_URL) is not open yet."
    for asked in (ledger.open, lambda: ledger.visits_of([1]), lambda: ledger.ties_at([1])):
        with pytest.raises(LedgerUnavailable) as caught:
            await asked()
        assert "nobody" not in str(caught.value)
        assert ledger.trouble() == f"The ledger's database (PORTAL_DATABASE_URL) fails: {kind}."
    await ledger.aclose()


async def test_it_answers_again_once_its_database_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "late"
    ledger = Ledger(f"sqlite+aiosqlite:///{folder}/ledger.db")
    with pytest.raises(LedgerUnavailable):
        await ledger.open()
    folder.mkdir()
    await ledger.open()
    assert ledger.trouble() is None
    assert await ledger.visits_of([1]) == {1: ()}
    await ledger.aclose()


async def test_sqlite_keeps_a_log_waits_and_holds_to_its_references(tmp_path: Path) -> None:
    engine = engine_of(f"sqlite+aiosqlite:///{tmp_path}/ledger.db")
    async with engine.connect() as connection:
        pragmas = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        ]
    assert pragmas == ["wal", 5000, 1]
    await engine.dispose()


async def test_writers_to_sqlite_go_in_the_order_they_came(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path}/ledger.db")
    await ledger.open()
    free, went = asyncio.Event(), list[int]()

    async def hold(_connection: AsyncConnection) -> None:
        await free.wait()

    async def go(number: int) -> None:
        async def write(_connection: AsyncConnection) -> None:
            went.append(number)

        await ledger.write(write)

    holding = asyncio.create_task(ledger.write(hold))
    going = [asyncio.create_task(go(number)) for number in range(30)]
    await asyncio.sleep(0.2)
    assert went == []
    free.set()
    await asyncio.gather(holding, *going)
    assert went == list(range(30))
    await ledger.aclose()


async def test_a_writer_that_waits_too_long_is_told_and_the_line_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WRITE_WAIT_SECONDS", 0.2)
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path}/ledger.db")
    await ledger.open()
    held, free = asyncio.Event(), asyncio.Event()

    async def hold(_connection: AsyncConnection) -> None:
        held.set()
        await free.wait()

    holding = asyncio.create_task(ledger.write(hold))
    await held.wait()
    with pytest.raises(LedgerUnavailable):
        await ledger.import_visits([SPRING])
    free.set()
    await holding
    assert await ledger.import_visits([SPRING]) == Imported(1, 0, 0)
    await ledger.aclose()
