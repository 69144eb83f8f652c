"""The payments' revision comes with the rights: newest, and at no further question."""

import asyncio

import pytest
from sqlalchemy import event

from adapters.directory.people import People
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import raise_payments_revision
from tests.databases import ledger, postgresql, url

__all__ = ["ledger", "postgresql", "url"]

PAT = "pat@example.com"


@pytest.mark.parametrize("email", [PAT, "nobody@example.com"])
async def test_a_standing_tells_the_newest_whether_remembered_or_not(
    ledger: Ledger, email: str
) -> None:
    people = People(ledger)
    assert (await people.standing(email)).payments_revision == 1
    await ledger.write(raise_payments_revision)
    asked: list[object] = []
    event.listen(ledger._engine.sync_engine, "before_cursor_execute", lambda *_: asked.append(_[2]))  # noqa: SLF001  # they pass there
    standing = await people.standing(email)
    assert (standing.payments_revision, standing.revision) == (2, 1)
    told = [str(one) for one in asked if "SELECT" in str(one)]
    assert len(told) == 1  # the revisions alone: all else is remembered
    assert "rights" in told[0]
    assert (await people.revisions()).payments == 2


async def test_who_joins_the_reading_of_another_has_the_revision_of_their_own(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(ledger)
    await people.standing(PAT)
    people._recent._drop(PAT)  # noqa: SLF001  # it is forgotten that it was ever asked for
    people._cold.add(PAT)  # noqa: SLF001  # somebody reads it for the first time meanwhile
    read, gate, begun = people._read, asyncio.Event(), asyncio.Event()  # noqa: SLF001  # held up below

    async def held_up(emails: list[str], _interest: object) -> object:
        found = await read(emails)
        begun.set()
        await gate.wait()
        return found

    monkeypatch.setattr(people, "_read", held_up)
    first = asyncio.create_task(people.standing(PAT))
    await begun.wait()
    await ledger.write(raise_payments_revision)
    second = asyncio.create_task(people.standing(PAT))
    await asyncio.sleep(0.05)
    gate.set()
    assert [(await task).payments_revision for task in (first, second)] == [1, 2]
