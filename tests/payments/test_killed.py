"""A gateway that is killed between charge and record, as a process of its own: it finishes."""

import asyncio
import json
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.sandbox.homes import TIME_ZONE
from adapters.sandbox.options import SandboxOptions
from tests.limitless import UNBOUNDED_TEXT
from tests.own_redis import ended, free_port
from tests.paying.asking import OPEN, OWED, PAT, PAY, row_of, wish

POLICY = f"""
[tenant]
time_zone = "{TIME_ZONE}"
[payments]
record_in_servicetitan = true
methods = ["CARD"]
payment_types = {{ CARD = 9 }}
[feeds]
every_seconds = 3600
"""


@asynccontextmanager
async def running(*command: str, **told: str) -> AsyncIterator[tuple[Process, str]]:
    """Run this command, which says on standard error where it is; give its process and that."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *command), stderr=PIPE, env=os.environ | told
    )
    assert process.stderr is not None
    listening: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(60):
            lines: list[str] = []
            while not lines or not ("serving" in lines[-1] or "The sandbox is at" in lines[-1]):
                lines.append((await process.stderr.readline()).decode())
                assert lines[-1], f"{command[0]} ended: {lines}"
        listening = asyncio.create_task(_drained(process.stderr))
        yield process, lines[-1]
    finally:
        await ended(process)
        if listening is not None:
            await listening


async def _drained(lines: asyncio.StreamReader) -> None:
    async for _ in lines:
        pass


@pytest.fixture
async def sandbox() -> AsyncIterator[httpx.AsyncClient]:
    """A ServiceTitan and a payment processor, as a process."""
    port = str(free_port())
    async with (
        running("sandbox", "serve", "--port", port, "--homes", "2"),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


@asynccontextmanager
async def gateway(sandbox: httpx.AsyncClient, folder: Path) -> AsyncIterator["Gateway"]:
    """A gateway over them, which keeps its ledger in this folder, ready to let people in."""
    url = str(sandbox.base_url).rstrip("/")
    given = {name: str(of) for name, of in SandboxOptions(public_url=url).credentials().items()}
    policy = folder / "policy.toml"
    await asyncio.to_thread(policy.write_text, POLICY + UNBOUNDED_TEXT)
    told = {
        "PORTAL_SERVICETITAN_API_URL": given["apiUrl"],
        "PORTAL_SERVICETITAN_AUTH_URL": given["authUrl"],
        "PORTAL_SERVICETITAN_TENANT_ID": given["tenantId"],
        "PORTAL_SERVICETITAN_CLIENT_ID": given["clientId"],
        "PORTAL_SERVICETITAN_CLIENT_SECRET": given["clientSecret"],
        "PORTAL_SERVICETITAN_APP_KEY": given["appKey"],
        "PORTAL_OIDC_ISSUER": given["issuer"],
        "PORTAL_OIDC_AUDIENCE": given["audience"],
        "PORTAL_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/ledger.db",
        "PORTAL_SECRET_KEY": "a secret of the tests, thirty-two characters and more",
        "PORTAL_POLICY_FILE": str(policy),
        "PORTAL_PAYMENT_PROCESSOR": "sandbox",
    }
    async with running("serve", "--port", "0", **told) as (process, line):
        at = f"http://127.0.0.1:{json.loads(line)['port']}"
        async with httpx.AsyncClient(base_url=at, trust_env=False, timeout=40) as client:
            asked = await sandbox.post("/_sandbox/token", json={"email": PAT})
            client.headers["authorization"] = f"Bearer {asked.json()['accessToken']}"
            async with asyncio.timeout(60):
                while not (await client.get("/health/ready")).is_success:  # noqa: ASYNC110  # a probe has no event
                    await asyncio.sleep(0.1)
            yield Gateway(process, client, folder / "ledger.db")


class Gateway:
    """A gateway as a process, and its ledger's file."""

    def __init__(self, process: Process, client: httpx.AsyncClient, ledger: Path) -> None:
        self.process = process
        self.client = client
        self.ledger = ledger

    async def pays(self) -> None:
        """Pay the open invoice; nobody hears what comes of it."""
        body = {"query": PAY, "variables": {"input": wish(OPEN)}}
        with pytest.raises(httpx.TransportError):
            await self.client.post("/graphql", json=body)

    async def killed(self) -> None:
        """Kill it."""
        self.process.kill()
        await self.process.wait()

    async def state(self) -> str | None:
        """Return the state of the one attempt; None where there is none."""
        rows = await asyncio.to_thread(asked, self.ledger, "SELECT state FROM payment_attempts")
        return rows[0][0] if rows else None

    async def until(self, state: str) -> None:
        """Wait until the attempt stands there."""
        async with asyncio.timeout(60):
            while await self.state() != state:  # noqa: ASYNC110  # another process tells nobody
                await asyncio.sleep(0.05)


def asked(file: Path, query: str) -> list[Any]:
    """Ask a ledger that others may have open."""
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        return connection.execute(query).fetchall()


async def hours_pass(file: Path) -> None:
    """Let nobody have the attempt any more, as though some time had passed."""
    moment = "'2026-01-01 00:00:00.000000'"
    query = f"UPDATE payment_attempts SET locked_until = {moment}, next_at = {moment}"  # noqa: S608  # ours
    await asyncio.to_thread(asked, file, query)


async def was_charged(sandbox: httpx.AsyncClient) -> bool:
    """Did money move?"""
    return bool((await sandbox.get("/_sandbox/processor/movements")).json()["movements"])


async def was_recorded(sandbox: httpx.AsyncClient) -> bool:
    """Is nothing left to pay, by ServiceTitan's books?"""
    row = (await sandbox.get(f"/_sandbox/records/invoices/{row_of(OPEN)}")).json()
    return Decimal(str(row["balance"])) == 0


CASES = {
    "between charge and record": ("/payments$", "RECORDING", was_recorded),
    "while it is charged": ("/charge$", "CHARGING", was_charged),
}


@pytest.mark.parametrize("case", CASES)
async def test_it_finishes_what_it_left(
    sandbox: httpx.AsyncClient, tmp_path: Path, case: str
) -> None:
    """The other side had done what it was asked for, and nobody was left to hear of it."""
    path, state, was_done = CASES[case]
    fault = {"path": path, "method": "POST", "after": True, "latencyMs": 60_000}
    answer = await sandbox.post("/_sandbox/faults", json=fault)
    assert answer.is_success, answer.text
    async with gateway(sandbox, tmp_path) as first:
        paying = asyncio.create_task(first.pays())
        async with asyncio.timeout(60):
            while not await was_done(sandbox):  # noqa: ASYNC110  # another process tells nobody
                await asyncio.sleep(0.05)
        assert await first.state() == state
        await first.killed()
        await paying
    await hours_pass(tmp_path / "ledger.db")
    async with gateway(sandbox, tmp_path) as second:
        await second.until("RECORDED")
        told = (await sandbox.get("/_sandbox/processor/movements")).json()["movements"]
        assert [(each["kind"], each["amount"]) for each in told] == [("CHARGE", OWED[OPEN])]
        body = {"query": PAY, "variables": {"input": wish(OPEN)}}
        again = (await second.client.post("/graphql", json=body)).json()["data"]["payInvoices"]
        assert (again["payment"]["state"], again["payment"]["recording"]) == (
            "SUCCEEDED",
            "RECORDED",
        )
        assert again["invoices"][0]["balance"] == "0.00"
