"""The audit trail: one chain, whoever appends, and nobody changes what stands in it."""

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from adapters.ledger.audit import Action, Audit, By, Entry, Verified, append
from adapters.ledger.chain import GENESIS, Row, read_rows, seal_of
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger

NOON = datetime(2026, 7, 14, 17, 0, 0, 123456, tzinfo=UTC)
SAM = By("sam@office.example", "request-1", NOON)
FIRST = SAM.did(Action.ACCESS_SET, "pat@example.com", customer=1, before="INHERIT", after="NONE")
SECOND = Entry(
    "alex@office.example",
    Action.VIEWED_AS,
    "pat@example.com",
    "request-2",
    NOON + timedelta(seconds=1),
    {"words": "Zoë, \N{SNOWMAN} \x00", "list": [1, None, True]},
    as_whom="pat@example.com",
    version="v1",
)


async def run(url: str, *statements: str) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def test_entries_are_told_as_they_were_written(ledger: Ledger) -> None:
    audit = Audit(ledger)
    await audit.append(FIRST)
    await audit.append(SECOND)
    assert [entry for _, entry in await audit.read()] == [FIRST, SECOND]
    (first, _), *_ = await audit.read()
    assert [entry for _, entry in await audit.read(after=first)] == [SECOND]
    assert [entry for _, entry in await audit.read(most=1)] == [FIRST]


async def test_customers_stand_under_a_pseudonym_each_and_staff_by_name(ledger: Ledger) -> None:
    audit, pat = Audit(ledger), "pat@example.com"
    sam = By(SAM.actor, "request-3", NOON, as_whom=pat)
    deeds = [
        By(pat, "request-1", NOON, is_customer=True).did(Action.METHOD_SAVED, "customer 1"),
        SAM.did_to(Action.ACCESS_SET, " Pat@Example.com "),
        sam.did_to(Action.EXPLAINED, SAM.actor),
        By("whoever holds link 5", "request-4", NOON).did(Action.LINK_EXCHANGED, "link 5"),
    ]
    for deed in deeds:
        await audit.append(deed)
    rows = [row for _, row, _ in await ledger.read(lambda at: read_rows(at, 0, 9))]
    of_pat, of_sam = rows[0].actor, rows[2].subject
    assert all(re.fullmatch("person [0-9a-f]{16}", name) for name in (of_pat, of_sam))
    assert of_pat != of_sam
    assert [(row.actor, row.as_whom, row.subject) for row in rows] == [
        (of_pat, None, "customer 1"),
        (SAM.actor, None, of_pat),
        (SAM.actor, of_pat, of_sam),
        ("whoever holds link 5", None, "link 5"),
    ]
    told = [(entry.actor, entry.as_whom, entry.subject) for _, entry in await audit.read()]
    assert told == [
        (pat, None, "customer 1"),
        (SAM.actor, None, pat),
        (SAM.actor, pat, SAM.actor),
        ("whoever holds link 5", None, "link 5"),
    ]
    assert (await audit.verify()).broken is None


async def test_many_who_are_new_at_once_have_one_pseudonym_each(shared_url: str) -> None:
    ledgers = [Ledger(shared_url) for _ in range(2)]
    for ledger in ledgers:
        await ledger.open()
    emails = [f"{number}@example.com" for number in range(1100)]
    entries = [SAM.did_to(Action.ACCESS_SET, email) for email in emails]

    async def written(ledger: Ledger) -> None:
        await ledger.write(lambda connection: append(connection, *entries))

    await asyncio.gather(*map(written, ledgers))
    rows = [row for _, row, _ in await ledgers[0].read(lambda at: read_rows(at, 0, 9999))]
    assert len(rows) == 2 * len(emails)
    assert [row.subject for row in rows[:1100]] == [row.subject for row in rows[1100:]]
    assert len({row.subject for row in rows}) == len(emails)
    for ledger in ledgers:
        await ledger.aclose()


async def test_an_empty_trail_is_whole(ledger: Ledger) -> None:
    assert await Audit(ledger).verify() == Verified(0, GENESIS)


async def test_each_seal_is_of_the_entry_and_all_before_it(ledger: Ledger) -> None:
    audit = Audit(ledger)
    await audit.append(FIRST)
    one = await audit.verify()
    sealed = (
        f'["{GENESIS}","2026-07-14T17:00:00.123456+00:00","sam@office.example",null,'
        '"access.set","pat@example.com",null,'
        r'"{\"after\":\"NONE\",\"before\":\"INHERIT\",\"customer\":1}","request-1"]'
    )
    assert one == Verified(1, hashlib.sha256(sealed.encode()).hexdigest())
    await audit.append(SECOND)
    two = await audit.verify()
    assert (two.entries, two.broken) == (2, None)
    assert two.head != one.head


async def test_a_moment_is_sealed_as_the_moment_it_is_in_whatever_zone(ledger: Ledger) -> None:
    chicago = timezone(timedelta(hours=-5))
    await Audit(ledger).append(
        By(SAM.actor, SAM.request_id, NOON.astimezone(chicago)).did(Action.EXPLAINED, "x")
    )
    assert (await Audit(ledger).verify()).broken is None
    assert (await Audit(ledger).read())[0][1].at == NOON


async def test_what_fails_later_in_its_transaction_leaves_no_entry(ledger: Ledger) -> None:
    async def work(connection: AsyncConnection) -> None:
        await append(connection, FIRST)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ledger.write(work)
    await Audit(ledger).append(SECOND)
    assert [entry for _, entry in await Audit(ledger).read()] == [SECOND]
    found = await Audit(ledger).verify()
    assert (found.entries, found.broken) == (1, None)


CHANGES = (
    "UPDATE audit SET actor = 'nobody'",
    "UPDATE audit SET actor = actor WHERE id = 1",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE id = 2",
)
ROW = (
    "INTO audit (id, at, actor, action, subject, details, request_id, digest) "
    "VALUES (1, '2026-07-14', 'nobody', 'x', 'x', '{}', 'x', 'x')"
)
ITS_OWN = {
    "sqlite": (f"INSERT OR REPLACE {ROW}", f"REPLACE {ROW}"),
    "postgresql": (
        "TRUNCATE audit",
        f"INSERT {ROW} ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
    ),
}


async def test_the_database_refuses_every_change(shared_url: str) -> None:
    ledger = Ledger(shared_url)
    await ledger.open()
    for entry in (FIRST, SECOND):
        await Audit(ledger).append(entry)
    before = await Audit(ledger).verify()
    for change in (*CHANGES, *ITS_OWN[shared_url.partition("+")[0]]):
        with pytest.raises(DBAPIError, match="the audit trail is append-only"):
            await run(shared_url, change)
        assert await Audit(ledger).verify() == before
    assert before.entries == 2
    await ledger.aclose()


UNGUARDED = {
    "sqlite": [f"DROP TRIGGER audit_no_{act}" for act in ("update", "delete", "replace")],
    "postgresql": ["DROP TRIGGER audit_no_change ON audit"],
}
EMPTIED = {
    "sqlite": ["DELETE FROM audit", "DELETE FROM sqlite_sequence"],
    "postgresql": ["TRUNCATE audit RESTART IDENTITY"],
}
TAMPERED = {
    "UPDATE audit SET details = '{}' WHERE id = 2": 2,
    "UPDATE audit SET as_whom = 'x' WHERE id = 1": 1,
    "UPDATE audit SET version = NULL WHERE id = 2": 2,
    "UPDATE audit SET at = '2026-07-14 17:00:00.123457' WHERE id = 1": 1,
    "UPDATE audit SET subject = 'x' WHERE id = 3": 3,
    "UPDATE audit SET actor = 'x' WHERE id = 3": 3,
    "UPDATE audit SET request_id = 'y' WHERE id = 2": 2,
    "UPDATE audit SET action = 'link.created' WHERE id = 2": 2,
    "UPDATE audit SET digest = '00' WHERE id = 3": 3,
    "DELETE FROM audit WHERE id = 2": 3,
    "DELETE FROM audit WHERE id = 1": 2,
    "UPDATE audit SET id = 9 WHERE id = 1": 2,
}


async def test_who_changes_it_all_the_same_is_found_out(shared_url: str) -> None:
    kind = shared_url.partition("+")[0]
    ledger = Ledger(shared_url)
    await ledger.open()
    await run(shared_url, *UNGUARDED[kind])
    found = {}
    for change in TAMPERED:
        await run(shared_url, *EMPTIED[kind])
        for entry in (FIRST, SECOND, FIRST):
            await Audit(ledger).append(entry)
        await run(shared_url, change)
        found[change] = (await Audit(ledger).verify()).broken
    assert found == TAMPERED
    await ledger.aclose()


async def test_what_is_cut_off_the_end_is_seen_by_who_noted_the_head(shared_url: str) -> None:
    ledger = Ledger(shared_url)
    await ledger.open()
    for entry in (FIRST, SECOND):
        await Audit(ledger).append(entry)
    noted = await Audit(ledger).verify()
    await run(
        shared_url, *UNGUARDED[shared_url.partition("+")[0]], "DELETE FROM audit WHERE id = 2"
    )
    found = await Audit(ledger).verify()
    assert (found.broken, found.head == noted.head) == (None, False)
    await ledger.aclose()


async def test_a_trail_of_many_pages_is_walked_to_its_end(ledger: Ledger) -> None:
    entries = [By("a", f"{turn}", NOON).did(Action.EXPLAINED, "x") for turn in range(2500)]
    await ledger.write(lambda connection: append(connection, *entries))
    found = await Audit(ledger).verify()
    assert (found.entries, found.broken) == (2500, None)
    assert [entry.request_id for _, entry in await Audit(ledger).read(2400, 50)] == [
        f"{turn}" for turn in range(2400, 2450)
    ]


async def test_many_who_append_at_once_keep_one_chain(shared_url: str) -> None:
    ledgers = [Ledger(shared_url) for _ in range(2)]
    for ledger in ledgers:
        await ledger.open()
    trails = [Audit(ledger) for ledger in ledgers]
    entries = [By("a", f"{turn}", NOON).did(Action.EXPLAINED, "x") for turn in range(60)]
    await asyncio.gather(
        *(trails[turn % len(trails)].append(entry) for turn, entry in enumerate(entries))
    )
    found = await trails[0].verify()
    assert (found.entries, found.broken) == (60, None)
    told = {entry.request_id for _, entry in await trails[0].read()}
    assert told == {entry.request_id for entry in entries}
    for ledger in ledgers:
        await ledger.aclose()


async def test_a_ledger_that_is_not_there_is_told() -> None:
    ledger = Ledger("sqlite+aiosqlite:////nowhere/at/all/ledger.db")
    with pytest.raises(LedgerUnavailable):
        await Audit(ledger).append(FIRST)
    await ledger.aclose()


WORD = st.text(st.characters(codec="utf-8"), max_size=4)


@given(st.tuples(WORD, WORD), st.tuples(WORD, WORD))
def test_no_two_rows_share_a_seal_because_their_texts_run_together(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    seals = {
        seal_of(GENESIS, Row(NOON, actor, None, "x", subject, None, {}, "r"))
        for actor, subject in (one, other)
    }
    assert len(seals) == len({one, other})
