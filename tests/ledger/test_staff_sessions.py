"""Sessions of staff in each kind of database: begun once, found while they last, ended for good."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from adapters.ledger.ledger import Ledger
from adapters.ledger.staff_sessions import (
    StaffSession,
    end_session,
    find_session,
    start_session,
)
from adapters.ledger.tables import STAFF_SESSIONS

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
HOURS = timedelta(hours=8)
SECOND = timedelta(seconds=1)
MORGAN = StaffSession("key", "morgan@example.com", True, NOON, NOON + HOURS)  # noqa: FBT003  # the third is billing


async def start(ledger: Ledger, name: str, sign_in: str, session: StaffSession = MORGAN) -> bool:
    return await ledger.write(lambda connection: start_session(connection, name, sign_in, session))


async def find(ledger: Ledger, name: str, now: datetime) -> StaffSession | None:
    return await ledger.read(lambda connection: find_session(connection, name, now))


async def end(ledger: Ledger, name: str, now: datetime) -> None:
    await ledger.write(lambda connection: end_session(connection, name, now))


async def names(ledger: Ledger) -> list[str]:
    asked = select(STAFF_SESSIONS.c.id_hash).order_by(STAFF_SESSIONS.c.id_hash)
    return [*await ledger.read(lambda connection: connection.scalars(asked))]


async def test_a_session_is_found_as_it_was_begun_until_it_is_over(ledger: Ledger) -> None:
    assert await start(ledger, "a", "1")
    assert await find(ledger, "a", NOON) == MORGAN
    assert await find(ledger, "a", NOON + HOURS - SECOND) == MORGAN
    assert await find(ledger, "a", NOON + HOURS) is None
    assert await find(ledger, "b", NOON) is None


async def test_a_sign_in_begins_one_session_however_many_try(ledger: Ledger) -> None:
    began = await asyncio.gather(*(start(ledger, name, "1") for name in "abcdef"))
    assert sorted(began) == [False] * 5 + [True]
    assert len(await names(ledger)) == 1
    assert await start(ledger, "g", "2")


async def test_a_session_that_was_ended_is_over_and_its_sign_in_stays_used(ledger: Ledger) -> None:
    await start(ledger, "a", "1")
    await start(ledger, "b", "2")
    await end(ledger, "a", NOON + SECOND)
    assert await find(ledger, "a", NOON + SECOND) is None
    assert await find(ledger, "b", NOON + SECOND) == MORGAN
    assert not await start(ledger, "c", "1", replace(MORGAN, created_at=NOON + 2 * SECOND))


async def test_to_end_a_session_twice_makes_it_no_longer(ledger: Ledger) -> None:
    await start(ledger, "a", "1")
    await end(ledger, "a", NOON + timedelta(minutes=1))
    await end(ledger, "a", NOON + timedelta(minutes=5))
    assert await find(ledger, "a", NOON + timedelta(minutes=2)) is None


async def test_rows_of_sessions_long_over_are_deleted_with_the_next(ledger: Ledger) -> None:
    await start(ledger, "a", "1")
    for name, hours in (("b", 9), ("c", 9.1)):
        begins = NOON + timedelta(hours=hours)
        await start(
            ledger, name, name, replace(MORGAN, created_at=begins, expires_at=begins + HOURS)
        )
    assert await names(ledger) == ["b", "c"]
