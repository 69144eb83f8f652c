"""Kept answers of two workers with one Redis: what either forgets, neither tells any more."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from adapters.servicetitan.invoices import INVOICES as ROWS
from gateway.settings import Settings
from tests.answers.asking import PAT, Desk
from tests.guard.asking import two_gateways
from tests.house import House, demo_policy, gid, number
from tests.own_redis import OwnRedis, redis_running
from tests.paying.asking import OPEN

BALANCE = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"


@pytest_asyncio.fixture
async def redis() -> AsyncIterator[OwnRedis]:
    async with redis_running() as redis:
        if redis is None:
            pytest.skip("There is no redis-server to start (Debian: apt install redis-server).")
        yield redis


async def balance(house: House) -> str:
    """Return what is owed on the open invoice."""
    return str((await house.data(PAT, BALANCE, id=gid(OPEN)))["node"]["balance"])


async def is_kept(desk: Desk) -> None:
    """Ask until a kept answer is told."""
    async with asyncio.timeout(20):
        while not (await desk.hows()).get("kept"):
            await balance(desk.house)


@pytest.mark.parametrize("nth", [0, 1])
async def test_i3_what_either_forgets_neither_tells_a_second_later(
    redis: OwnRedis, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    monkeypatch.setattr(Settings, "keeps_answers", property(lambda _: True))
    async with two_gateways(demo_policy(), redis.url) as houses:
        for house in houses:
            await is_kept(Desk(house))
        row = int(number(OPEN))
        await houses[0].put("invoices", row, balance="1.25")
        for house in houses:
            assert await balance(house) == "436.50"
        app = houses[nth].app
        assert isinstance(app, Starlette)
        await app.state.doors.records.changed(ROWS, [row])
        assert await balance(houses[nth]) == "1.25"
        await asyncio.sleep(1.0)
        assert await balance(houses[1 - nth]) == "1.25"


async def test_nothing_is_told_from_here_while_nobody_tells_what_is_forgotten(
    redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "keeps_answers", property(lambda _: True))
    async with two_gateways(demo_policy(), redis.url) as (house, _):
        desk = Desk(house)
        await is_kept(desk)
        redis.process.kill()
        await redis.process.wait()
        async with asyncio.timeout(20):
            while (await desk.hows()).get("kept"):
                await balance(house)
        await balance(house)
        assert await desk.hows() == {"run": 1}
