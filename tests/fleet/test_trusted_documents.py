"""A fleet goes by one list of trusted documents; a broken one is kept out, and told."""

import asyncio
import json
import signal
from pathlib import Path

import httpx
import pytest

from tests.fleet.running import Running, fleet_running, policy_file

pytestmark = pytest.mark.processes

FIRST, SECOND = "{ portal { businessName } }", "{ portal { phone } }"
BROKEN = '{"Other": "{ nothing }"}'
TAKEN, KEPT = "trusted documents taken", "trusted documents kept"


def write(path: Path, **documents: str) -> None:
    """Write a list."""
    path.write_text(json.dumps(documents))


async def known(fleet: Running, name: str) -> set[bool]:
    """Return what a few connections are told: is this document one of the trusted?"""

    async def ask() -> bool:
        async with httpx.AsyncClient(base_url=fleet.url, trust_env=False) as client:
            answer = await client.post("/graphql", json={"documentId": name})
            return "data" in answer.json()

    return set(await asyncio.gather(*(ask() for _ in range(12))))


async def test_sighup_has_all_go_by_the_new_list_and_a_broken_one_takes_nobody_down(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path, policy = tmp_path / "documents.json", policy_file(tmp_path, "First")
    write(path, Name=FIRST)
    policy.write_text(policy.read_text() + '\n[trusted_documents]\nmode = "enforce"\n')
    told = {"PORTAL_TRUSTED_DOCUMENTS": str(path), "PORTAL_POLICY_FILE": str(policy)}
    async with fleet_running(environment | told) as fleet:
        await fleet.all_serve()
        assert await known(fleet, "Name") == {True}
        assert await known(fleet, "Phone") == {False}

        write(path, Name=FIRST, Phone=SECOND)
        fleet.signal(signal.SIGHUP)
        await fleet.until(lambda: len(fleet.told(TAKEN)) == 2)
        assert {line["worker"] for line in fleet.told(TAKEN)} == {1, 2}
        assert await known(fleet, "Phone") == {True}

        path.write_text(BROKEN)
        fleet.signal(signal.SIGHUP)
        await fleet.until(lambda: len(fleet.told(KEPT)) == 2)
        assert {line["worker"] for line in fleet.told(KEPT)} == {1, 2}
        assert all('the document "Other" cannot be run' in of["problem"] for of in fleet.told(KEPT))
        assert await known(fleet, "Phone") == {True}

        fleet.kill(1)  # who starts anew beside a broken list stays away, and says why
        await fleet.until(lambda: bool(fleet.told("worker not started", worker=1)))
        assert '"Other" cannot be run' in fleet.told("worker not started")[0]["problem"]
        assert await known(fleet, "Phone") == {True}
        assert await known(fleet, "Other") == {False}

        write(path, Phone=SECOND)
        await fleet.all_serve(starts=3)
        assert await known(fleet, "Phone") == {True}
