"""The policy file while the gateway runs: SIGHUP reads it again, and a broken one is kept out."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from adapters.cache.refusals import Refusals
from gateway.choices import Choices
from gateway.policy import read_policy
from resolvers.policy import Access, Policy, Tenant
from tests.house import demo_policy, gid, ready_house

FIRST = '[tenant]\nbusiness_name = "First"\n[feeds]\nevery_seconds = 3600.0\n'
SECOND = '[tenant]\nbusiness_name = "Second"\n[screens]\nshown = ["JOBS"]\n'
BROKEN = SECOND.replace("Second", "Third") + "[jobs]\npast_grace_minutes = 1441\n"
ASKED = "{ portal { businessName screens } viewer { invoices { totalCount } } }"
EVERY_SCREEN = [screen.value for screen in Policy().screens.shown]


@asynccontextmanager
async def running(*command: str, **environment: str) -> AsyncIterator[Process]:
    """Run the command line until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *command), stderr=PIPE, env=os.environ | environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process: Process, pattern: str) -> str:
    """Return the next line of the log that has this in it."""
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while line := (await process.stderr.readline()).decode():
            if re.search(pattern, line):
                return line
    raise AssertionError(f"the process ended without a word of {pattern}")


def environment(given: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return the settings that lead to the sandbox with these credentials."""
    return {
        "PORTAL_SERVICETITAN_API_URL": given["apiUrl"],
        "PORTAL_SERVICETITAN_AUTH_URL": given["authUrl"],
        "PORTAL_SERVICETITAN_TENANT_ID": str(given["tenantId"]),
        "PORTAL_SERVICETITAN_CLIENT_ID": given["clientId"],
        "PORTAL_SERVICETITAN_CLIENT_SECRET": given["clientSecret"],
        "PORTAL_SERVICETITAN_APP_KEY": given["appKey"],
        "PORTAL_OIDC_ISSUER": given["issuer"],
        "PORTAL_OIDC_AUDIENCE": given["audience"],
        "PORTAL_SECRET_KEY": "sandbox-key-of-thirty-two-letters",
        "PORTAL_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'ledger.db'}",
        "PORTAL_POLICY_FILE": str(folder / "policy.toml"),
    }


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """Serve a gateway over a sandbox, both as processes; the client is signed in as Pat."""
    async with (
        running("sandbox", "serve", "--port", "0", "--homes", "0") as sandbox,
        httpx.AsyncClient(trust_env=False) as control,
    ):
        (url,) = re.findall(r"http://\S+?(?=;)", await line_with(sandbox, "The sandbox is at"))
        given = (await control.get(f"{url}/_sandbox/credentials")).json()
        told = await control.post(f"{url}/_sandbox/token", json={"email": "pat@example.com"})
        headers = {"authorization": f"Bearer {told.json()['accessToken']}"}
        async with running("serve", "--port", "0", **environment(given, folder)) as gateway:
            line = json.loads(await line_with(gateway, '"event": "serving"'))
            base = f"http://{line['host']}:{line['port']}"
            async with httpx.AsyncClient(trust_env=False, base_url=base, headers=headers) as client:
                await is_ready(client)
                yield gateway, client


async def is_ready(client: httpx.AsyncClient) -> None:
    """Wait until people can be let in."""
    for _ in range(600):
        if (await client.get("/health/ready")).is_success:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the gateway did not become ready")


async def asked(client: httpx.AsyncClient) -> Any:  # noqa: ANN401  # JSON
    told = (await client.post("/graphql", json={"query": ASKED})).json()
    assert "errors" not in told
    return told["data"]


async def test_a_changed_file_changes_the_next_answer_and_a_broken_one_nothing(
    tmp_path: Path,
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(FIRST)
    first = {
        "portal": {"businessName": "First", "screens": EVERY_SCREEN},
        "viewer": {"invoices": {"totalCount": 7}},
    }
    second = {
        "portal": {"businessName": "Second", "screens": ["JOBS"]},
        "viewer": {"invoices": None},
    }
    async with served(tmp_path) as (gateway, client):
        assert await asked(client) == first
        policy.write_text(SECOND)
        assert await asked(client) == first
        gateway.send_signal(signal.SIGHUP)
        taken = json.loads(await line_with(gateway, "policy taken"))
        assert taken["changed"] == ["tenant", "screens", "feeds"]
        assert await asked(client) == second

        policy.write_text(BROKEN)
        gateway.send_signal(signal.SIGHUP)
        kept = json.loads(await line_with(gateway, "policy kept"))
        assert kept["level"] == "error"
        problem = "jobs.past_grace_minutes must be from 0 to 1440"
        assert kept["problem"] == f"The policy file {policy} is not usable: {problem}."
        assert await asked(client) == second
        assert (await client.get("/health/ready")).json() == {"ready": True, "waiting": {}}

        policy.unlink()
        gateway.send_signal(signal.SIGHUP)
        kept = json.loads(await line_with(gateway, "policy kept"))
        assert kept["problem"].startswith(f"The policy file {policy} cannot be read: ")
        assert await asked(client) == second

        policy.write_text(FIRST)
        gateway.send_signal(signal.SIGHUP)
        await line_with(gateway, "policy taken")
        assert await asked(client) == first

        gateway.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(gateway.wait(), 30) == 0


def test_without_a_file_there_is_nothing_to_read_again() -> None:
    choices = Choices(Policy())
    with capture_logs() as logs:
        choices.read_again()
    assert logs == [
        {
            "event": "policy kept",
            "log_level": "warning",
            "problem": "PORTAL_POLICY_FILE names no file to read.",
        }
    ]
    assert choices.current() == Policy()


@pytest.mark.parametrize("text", ["[tenant", "[tenant]\nname = 1", '[access]\ncustomer_email = ""'])
async def test_no_kind_of_broken_file_is_taken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(FIRST)
    choices = Choices(read_policy(path), path)
    path.write_text(text)
    with capture_logs() as logs:
        choices.read_again()
    assert [line["event"] for line in logs] == ["policy kept"]
    assert choices.current().tenant.business_name == "First"


async def test_an_operation_goes_by_the_choices_it_began_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two fields of one operation agree, though the choices are others whenever they are asked."""
    times = count()

    def other(_choices: Choices) -> Policy:
        return demo_policy(tenant=Tenant(business_name=f"The {next(times)}th"))

    monkeypatch.setattr(Choices, "current", other)
    query = "{ one: portal { businessName } two: portal { businessName } }"
    async with ready_house() as house:
        first, second = await house.data(None, query), await house.data(None, query)
    assert first["one"] == first["two"]
    assert second["one"] == second["two"]
    assert first != second


async def test_what_was_refused_is_forgotten_with_the_choices_that_refused_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Refusals] = []

    class Kept(Refusals):
        def add(self, lookup: Hashable) -> None:
            told.append(self)
            super().add(lookup)

    monkeypatch.setattr("gateway.ground.Refusals", Kept)
    async with ready_house() as house:
        await house.ask("riley@example.com", f'{{ node(id: "{gid("open-invoice")}") {{ id }} }}')
        (refusals,) = told
        assert len(refusals) == 1
        await house.choose(demo_policy(access=Access()))
        assert len(refusals) == 0
