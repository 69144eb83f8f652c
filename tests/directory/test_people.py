"""What is asked of the directory, and when the database is asked for it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.directory.one_question import MOST
from adapters.directory.people import ContactLine, LevelSet, People, Standing
from adapters.directory.recent import Recent
from adapters.ledger.database import file_of
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import raise_payments_revision, raise_revision
from adapters.ledger.tables import ACCESS_LEVELS, DIRECTORY_CUSTOMERS
from tests.directory.fake_feeds import FakeFeeds, contact, customer, location, tenant
from tests.directory.reading import NOON, read_once

PAT, SAM = "pat@example.com", "sam@example.com"


@pytest.fixture
async def people(ledger: Ledger) -> People:
    """Pat's two homes, and a tenant of one of Lakeview's."""
    feeds = FakeFeeds()
    feeds.tell(customer(1, "Pat"), customer(2, "Lakeview"), customer(3, "Nobody's"))
    feeds.tell(location(12, 1), location(11, 1), location(21, 2), location(99, 98))
    feeds.tell(contact(101, 1, PAT), contact(102, 1, PAT), contact(103, 1, "lee@example.com"))
    feeds.tell(
        tenant(201, 21, SAM), tenant(202, 11, SAM), tenant(203, 99, SAM), tenant(204, 5, SAM)
    )
    await read_once(feeds, ledger)
    return People(ledger)


class Questions:
    """Counts what the database is asked."""

    def __init__(self, ledger: Ledger) -> None:
        self.asked: list[str] = []
        event.listen(ledger._engine.sync_engine, "before_cursor_execute", self._hear)  # noqa: SLF001  # the only way to see it

    def _hear(self, *told: object) -> None:
        self.asked.append(" ".join(str(told[2]).split())[:30])

    def since(self) -> list[str]:
        """Return what was asked since the last time, but for the frame of a transaction."""
        asked, self.asked = self.asked, []
        return [of for of in asked if not of.startswith(("BEGIN", "SAVEPOINT"))]


REVISION = "SELECT rights.revision, rights"
EVERYTHING = "WITH its AS ( SELECT DISTINCT "


async def set_level(on: AsyncConnection) -> None:
    """Set levels as the office does: with the revision raised in the same transaction."""
    row = {"email": PAT, "changed_at": datetime(2026, 7, 1, tzinfo=UTC), "changed_by": "office"}
    levels = ((1, 0, "NON_BILLING"), (1, 11, "BILLING"))
    for of, place, level in levels:
        told = row | {"customer_id": of, "location_id": place, "level": level}
        await on.execute(insert(ACCESS_LEVELS), told)
    await raise_revision(on)


async def test_an_email_is_compared_trimmed_and_folded(people: People) -> None:
    assert await people.standing(f"  {PAT.upper()}\t") == await people.standing(PAT)
    assert (await people.standing(PAT)).customers == (customer(1, "Pat"),)
    assert not (await people.standing("p.at@example.com")).customers


async def test_a_location_is_told_only_with_its_customer(people: People) -> None:
    sam = await people.standing(SAM)
    assert sam.locations == (location(11, 1), location(21, 2))
    assert sam.owners == {1: customer(1, "Pat"), 2: customer(2, "Lakeview")}


async def test_records_by_their_ids(people: People) -> None:
    assert await people.customers([2, 7, 1]) == {1: customer(1, "Pat"), 2: customer(2, "Lakeview")}
    assert await people.locations([21, 7]) == {21: location(21, 2)}
    assert await people.locations_of([1, 3, 7]) == {1: (location(11, 1), location(12, 1))}


async def test_records_by_more_ids_than_a_statement_may_name(people: People) -> None:
    many = list(range(1, 40_000))
    assert sorted(await people.customers(many)) == [1, 2, 3]
    assert sorted(await people.locations(many)) == [11, 12, 21, 99]
    assert sorted(await people.locations_of(many)) == [1, 2, 98]


async def test_nothing_is_asked_for_nothing(people: People, ledger: Ledger) -> None:
    questions = Questions(ledger)
    assert (await people.customers([]), await people.locations([])) == ({}, {})
    assert await people.locations_of([]) == {}
    assert questions.since() == []


async def test_who_reaches_a_customer(people: People) -> None:
    assert await people.contacts_of(1) == (
        ContactLine("lee@example.com"),
        ContactLine(PAT),
        ContactLine(SAM, location=11),
    )
    assert await people.contacts_of(7) == ()


async def test_levels_that_the_office_set_are_seen_at_once(people: People, ledger: Ledger) -> None:
    revision = (await people.standing(PAT)).revision
    await ledger.write(set_level)
    standing = await people.standing(PAT)
    assert standing.revision == revision + 1
    assert set(standing.levels) == {LevelSet(1, "NON_BILLING"), LevelSet(1, "BILLING", 11)}
    assert (await people.standing(SAM)).levels == ()


async def test_a_standing_is_remembered_while_rights_are_what_they_were(
    people: People, ledger: Ledger
) -> None:
    questions = Questions(ledger)
    first = await people.standing(PAT)
    assert questions.since() == [EVERYTHING]
    assert await people.standing(PAT) is first
    assert questions.since() == [REVISION]
    await ledger.write(raise_revision)
    questions.since()
    assert (await people.standing(PAT)).revision == first.revision + 1
    assert questions.since() == [REVISION, EVERYTHING]


async def test_when_it_was_read_is_never_remembered(people: People, ledger: Ledger) -> None:
    first = await people.standing(PAT)
    later = datetime(2026, 7, 14, 18, 0, tzinfo=UTC)
    await read_once(FakeFeeds(), ledger, later)
    assert first.read_at == NOON
    assert (await people.standing(PAT)).read_at == later


async def test_many_who_ask_at_once_share_what_is_asked(
    people: People, ledger: Ledger, url: str
) -> None:
    questions = Questions(ledger)
    told = await asyncio.gather(*(people.standing(PAT) for _ in range(100)))
    assert all(standing == told[0] for standing in told)
    asked = questions.since()  # the first asks for everything; the others share what began later
    each_for_themselves = file_of(url) is not None  # a file is read sooner than anything is shared
    assert asked.count(REVISION) == (99 if each_for_themselves else 1)
    assert asked.count(EVERYTHING) in {1, 2}
    assert len(asked) == asked.count(REVISION) + asked.count(EVERYTHING)


async def test_no_more_is_remembered_than_may_be(ledger: Ledger, people: People) -> None:
    del people
    small, questions = People(ledger, most_kept=9), Questions(ledger)
    await small.standing(PAT)  # itself, a customer, two places
    await small.standing("a@example.com")
    await small.standing("b@example.com")
    await small.standing(PAT)
    questions.since()
    await small.standing(SAM)  # itself, two locations, two owners: too much with the others
    await small.standing(PAT)
    assert questions.since() == [EVERYTHING, REVISION]  # Pat was asked for last
    await small.standing("a@example.com")
    assert questions.since() == [EVERYTHING]


async def test_one_that_is_too_large_by_itself_is_not_remembered(
    ledger: Ledger, people: People
) -> None:
    del people
    small, questions = People(ledger, most_kept=3), Questions(ledger)
    await small.standing("a@example.com")
    for _ in range(2):
        questions.since()
        await small.standing(PAT)
        assert questions.since() == [EVERYTHING]
    await small.standing("a@example.com")
    assert questions.since() == [REVISION]


async def test_r12_of_an_email_on_everybody_only_so_many_are_told(ledger: Ledger) -> None:
    feeds = FakeFeeds()
    feeds.tell(*(customer(of) for of in range(1, MOST + 20)))
    feeds.tell(*(contact(of, of, "noemail@example.com") for of in range(1, MOST + 20)))
    await read_once(feeds, ledger)
    assert len((await People(ledger).standing("noemail@example.com")).customers) == MOST


async def test_a_ledger_that_is_down_lets_nobody_in(people: People, ledger: Ledger) -> None:
    await people.standing(PAT)  # remembered, and yet
    await ledger.aclose()
    dead = Ledger("sqlite+aiosqlite:////nowhere/at/all.db")
    for ask in (People(dead).standing(PAT), People(dead).revisions(), People(dead).contacts_of(1)):
        with pytest.raises(LedgerUnavailable):
            await ask
    await dead.aclose()


async def test_what_is_remembered_is_not_told_when_the_ledger_fails(
    people: People, ledger: Ledger
) -> None:
    await people.standing(PAT)
    await ledger.write(lambda on: on.execute(text("ALTER TABLE rights RENAME TO gone")))
    with pytest.raises(LedgerUnavailable):
        await people.standing(PAT)
    await ledger.write(lambda on: on.execute(text("ALTER TABLE gone RENAME TO rights")))
    assert (await people.standing(PAT)).customers


async def test_a_standing_that_was_told_anew_is_remembered_so(
    people: People, ledger: Ledger
) -> None:
    first = await people.standing(PAT)
    await ledger.write(raise_payments_revision)
    second = await people.standing(PAT)
    assert second.payments_revision == first.payments_revision + 1
    assert await people.standing(PAT) is second


async def test_names_changed_by_hand_are_told_as_they_are(people: People, ledger: Ledger) -> None:
    changed = update(DIRECTORY_CUSTOMERS).values(name="X", type="Commercial")
    await ledger.write(lambda on: on.execute(changed))
    await ledger.write(raise_revision)
    (pat,) = (await people.standing(PAT)).customers
    assert (pat.name, pat.type.value) == ("X", "Commercial")


def test_what_was_kept_meanwhile_is_not_told_over() -> None:
    recent, first = Recent(10), Standing(1, NOON)
    second = Standing(2, NOON, (customer(1, "Pat"), customer(2, "Lakeview")))
    recent.keep(PAT, first)
    recent.keep(PAT, second)
    recent.renew(PAT, first, replace(first, payments_revision=9))
    assert (recent.get(PAT, 2), recent.held) == (second, 3)
    recent.renew(SAM, first, first)
    assert SAM not in recent
