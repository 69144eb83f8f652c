"""Thousands of random valid documents: no accident, no canary, nobody else's record, own codes."""

import json
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st

from tests.authz.records import COLLECTIONS
from tests.authz.viewers import KINDS
from tests.authz.walk import SCHEMA, found_in
from tests.authz.world import Told, World, open_world
from tests.fuzz.asking import random_mutations, random_queries
from tests.long_runs import runs

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODES = {
    *("NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED", "BAD_USER_INPUT", "BAD_CURSOR"),
    *("LIMIT_EXCEEDED", "TIMEOUT"),
}
ASKING = st.sampled_from(sorted(KINDS))
CHANGING = st.sampled_from(
    ["ANONYMOUS", "OWNER", "NON_BILLING", "PAYMENT_LINK", "ESTIMATE_LINK", "STAFF", "VIEW_AS"]
)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A house, and what it is asked: one strategy for all examples, which is slow to make."""

    world: World
    documents: st.SearchStrategy[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def looking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    """A house that is only asked."""
    async with open_world(tmp_path_factory.mktemp("asked")) as opened:
        yield Asked(opened, random_queries(opened.records))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def changing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    """A house in which much is changed: every example runs in whatever state the last one left."""
    async with open_world(tmp_path_factory.mktemp("changed")) as opened:
        yield Asked(opened, random_mutations(opened.records))


async def asked(world: World, kind: str, document: str) -> Told:
    """Ask, and see that whatever came is an answer of the contract."""
    assert validate(SCHEMA, parse(document)) == []
    before = len(world.house.logs)
    told = await world.ask(kind, document)  # no canary in it, nor in the log
    assert told.status in {200, 401, 403}, told.text
    assert set(told.codes) <= CODES, (kind, told.codes, document)
    accidents = [line for line in world.house.logs[before:] if line["log_level"] in BAD]
    assert accidents == [], (kind, document)
    return told


@contextmanager
def telling(kind: str, document: str) -> Iterator[None]:
    """Write down who asked what where that fails, and why.

    Hypothesis asks it again and is given another document: of what failed it tells nothing.
    """
    try:
        yield
    except AssertionError as error:
        sys.stdout.write(f"{kind} asked, and {error}:\n{document}\n")
        raise


BAD = {"error", "critical", "exception"}


def sights(world: World, kind: str, told: Told) -> Iterable[tuple[str, str]]:
    """Return the records of ServiceTitan's in an answer that this viewer may not see."""
    oracle = world.oracle(kind)
    for of, key in found_in(told.data):
        if of in COLLECTIONS and not oracle.sees(of, key):
            yield of, key


@runs(40, 1, at_length=(5_000, 1))
@given(st.data())
async def test_any_query_is_answered_with_what_the_viewer_may_see(
    looking: Asked, data: st.DataObject
) -> None:
    kind, document = data.draw(ASKING), data.draw(looking.documents)
    with telling(kind, document):
        told = await asked(looking.world, kind, document)
        assert list(sights(looking.world, kind, told)) == []


@runs(30, 1, at_length=(3_000, 1))
@given(st.data())
async def test_any_mutation_is_done_or_refused(changing: Asked, data: st.DataObject) -> None:
    kind, document = data.draw(CHANGING), data.draw(changing.documents)
    with telling(kind, document):
        told = await asked(changing.world, kind, document)
        if kind in {"ANONYMOUS", "VIEW_AS"}:
            assert told.codes != [], told.text
            assert not any((json.loads(told.text).get("data") or {}).values())


async def test_a_record_out_of_sight_is_found_out(looking: Asked) -> None:
    theirs = {"data": {"node": {"__typename": "Customer", "id": "Q3VzdG9tZXI6MTAxMQ"}}}
    told = Told(200, json.dumps(theirs), {})
    assert list(sights(looking.world, "OWNER", told)) == [("Customer", "1011")]
