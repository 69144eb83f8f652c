"""Documents, calendar entries and links have a deadline as a whole, and end what they began."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette

from adapters.documents.press import SECONDS
from adapters.ledger import ledger
from adapters.ledger.audit import By
from adapters.ledger.direct_links import LinkKind
from gateway.http import documents, links
from resolvers.policy import Documents
from resolvers.signed_addresses import Target, TargetKind
from tests.databases import for_a_house
from tests.documents.conftest import address
from tests.documents.test_addresses import INVOICE, LATER, told
from tests.documents.test_press import ENDLESS, SHOWS
from tests.house import NOON, House, demo_policy, ready_house
from tests.overload.test_deadline import inside, nobody_asks

__all__ = ["address"]

Address = Callable[..., str]
VISIT = Target(TargetKind.VISIT, 400101)
A_MINUTE = 60_000
SOON = 0.3
SAM = By("sam@office.example", "request-1", NOON)


@asynccontextmanager
async def locked(url: str, table: str, mode: str = "ACCESS EXCLUSIVE") -> AsyncIterator[None]:
    """Let nobody read this table, or by another mode write to it, while the block lasts."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN {mode} MODE"))
        yield
    await engine.dispose()


def typesetters() -> list[int]:
    """Return the processes of ours that make a document."""
    ours = Path(f"/proc/{os.getpid()}/task")
    children = [pid for of in ours.glob("*/children") for pid in of.read_text("ascii").split()]
    return [int(pid) for pid in children if b"typesetter" in _command(pid)]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("target", "path"), [(INVOICE, "/invoices$"), (VISIT, "/appointments$")], ids=["pdf", "ics"]
)
async def test_what_servicetitan_never_answers_is_asked_for_no_longer(
    monkeypatch: pytest.MonkeyPatch, address: Address, target: Target, path: str
) -> None:
    monkeypatch.setattr(documents, "DOCUMENT_SECONDS", SOON)
    async with ready_house(patience=2.0) as house:
        await house.fault(path, times=100, latencyMs=A_MINUTE)
        async with asyncio.timeout(5):
            answer = await house.gateway.get(address(target))
        assert (told(answer), answer.headers["retry-after"]) == (LATER, "60")
        await nobody_asks()
        assert await inside(house) == {}
        await house.sandbox.delete("/_sandbox/faults")
        monkeypatch.setattr(documents, "DOCUMENT_SECONDS", 15.0)
        assert (await house.gateway.get(address(target))).status_code == 200


async def test_rights_that_cannot_be_read_in_time_are_waited_for_no_longer(
    monkeypatch: pytest.MonkeyPatch, address: Address, postgresql: str
) -> None:
    monkeypatch.setattr(ledger, "READ_SECONDS", SECONDS)
    monkeypatch.setattr(documents, "DOCUMENT_SECONDS", SOON)
    async with ready_house(database=for_a_house(postgresql)) as house:
        async with locked(postgresql, "rights"), asyncio.timeout(5):
            assert told(await house.gateway.get(address(INVOICE))) == LATER
            assert await inside(house) == {}
        monkeypatch.setattr(documents, "DOCUMENT_SECONDS", 15.0)
        assert (await house.gateway.get(address(INVOICE))).status_code == 200


async def test_a_document_that_is_waited_for_no_longer_is_made_no_longer(
    monkeypatch: pytest.MonkeyPatch, address: Address, tmp_path: Path
) -> None:
    (tmp_path / "invoice.typ").write_text(SHOWS + ENDLESS)
    monkeypatch.setattr(documents, "DOCUMENT_SECONDS", 1.0)
    own = demo_policy(documents=Documents(templates=str(tmp_path)))
    async with ready_house(own) as house:
        asking = [asyncio.create_task(house.gateway.get(address(INVOICE))) for _ in range(3)]
        async with asyncio.timeout(5):
            while len(await asyncio.to_thread(typesetters)) < 2:  # noqa: ASYNC110  # processes tell nobody
                await asyncio.sleep(0.01)
            answers = await asyncio.gather(*asking)
            while await asyncio.to_thread(typesetters):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.01)
        assert [told(answer) for answer in answers] == [LATER] * 3
        monkeypatch.setattr(documents, "DOCUMENT_SECONDS", 15.0)
        await house.choose(demo_policy())
        again = await asyncio.gather(*(house.gateway.get(address(INVOICE)) for _ in range(3)))
        assert [answer.status_code for answer in again] == [200] * 3


async def test_a_link_that_cannot_be_looked_up_in_time_is_to_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, postgresql: str
) -> None:
    monkeypatch.setattr(ledger, "READ_SECONDS", SECONDS)
    monkeypatch.setattr(links, "EXCHANGE_SECONDS", SOON)
    async with ready_house(database=for_a_house(postgresql)) as house:
        secret = await made(house)
        async with locked(postgresql, "direct_links"), asyncio.timeout(5):
            answer = await house.gateway.post("/links/exchange", json={"secret": secret})
            assert await inside(house) == {}
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert answer.json() == {
            "errors": [
                {
                    "message": "Links cannot be opened at the moment. Try again soon.",
                    "extensions": {"code": "UPSTREAM_UNAVAILABLE"},
                }
            ]
        }
        monkeypatch.setattr(links, "EXCHANGE_SECONDS", 10.0)
        again = await house.gateway.post("/links/exchange", json={"secret": secret})
        assert (again.status_code, again.json()["kind"]) == (200, "PAYMENT_LINK")


async def test_sh5_a_database_that_never_answers_is_not_waited_for_at_the_end(
    monkeypatch: pytest.MonkeyPatch, postgresql: str
) -> None:
    monkeypatch.setattr(ledger, "END_SECONDS", SOON)
    monkeypatch.setattr(links, "EXCHANGE_SECONDS", SOON)
    async with (
        asyncio.timeout(20),
        AsyncExitStack() as stack,  # what is locked is so for longer than the house is open
        ready_house(database=for_a_house(postgresql)) as house,
    ):
        secret = await made(house)
        # It may be read, and not written that it was used.
        await stack.enter_async_context(locked(postgresql, "direct_links", "EXCLUSIVE"))
        answer = await house.gateway.post("/links/exchange", json={"secret": secret})
        assert answer.status_code == 503
    told = [line for line in house.logs if line["event"] == "ledger left in the middle"]
    assert [line["count"] for line in told] == [1]


async def made(house: House) -> str:
    """Make a link in the office; return its secret."""
    assert isinstance(house.app, Starlette)
    office = house.app.state.doors.office
    _, secret = await office.links.create(
        LinkKind.PAYMENT_LINK, [INVOICE.id], SAM, NOON + timedelta(days=1)
    )
    return str(secret)
