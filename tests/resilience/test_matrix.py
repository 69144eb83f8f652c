"""What becomes of each route when each neighbour fails: the table of docs/operators/outages.md.

UP-26, and of it WH-16: refused or finished later, never twice, never half.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cache import generations, memory, shared
from tests.databases import postgresql
from tests.own_redis import HOW, redis_running
from tests.resilience.weather import PLACES, Trouble
from tests.resilience.world import FRESH_SECONDS, HOLD_SECONDS, ROUTES, World, world

__all__ = ["postgresql"]

PAGE = Path(__file__).parents[2] / "docs" / "operators" / "outages.md"
TRIES = 6
MEANINGS = {
    "answered": {"answered"},
    "older": {"older"},
    "paid": {"SUCCEEDED"},
    "refused": {"UPSTREAM_UNAVAILABLE", "503"},
    "unknown": {"UPSTREAM_UNAVAILABLE", "TIMEOUT"},
}
NOTHING_CHARGED = "NOT_AVAILABLE"
GOOD = {"answered", "older", "SUCCEEDED"}
REMEMBERED = {"token endpoint", "identity provider"}
WELL = ["answered", "answered", "SUCCEEDED", "answered", "answered"]

Row = tuple[str, Trouble, list[str]]


def _rows() -> Iterator[Row]:
    """Read the table of the page."""
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 + len(ROUTES) and cells[1] in {trouble.value for trouble in Trouble}:
            yield cells[0], Trouble(cells[1]), cells[2:]


TABLE = list(_rows())


def test_every_neighbour_stands_in_the_table_with_every_trouble() -> None:
    neighbours = (*PLACES, "Redis", "database")
    assert [(of, trouble) for of, trouble, _ in TABLE] == [
        (of, trouble) for of in neighbours for trouble in Trouble
    ]


@pytest.mark.parametrize(
    ("neighbour", "trouble", "told"), TABLE, ids=[f"{of} {t.value}" for of, t, _ in TABLE]
)
async def test_up26_what_the_page_tells_is_what_happens(
    postgresql: str,
    neighbour: str,
    trouble: Trouble,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generations, "HOLD_SECONDS", HOLD_SECONDS)
    monkeypatch.setattr(memory, "HOLD_SECONDS", HOLD_SECONDS)
    monkeypatch.setattr(shared, "_HOLD_MS", round(HOLD_SECONDS * 1000))
    if neighbour != "Redis":  # what it is too late to remember, nobody is told when all is slow
        monkeypatch.setattr(shared, "PATIENCE_SECONDS", 5.0)
    async with redis_running() as redis:
        if redis is None:
            pytest.skip(HOW)
        async with world(postgresql, redis.url) as opened:
            await asyncio.sleep(FRESH_SECONDS + 0.1)
            opened.spoil(neighbour, trouble)
            for (name, route), word in zip(ROUTES.items(), told, strict=True):
                found = await route(opened)
                if word == "in the end":
                    assert await _in_the_end(opened, name, found), name
                else:
                    assert found in MEANINGS[word], f"{name}: {found}"
            assert bool(opened.met()) is (neighbour not in REMEMBERED)
            opened.clear()
            await asyncio.sleep(FRESH_SECONDS + 0.1)
            assert [await route(opened) for route in ROUTES.values()] == WELL
            assert await opened.charges() == [("CHARGE", "436.50")]


async def _in_the_end(opened: World, name: str, found: str) -> bool:
    """Does it work when it is asked again, having failed as it may?"""
    for _ in range(TRIES):
        if found in GOOD:
            return True
        assert found in MEANINGS["refused"] | MEANINGS["unknown"] | {NOTHING_CHARGED}, found
        found = await ROUTES[name](opened)
    return False
