"""Workers that are killed while they charge, or write into the books: the money is found (PA-14).

Two real workers over a real PostgreSQL and Redis, and a sandbox that takes its time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.bench.sandbox import Sandbox, sandbox_running
from tests.fleet.running import Running, credentials_of, fleet_running
from tests.fleet.test_history import is_ready
from tests.limitless import UNBOUNDED_TEXT
from tests.own_redis import HOW, redis_running

PAT = "pat@example.com"
INVOICE = "SW52b2ljZTo1MDAxMDY"  # 500106
POLICY = """
[tenant]
time_zone = "America/Chicago"
business_name = "Killed"
[payments]
allow_partial = true
methods = ["CARD"]
record_in_servicetitan = true
[payments.payment_types]
CARD = 9
"""
OWED = """query($id: ID!) { invoice(id: $id) { balance }
    viewer { payments { nodes { state recording } } } }"""
PAY = """mutation($input: PayInvoicesInput!) { payInvoices(input: $input) {
    payment { state } userErrors { code } } }"""
HUNG_MS = 12_000


@dataclass(frozen=True, slots=True)
class Shop:
    """A fleet, its sandbox and its database, and a customer at its door."""

    fleet: Running
    sandbox: Sandbox
    database: str
    token: str

    async def ask(self, query: str, **variables: object) -> Any:  # noqa: ANN401  # JSON
        """Ask as Pat, over a connection of its own: any worker may answer."""
        async with httpx.AsyncClient(base_url=self.fleet.url, trust_env=False, timeout=60) as door:
            body = {"query": query, "variables": variables}
            headers = {"authorization": f"Bearer {self.token}"}
            answer = await door.post("/graphql", json=body, headers=headers)
            return answer.json()["data"]

    async def pay(self, total: str, key: str = "key 1") -> Any:  # noqa: ANN401  # JSON
        """Pay 100.00 of the invoice; `total` is what Pat saw to be owed."""
        wish = {
            "idempotencyKey": key,
            "invoiceIds": [INVOICE],
            "expectedTotal": total,
            "amount": "100.00",
            "source": {"processorToken": "sandbox_card_visa"},
        }
        return (await self.ask(PAY, input=wish))["payInvoices"]

    async def seen(self) -> tuple[str, list[tuple[str, str]]]:
        """Return what Pat owes, and how each of their payments stands."""
        told = await self.ask(OWED, id=INVOICE)
        nodes = told["viewer"]["payments"]["nodes"]
        return told["invoice"]["balance"], [(row["state"], row["recording"]) for row in nodes]

    async def moved(self) -> list[tuple[str, str]]:
        """Return the money that moved at the processor."""
        told = (await self.sandbox.control.get("/_sandbox/processor/movements")).json()
        return [(each["kind"], each["amount"]) for each in told["movements"]]

    async def posted(self) -> int:
        """Return how often ServiceTitan was told to record a payment."""
        calls = await self.sandbox.made_calls()
        return sum(call["path"].endswith("/payments") and not call["query"] for call in calls)

    async def begun(self, path: str) -> None:
        """Wait until the call that is to hang has come there."""
        async with asyncio.timeout(20):
            while not await self._has_come(path):  # noqa: ASYNC110  # a database has no event
                await asyncio.sleep(0.05)

    async def _has_come(self, path: str) -> bool:
        if path == "/payments$":
            return await self.posted() > 0
        return await self._stands("CHARGING")

    async def _stands(self, state: str) -> bool:
        engine = create_async_engine(self.database)
        async with engine.connect() as on:
            rows = await on.execute(text("SELECT state FROM payment_attempts"))
            states = list(rows.scalars())
        await engine.dispose()
        return states == [state]

    async def locks_end(self) -> None:
        """Let the time pass for which whoever was killed had the payment alone."""
        engine = create_async_engine(self.database)
        past = "interval '1 hour'"
        async with engine.begin() as on:
            await on.execute(
                text(
                    f"UPDATE payment_attempts SET locked_until = locked_until - {past},"  # noqa: S608  # a constant
                    f" next_at = next_at - {past}"
                )
            )
        await engine.dispose()

    async def until(self, seen: tuple[str, list[tuple[str, str]]]) -> None:
        """Wait until Pat sees this."""
        told = await self.seen()
        with suppress(TimeoutError):
            async with asyncio.timeout(45):
                while told != seen:
                    await asyncio.sleep(0.5)
                    told = await self.seen()
        assert told == seen, self.fleet.troubles()


@asynccontextmanager
async def shop_of(database: str, folder: Path) -> AsyncIterator[Shop]:
    """Run everything."""
    async with redis_running() as redis, sandbox_running(0) as sandbox:
        if redis is None:
            pytest.skip(HOW)
        path = folder / "policy.toml"
        path.write_text(POLICY + UNBOUNDED_TEXT)
        environment = await credentials_of(sandbox) | {
            "PORTAL_REDIS_URL": redis.url,
            "PORTAL_DATABASE_URL": database,
            "PORTAL_POLICY_FILE": str(path),
            "PORTAL_PAYMENT_PROCESSOR": "sandbox",
        }
        async with fleet_running(environment) as fleet:
            await fleet.all_serve()
            await is_ready(fleet)
            yield Shop(fleet, sandbox, database, await sandbox.token(PAT))


PAID, FAILED = ("SUCCEEDED", "RECORDED"), ("FAILED", "NOT_DUE")
KILLED: dict[str, tuple[str, bool, tuple[str, str], str]] = {
    "after it was charged": ("/charge$", True, PAID, "336.50"),
    "before it is charged, which comes late": ("/charge$", False, FAILED, "436.50"),
    "after it was recorded": ("/payments$", True, PAID, "336.50"),
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("case", KILLED)
async def test_pa14_killed(postgresql: str, tmp_path: Path, case: str) -> None:
    path, is_done, stands, owed = KILLED[case]
    async with shop_of(postgresql, tmp_path) as shop:
        before, none = await shop.seen()
        assert (before, none) == ("436.50", [])
        slow = {"path": path, "method": "POST", "latencyMs": HUNG_MS, "after": is_done}
        (await shop.sandbox.control.post("/_sandbox/faults", json=slow)).raise_for_status()
        await shop.sandbox.forget_calls()
        asking = asyncio.create_task(shop.pay(before))
        await shop.begun(path)
        while is_done and not await shop.moved():  # noqa: ASYNC110  # nor has a sandbox
            await asyncio.sleep(0.05)
        for worker in (1, 2):
            shop.fleet.kill(worker)
        with pytest.raises(httpx.TransportError):
            await asking
        await shop.fleet.all_serve(4)
        await is_ready(shop.fleet)
        again = await shop.pay(before)
        assert again["payment"]["state"] in {"PROCESSING", "SUCCEEDED"}
        [error] = (await shop.pay(before, "key 2"))["userErrors"]
        assert error["code"] in {"PAYMENT_IN_PROGRESS", "BALANCE_CHANGED"}
        await shop.locks_end()
        await shop.until((owed, [stands]))
        if not is_done:
            await asyncio.sleep(HUNG_MS / 1000)
        assert await shop.moved() == ([("CHARGE", "100.00")] if is_done else [])
        assert await shop.posted() == (1 if is_done else 0)
        assert await shop.seen() == (owed, [stands])
