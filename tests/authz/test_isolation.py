"""AZ-28, AZ-29: what one request learned is gone with it, and requests side by side never mix."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from strawberry.dataloader import DataLoader

from resolvers import context as contexts
from resolvers.asking import Asking
from tests.authz.walk import found_in
from tests.authz.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCREENS = """{ viewer { email customers { nodes { __typename id name accessLevel totalDue } }
  invoices(first: 100) { totalCount nodes { __typename id total job { __typename id } } }
  equipment(first: 100) { nodes { __typename id location { __typename id } } }
  memberships { nodes { __typename id price } } unscheduledVisits { __typename id }
  jobs(tab: COMPLETED, first: 20) { totalCount nodes { __typename id total workSummary
    invoices { __typename id } appointments { __typename id } } } } }"""
SIDE_BY_SIDE = ["OWNER", "OTHER_OWNER", "NON_BILLING", "TENANT", "PLACE_WITH_BILLING", "VIEW_AS"]
REQUESTS, AT_ONCE = 200, 20


async def mixed_up(world: World, requests: int = REQUESTS) -> list[str]:
    """Let requests of six viewers run side by side; return whose answers were not their own."""
    alone = {kind: (await world.ask(kind, SCREENS)).without_cost for kind in SIDE_BY_SIDE}
    turns = asyncio.Semaphore(AT_ONCE)
    dice = Random(29)  # noqa: S311  # turns, not secrets

    async def ask(turn: int) -> str | None:
        kind = SIDE_BY_SIDE[turn % len(SIDE_BY_SIDE)]
        async with turns:
            await asyncio.sleep(dice.random() / 50)
            told = (await world.ask(kind, SCREENS)).without_cost
        oracle = world.oracle(kind)
        is_own = all(oracle.sees(of, key) for of, key in found_in(told))
        return None if is_own and told == alone[kind] else kind

    answers = await asyncio.gather(*(ask(turn) for turn in range(requests)))
    return [kind for kind in answers if kind is not None]


async def test_az29_two_hundred_requests_side_by_side_each_tell_their_own(world: World) -> None:
    assert await mixed_up(world) == []


@contextmanager
def shared(name: str) -> Iterator[None]:
    """Let every operation have this part of its context in common: the bug of AZ-28."""
    own, common = getattr(contexts.Context, name), dict[Any, Any]()
    setattr(contexts.Context, name, property(lambda _self: common))
    try:
        yield
    finally:
        setattr(contexts.Context, name, own)


async def test_az28_work_that_outlives_its_request_is_found_out(tmp_path: Path) -> None:
    # In a world of its own: what was told there wrongly may be remembered, and told again.
    async with open_world(tmp_path) as world:
        with shared("_works"):
            assert await mixed_up(world, AT_ONCE) != []


def alive() -> list[object]:
    """Return every operation's context, and all it was told, that is still held by something."""
    gc.collect()
    kinds = contexts.Context, Asking, DataLoader
    return [each for each in gc.get_objects() if isinstance(each, kinds)]


async def test_az28_nothing_told_outlives_its_request(world: World) -> None:
    await world.ask("OWNER", SCREENS)
    assert alive() == []


async def test_az28_and_one_that_did_would_be_found_out(world: World) -> None:
    kept: list[Asking] = []

    def asking(context: contexts.Context) -> Asking:
        kept.append(Asking(context.doors.records, context.usage))
        return kept[0]

    with pytest.MonkeyPatch.context() as way:
        way.setattr(contexts.Context, "_asking", property(asking))
        await world.ask("OWNER", SCREENS)
        assert any(isinstance(each, Asking) for each in alive())
    kept.clear()
    assert alive() == []
