"""Several workers are one gateway: one socket, one policy, one end."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fleet.running import Running, alive, fleet_running, policy_file


@pytest.fixture
async def fleet(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Running]:
    """Two workers that serve, with a policy of their own."""
    environment |= {"PORTAL_POLICY_FILE": str(policy_file(tmp_path, "First"))}
    async with fleet_running(environment) as running:
        await running.all_serve()
        yield running


async def names_told(fleet: Running) -> set[str]:
    """Return what a few connections are told the business is called."""
    return set(await asyncio.gather(*(fleet.business() for _ in range(12))))


async def test_both_answer_at_one_address_and_end_when_told_to(fleet: Running) -> None:
    assert set(await fleet.answered_by()) == {1, 2}
    pids = fleet.pids().values()
    fleet.signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await fleet.process.wait() == 0
    assert not any(alive(pid) for pid in pids)
    assert fleet.told("worker ended") == []
    assert fleet.told("worker had to be killed") == []


async def test_a_worker_that_ends_is_started_again_and_nobody_is_sent_away(fleet: Running) -> None:
    gone = fleet.kill(1)
    assert await names_told(fleet) == {"First"}
    await fleet.until(lambda: len(fleet.told("worker started", worker=1)) == 2)
    await fleet.all_serve(starts=3)
    (ended,) = fleet.told("worker ended")
    assert (ended["worker"], ended["code"]) == (1, -signal.SIGKILL)
    assert not alive(gone)
    assert len(fleet.told("worker started", worker=2)) == 1
    assert await names_told(fleet) == {"First"}


async def test_without_their_parent_they_end_by_themselves(fleet: Running) -> None:
    fleet.signal(signal.SIGKILL)
    await fleet.process.wait()
    async with asyncio.timeout(10):
        await fleet.is_gone()


async def test_sighup_has_all_go_by_the_file_as_it_is_now_and_a_broken_one_is_kept_out(
    fleet: Running, tmp_path: Path
) -> None:
    path = policy_file(tmp_path, "Second")
    assert await names_told(fleet) == {"First"}
    fleet.signal(signal.SIGHUP)
    await fleet.until(lambda: len(fleet.told("policy taken")) == 2)
    assert {line["worker"] for line in fleet.told("policy taken")} == {1, 2}
    assert await names_told(fleet) == {"Second"}
    path.write_text("[cache]\nfresh_seconds = 0\n")
    fleet.signal(signal.SIGHUP)
    await fleet.until(lambda: len(fleet.told("policy kept")) == 1)
    fleet.kill(1)
    fleet.kill(2)
    await fleet.all_serve(starts=4)
    assert await names_told(fleet) == {"Second"}
    (kept,) = fleet.told("policy kept")
    assert kept["problem"].endswith("is not usable: cache.fresh_seconds must be more than 0.")


async def test_without_a_file_there_is_nothing_to_read_and_ctrl_c_twice_ends_at_once(
    environment: dict[str, str],
) -> None:
    async with fleet_running(environment) as fleet:
        await fleet.all_serve()
        fleet.signal(signal.SIGHUP)
        await fleet.until(lambda: len(fleet.told("policy kept")) == 1)
        assert fleet.told("policy taken") == []
        fleet.signal(signal.SIGINT)
        fleet.signal(signal.SIGINT)
        async with asyncio.timeout(10):
            assert await fleet.process.wait() == 0
