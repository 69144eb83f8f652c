"""What is told at once is charged as anything is: no more, no less, and not beyond what is left."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from resolvers.policy import Limits
from tests.again.both_ways import Ways
from tests.again.wire import Wire, open_wire
from tests.answers.asking import INVOICES, PAT
from tests.house import demo_policy
from tests.limitless import UNBOUNDED

KIND = "{ viewer { kind } }"


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path, PAT) as wire:
        yield wire


@asynccontextmanager
async def bounded(folder: Path, **limits: int) -> AsyncIterator[Ways]:
    """Open a house with these limits whose clock for budgets stands still, and Pat known."""
    policy = demo_policy(limits=msgspec.structs.replace(UNBOUNDED, **limits))
    async with open_wire(folder, PAT, policy=policy) as wire:
        ways = Ways(wire)
        await wire.meets()
        yield ways


def spent(wire: Wire) -> dict[str, tuple[float, float]]:
    """Return everybody's buckets as they stand."""
    return dict(wire.buckets._full)  # noqa: SLF001  # nobody else is told


async def test_gd19_a_budget_that_is_used_up_is_so_whichever_way_it_was_used(
    tmp_path: Path,
) -> None:
    async with bounded(tmp_path, operations_per_minute=8) as ways:
        wire = ways.wire
        await wire.oddly(KIND)  # four by now, with the one by which Pat came in
        told = [await wire.anew(KIND) for _ in range(6)]
        assert [of.status for of in told] == [200, 200, 200, 200, 429, 429]
        assert await wire.familiar() == 4
        before = spent(wire)
        told = [await wire.anew(KIND), await wire.oddly(KIND)]
        assert [of.codes for of in told] == [["RATE_LIMITED"]] * 2
        assert told[0].body == told[1].body
        assert spent(wire) == before


async def test_and_its_points_are_charged_each_time(tmp_path: Path) -> None:
    async with bounded(tmp_path, operations_per_minute=10**6, cost_per_minute=10**6) as ways:
        right = [await ways.ordinarily(PAT, INVOICES) for _ in range(3)][-1]
        told = [await ways.with_their_head(PAT, INVOICES) for _ in range(3)]
        assert {(of.operations, of.points) for of in [right, *told]} == {(1, right.points)}
        assert (ways.is_at_once, right.points > 0) == (True, True)


async def test_what_costs_more_than_is_left_is_refused_and_not_charged(tmp_path: Path) -> None:
    many = "query($first: Int!) { viewer { invoices(first: $first) { nodes { number } } } }"
    async with bounded(tmp_path, operations_per_minute=10**6, cost_per_minute=60) as ways:
        wire, statuses = ways.wire, []
        await wire.oddly(many, variables={"first": 1})
        for _ in range(100):
            statuses.append((await wire.anew(many, variables={"first": 1})).status)
            if statuses[-1] == 429:
                break
        assert statuses[-1] == 429
        assert await wire.familiar() == len(statuses) - 1 > 3
        before = spent(wire)
        assert (await wire.anew(many, variables={"first": 1})).status == 429
        assert spent(wire) == before


@pytest.mark.parametrize("is_told", [True, False])
async def test_an_operation_above_the_ceiling_is_refused_however_it_comes(
    tmp_path: Path, *, is_told: bool
) -> None:
    many = "query($first: Int!) { viewer { invoices(first: $first) { nodes { number } } } }"
    limits = {"operations_per_minute": 10**6, "cost_per_minute": 10**6}
    async with bounded(tmp_path, **limits) as ways:
        for _ in range(3):
            right = await ways.ordinarily(PAT, many, variables={"first": 5})
        same, points = ways.wire.house.choices.current(), right.points
        ceiling = points if is_told else points - 1
        lower = msgspec.structs.replace(same.limits, cost_per_operation=ceiling)
        await ways.wire.house.choose(msgspec.structs.replace(same, limits=lower))
        for _ in range(2):
            await ways.ordinarily(PAT, KIND)
            assert b'"CUSTOMER"' in (await ways.with_their_head(PAT, KIND)).told
        assert ways.is_at_once
        right = await ways.ordinarily(PAT, many, variables={"first": 5})
        told = await ways.with_their_head(PAT, many, variables={"first": 5})
        assert (told.told, told.operations, told.points) == (right.told, 1, right.points)
        assert (ways.is_at_once, b'"LIMIT_EXCEEDED"' not in told.told) == (is_told, is_told)


async def test_gd19_limits_that_are_lowered_count_at_once(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(KIND)
    await wire.house.choose(demo_policy(limits=Limits(operations_per_minute=2)))
    assert [(await wire.anew(KIND)).status for _ in range(4)] == [200, 200, 429, 429]
    assert await wire.familiar() == 1


async def test_though_nothing_else_changes_with_them(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(KIND)
    same = wire.house.choices.current()
    limits = msgspec.structs.replace(UNBOUNDED, operations_per_minute=2)
    await wire.house.choose(msgspec.structs.replace(same, limits=limits))
    assert [(await wire.anew(KIND)).status for _ in range(4)] == [200, 200, 429, 429]
    assert await wire.familiar() == 1


async def test_what_somebody_owes_is_charged_with_what_is_told_at_once(tmp_path: Path) -> None:
    async with bounded(tmp_path, operations_per_minute=10**6, cost_per_minute=10**6) as ways:
        for _ in range(3):
            right = await ways.ordinarily(PAT, KIND)
        budgets = ways.wire.app.state.threshold.familiar._prompting._toll.budgets  # noqa: SLF001  # theirs alone
        (payer,) = [of for of in spent(ways.wire) if of.startswith("customer:")]
        budgets._owed[payer] = 7  # noqa: SLF001  # as above
        told = [await ways.with_their_head(PAT, KIND) for _ in range(2)]
        assert [of.points - right.points for of in told] == [7, 0]
        assert ways.is_at_once
