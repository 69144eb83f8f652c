"""Direct links in the ledger: found by a digest alone, used, ended, and all of it in the trail."""

import asyncio
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.audit import Audit, By
from adapters.ledger.direct_links import ONE_USE, DirectLinkRow, DirectLinks, LinkKind
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import read_revisions
from adapters.ledger.tables import AUDIT, DIRECT_LINKS, RIGHTS

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
SAM = By("sam@office.example", "request-1", NOON)
DAY = timedelta(days=1)


class Clock:
    """A time of day that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Tell it."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def links(ledger: Ledger, clock: Clock) -> DirectLinks:
    return DirectLinks(ledger, clock)


async def trail(ledger: Ledger) -> list[tuple[str, str, str]]:
    return [
        (entry.actor, entry.action.value, entry.subject) for _, entry in await Audit(ledger).read()
    ]


async def revision(ledger: Ledger) -> int:
    return (await ledger.read(read_revisions)).rights


async def dump(ledger: Ledger) -> str:
    """Return every byte of text that the tables hold."""

    async def work(connection: AsyncConnection) -> str:
        tables = (DIRECT_LINKS, AUDIT, RIGHTS)
        rows = [await connection.execute(select(table)) for table in tables]
        return "\n".join(str(row) for result in rows for row in result)

    return await ledger.read(work)


async def test_a_link_is_made_found_by_its_secret_and_told(
    links: DirectLinks, ledger: Ledger
) -> None:
    before = await revision(ledger)
    link, secret = await links.create(LinkKind.ESTIMATE_LINK, [12, 11], SAM, NOON + 30 * DAY)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    assert link == DirectLinkRow(
        link.id, LinkKind.ESTIMATE_LINK, (12, 11), SAM.actor, NOON, NOON + 30 * DAY
    )
    assert await links.get([link.id, 999]) == {link.id: link}
    assert await links.exchange(secret, "request-2") == link
    assert (await links.get([link.id]))[link.id] == replace(link, last_used_at=NOON)
    assert await trail(ledger) == [
        (SAM.actor, "link.created", f"link {link.id}"),
        ("whoever holds the link", "link.exchanged", f"link {link.id}"),
    ]
    (_, made), (_, used) = await Audit(ledger).read()
    assert made.details == {
        "kind": "ESTIMATE_LINK",
        "records": [12, 11],
        "expires": "2026-08-13T17:00:00+00:00",
    }
    assert (made.request_id, used.request_id, used.at) == ("request-1", "request-2", NOON)
    assert await revision(ledger) == before


async def test_nothing_that_is_kept_opens_a_link(links: DirectLinks, ledger: Ledger) -> None:
    _, secret = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    await links.exchange(secret, "request-2")
    kept = await dump(ledger)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    assert (secret in kept, digest in kept) == (False, True)
    assert await links.exchange(digest, "r") is None


def spoiled(secret: str) -> list[str]:
    flipped = [
        secret[:place] + ("A" if secret[place] != "A" else "B") + secret[place + 1 :]
        for place in range(len(secret))
    ]
    standard = secret.replace("-", "+").replace("_", "/")
    others = [secret[:-1], secret + "A", secret + "=", f" {secret}", f"{secret}\n", secret.upper()]
    others += ["", "\N{SNOWMAN}" * 43, "A" * 100_000, "'; DROP TABLE direct_links; --", "A" * 43]
    return [other for other in (*flipped, *others, standard) if other != secret]


async def test_a_tampered_secret_opens_nothing_and_leaves_no_trace(
    links: DirectLinks, ledger: Ledger
) -> None:
    _, secret = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    before = await dump(ledger)
    assert [wrong for wrong in spoiled(secret) if await links.exchange(wrong, "r")] == []
    assert await dump(ledger) == before


async def test_an_expired_link_opens_nothing_from_that_moment_on(
    links: DirectLinks, clock: Clock, ledger: Ledger
) -> None:
    link, secret = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    clock.now = NOON + DAY - timedelta(microseconds=1)
    assert await links.exchange(secret, "r") is not None
    assert await links.stands(link.id, 1)
    clock.now, before = NOON + DAY, await dump(ledger)
    assert await links.exchange(secret, "r") is None
    assert not await links.stands(link.id, 1)  # though what was read of it is remembered
    assert await dump(ledger) == before


async def test_a_revoked_link_is_dead_and_another_to_the_same_invoice_is_not(
    links: DirectLinks, ledger: Ledger
) -> None:
    one, secret = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    two, other = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    before = await revision(ledger)
    assert await links.stands(one.id, before)
    ended = await links.revoke(one.id, SAM)
    assert ended == replace(one, revoked_at=NOON)
    now = await revision(ledger)
    assert now == before + 1
    assert [await links.stands(link.id, now) for link in (one, two)] == [False, True]
    assert await links.exchange(secret, "r") is None
    assert await links.exchange(other, "r") is not None
    assert [entry for entry in await trail(ledger) if entry[1] == "link.revoked"] == [
        (SAM.actor, "link.revoked", f"link {one.id}")
    ]


async def test_to_revoke_again_changes_nothing_and_what_is_not_there_is_none(
    links: DirectLinks, ledger: Ledger
) -> None:
    link, _ = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    first = await links.revoke(link.id, SAM)
    before = await dump(ledger)
    assert await links.revoke(link.id, By("alex", "r", NOON + DAY)) == first
    assert await links.revoke(link.id + 1, SAM) is None
    assert await links.revoke(2**63 - 1, SAM) is None
    assert await dump(ledger) == before


async def test_a_use_is_written_down_once(links: DirectLinks, clock: Clock, ledger: Ledger) -> None:
    link, secret = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    await asyncio.gather(*(links.exchange(secret, "r") for _ in range(20)))
    clock.now = NOON + ONE_USE - timedelta(microseconds=1)
    await links.exchange(secret, "r")
    assert len(await trail(ledger)) == 2
    clock.now = NOON + ONE_USE
    await links.exchange(secret, "r")
    assert len(await trail(ledger)) == 3
    assert (await links.get([link.id]))[link.id].last_used_at == clock.now


async def test_that_it_stands_is_read_once_for_each_revision(
    links: DirectLinks, ledger: Ledger
) -> None:
    link, _ = await links.create(LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY)
    asked: list[str] = []
    engine = ledger._engine.sync_engine  # noqa: SLF001  # what is counted is what reaches the database
    event.listen(
        engine,
        "before_cursor_execute",
        lambda *told: asked.append(told[2]) if "direct_links" in told[2] else None,
    )
    assert [await links.stands(link.id, 7) for _ in range(5)] == [True] * 5
    assert len(asked) == 1
    assert await links.stands(link.id, 8)
    assert len(asked) == 2
    assert not await links.stands(link.id + 1, 8)
    assert not await links.stands(link.id + 1, 8)
    assert len(asked) == 4


async def test_another_process_obeys_at_once(shared_url: str, clock: Clock) -> None:
    here, there = Ledger(shared_url), Ledger(shared_url)
    await here.open()
    await there.open()
    link, secret = await DirectLinks(here, clock).create(
        LinkKind.PAYMENT_LINK, [1], SAM, NOON + DAY
    )
    serving = DirectLinks(there, clock)
    assert await serving.exchange(secret, "r")
    assert await serving.stands(link.id, await revision(there))
    await DirectLinks(here, clock).revoke(link.id, SAM)
    assert not await serving.stands(link.id, await revision(there))
    assert await serving.exchange(secret, "r") is None
    await here.aclose()
    await there.aclose()
