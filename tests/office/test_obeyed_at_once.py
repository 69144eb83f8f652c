"""A link from the shell to the graph: it opens its one record, and a running gateway obeys."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.ledger.audit import Audit, By
from adapters.ledger.direct_links import DirectLinkRow, DirectLinks, LinkKind
from adapters.ledger.ledger import Ledger
from resolvers.policy import Cache
from tests.house import HOME, NOON, House, demo_policy, gid, number, ready_house

OFFICE = By("sam@office.example", "request-1", NOON)
INVOICE = (
    "{ viewer { kind linkedInvoice { number } linkedEstimates { id } customers { nodes { id } } } }"
)
OPEN = "open-invoice"
FRESH = demo_policy(cache=Cache(fresh_seconds=0, refreshing_seconds=0, failing_seconds=0))


class Office:
    """The same ledger, opened by another process."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.links = DirectLinks(ledger, lambda: NOON)

    async def link(self, landmark: str, days: int = 30) -> tuple[DirectLinkRow, str]:
        """Make a payment link to this invoice of Pat's."""
        return await self.links.create(
            LinkKind.PAYMENT_LINK, [int(number(landmark))], OFFICE, NOON + timedelta(days=days)
        )


@asynccontextmanager
async def office(url: str) -> AsyncIterator[Office]:
    ledger = Ledger(url)
    await ledger.open()
    try:
        yield Office(ledger)
    finally:
        await ledger.aclose()


async def portal_gateway(url: str, *arguments: str) -> tuple[int | None, str, str]:
    """Run a command as the shell would, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *arguments),
        env={"PORTAL_DATABASE_URL": url, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def exchange(house: House, secret: str) -> str:
    """Exchange a secret; return the token, which the house then knows the bearer by."""
    answer = await house.gateway.post("/links/exchange", json={"secret": secret})
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["accessToken"]
    house.tokens["whoever holds the link"] = token
    return token


async def test_dl_1_a_link_shows_its_invoice_and_nobody(house_url: str) -> None:
    async with office(house_url) as sam, ready_house(database=house_url) as house:
        house.changed = True  # whoever holds the link may see what is Pat's
        _, secret = await sam.link(OPEN)
        answer = await house.gateway.post("/links/exchange", json={"secret": secret})
        assert answer.json()["ids"] == [gid(OPEN)]
        await exchange(house, secret)
        assert await house.data("whoever holds the link", INVOICE) == {
            "viewer": {
                "kind": "PAYMENT_LINK",
                "linkedInvoice": {"number": number(OPEN)},
                "linkedEstimates": None,
                "customers": {"nodes": []},
            }
        }
        other = await house.ask(
            "whoever holds the link",
            "query($id: ID!) { node(id: $id) { id } }",
            id=gid("paid-invoice"),
        )
        assert other["data"] == {"node": None}


async def test_dl_11_a_running_gateway_obeys_a_revocation_from_the_shell(house_url: str) -> None:
    async with office(house_url) as sam, ready_house(database=house_url) as house:
        house.changed = True
        link, secret = await sam.link(OPEN)
        _, other = await sam.link(OPEN)
        await exchange(house, secret)
        assert (await house.data("whoever holds the link", INVOICE))["viewer"]["linkedInvoice"]
        code, out, err = await portal_gateway(house_url, "links", "revoke", str(link.id))
        assert (code, out) == (0, f"Link {link.id} is revoked, and opens nothing any more.\n"), err
        told = await house.ask("whoever holds the link", INVOICE)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["UNAUTHENTICATED"]
        again = await house.gateway.post("/links/exchange", json={"secret": secret})
        assert again.status_code == 404
        await exchange(house, other)
        assert (await house.data("whoever holds the link", INVOICE))["viewer"]["linkedInvoice"]
        code, out, _ = await portal_gateway(house_url, "links", "revoke", str(link.id))
        today = datetime.now(UTC).date()
        assert (code, out) == (0, f"Link {link.id} was revoked on {today} already.\n")
        entries = [entry for _, entry in await Audit(sam.ledger).read()]
        revoked = [entry for entry in entries if entry.action.value == "link.revoked"]
        assert [entry.actor.partition(" (")[0] for entry in revoked] == ["command line"]


async def test_dl_4_a_token_ends_with_its_link(house_url: str) -> None:
    async with office(house_url) as sam, ready_house(database=house_url) as house:
        house.changed = True
        _, secret = await sam.link(OPEN, days=1)
        await exchange(house, secret)
        house.moment.now = NOON + timedelta(days=1) - timedelta(seconds=1)
        assert (await house.data("whoever holds the link", INVOICE))["viewer"]["linkedInvoice"]
        house.moment.now = NOON + timedelta(days=1)
        told = await house.ask("whoever holds the link", INVOICE)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["UNAUTHENTICATED"]


async def test_r65_a_link_shows_an_invoice_paid_and_dl_4_none_that_was_withdrawn(
    tmp_path: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    of, paid = int(number(OPEN)), "{ viewer { linkedInvoice { status } } }"
    async with office(url) as sam, ready_house(FRESH, database=url) as house:
        house.changed = True
        _, secret = await sam.link(OPEN)
        await exchange(house, secret)
        await house.put("invoices", of, balance="0.00")
        found = await house.data("whoever holds the link", paid)
        assert found == {"viewer": {"linkedInvoice": {"status": "PAID"}}}
        await house.put("invoices", of, active=False)
        found = await house.data("whoever holds the link", paid)
        assert found == {"viewer": {"linkedInvoice": None}}


LEVELS = """email,customer,location,level
riley@example.com,{home},,BILLING
"""
SEES = "invoices(first: 1) { totalCount }"


async def test_a_running_gateway_obeys_an_import_from_the_shell(
    house_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("office") / "levels.csv"
    await asyncio.to_thread(file.write_text, LEVELS.format(home=HOME))
    async with ready_house(database=house_url) as house:
        before = await house.viewer("riley@example.com", SEES)
        told = await portal_gateway(house_url, "access", "import", str(file))
        assert told == (0, "1 changed, 0 unchanged: 1 levels in all.\n", "")
        after = await house.viewer("riley@example.com", SEES)
        pats = await house.viewer("pat@example.com", SEES)
        assert (before["invoices"]["totalCount"], after) == (0, pats)
        assert pats["invoices"]["totalCount"] > 0
