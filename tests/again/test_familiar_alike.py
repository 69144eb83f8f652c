"""What is told at once is what is told in the ordinary way: whoever asks, whatever they ask."""

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import example, given
from hypothesis import strategies as st

from tests.again.both_ways import Ways, counting
from tests.again.wire import open_wire
from tests.answers.asking import MORGAN, PAT, RILEY
from tests.documented import pages, query_of, variables_of
from tests.house import gid
from tests.long_runs import runs

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAM, CASEY, QUINN, NOBODY = (f"{of}@example.com" for of in ("sam", "casey", "quinn", "nobody"))
EVERYBODY = (PAT, RILEY, MORGAN, SAM, CASEY, QUINN, NOBODY)

AT_ONCE = {
    "equipment.md": {*EVERYBODY},
    "invoice.md": {PAT},
    "invoices.md": {PAT, RILEY, SAM, CASEY, NOBODY},
    "job.md": {PAT, RILEY},
    "jobs.md": {*EVERYBODY},
    "memberships.md": {*EVERYBODY},
    "my-tasks.md": {*EVERYBODY},
    "portal.md": {*EVERYBODY},
    "proposals.md": {*EVERYBODY},
    "service-agreements.md": {*EVERYBODY},
}
"""Who is told which screen at once, where memory holds it: the rest is refused, or read anew."""

LISTS = (
    """query($first: Int, $after: String, $last: Int, $before: String) { viewer {
      invoices(first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { id number balance }
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }""",
    """query($tab: JobTab!, $first: Int, $after: String) { viewer {
      jobs(tab: $tab, first: $first, after: $after) {
        totalCount nodes { id number tab type } pageInfo { endCursor } } } }""",
    """query($first: Int!, $more: Boolean!) { viewer { kind @skip(if: $more)
      equipment(first: $first) @include(if: $more) { nodes { id name } } } }""",
)
RECORDS = (
    """query($id: ID!) { node(id: $id) { id ... on Invoice { number balance }
      ... on Job { number } ... on Customer { name } } }""",
    """query($id: ID!, $more: Boolean! = true) { invoice(id: $id) {
      number total @include(if: $more) } }""",
    "query($id: ID!) { job(id: $id) { number tab } one: node(id: $id) { id } }",
)
PAGES = {page.name: page.read_text("utf-8") for page in pages()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ways(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ways]:
    folder = tmp_path_factory.mktemp("familiar")
    async with open_wire(folder, *EVERYBODY, policy=counting()) as wire:
        for email in EVERYBODY:
            await wire.meets(email)
        yield Ways(wire)


@pytest.mark.parametrize("page", [of for of in PAGES if query_of(PAGES[of])[:5] == "query"])
async def test_t1_every_screen_is_told_alike_to_everybody(ways: Ways, page: str) -> None:
    """Byte for byte; and no less is charged, counted or written down."""
    text = PAGES[page]
    told = {
        email
        for email in EVERYBODY
        if await ways.are_alike(email, query_of(text), variables_of(text))
    }
    assert told >= AT_ONCE.get(page, set()), told


IDS = st.sampled_from(
    [
        *map(gid, ("open-invoice", "overdue-invoice", "empty-invoice", "on-hold", "canceled")),
        *("SW52b2ljZTo1MDAzMDE", "Q3VzdG9tZXI6MTAwMQ", "Q3VzdG9tZXI6MTAxMg", "Sm9iOjMwMDMwMQ"),
        *("", "none", "SW52b2ljZTo", "x" * 2_000, "\u00e9\u0000"),
    ]
)
WRONG: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2.0, 2.5, 2**31, 10**17, "1", [], [1], [[None]], {}, {"a": 1}]),
    IDS,
)
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "first": st.integers(1, 101) | WRONG,
    "last": st.integers(1, 101) | WRONG,
    "after": st.sampled_from(["CURSOR", "CURSOR ", "eyJhIjoxfQ"]) | WRONG,
    "before": st.sampled_from(["CURSOR", "CURSOR "]) | WRONG,
    "tab": st.sampled_from(["UPCOMING", "COMPLETED", "upcoming"]) | WRONG,
    "more": st.booleans() | WRONG,
    "id": IDS | WRONG,
    "nothing": WRONG,
}
LIKELY = st.fixed_dictionaries(
    {"first": st.integers(1, 100), "id": IDS, "more": st.booleans(), "tab": st.just("COMPLETED")}
)


async def cursor_of(ways: Ways, email: str) -> str:
    """Return a cursor as it was once told to them."""
    query = "{ viewer { invoices(first: 1) { pageInfo { endCursor } } } }"
    told = (await ways.wire.oddly(query, email)).body
    return str(told["data"]["viewer"]["invoices"]["pageInfo"]["endCursor"])


@runs(120, 1, at_length=(5_000, 1))
@given(
    email=st.sampled_from([PAT, RILEY, MORGAN]),
    text=st.sampled_from([*LISTS, *RECORDS]),
    variables=LIKELY | st.fixed_dictionaries({}, optional=MEMBERS) | st.none(),
)
@example(PAT, LISTS[0], {"first": 2, "after": "CURSOR"})
@example(PAT, LISTS[0], {"first": 2, "after": "CURSOR "})
@example(PAT, LISTS[1], {"first": "1"})
@example(RILEY, RECORDS[0], {"id": gid("open-invoice")})
@example(MORGAN, RECORDS[0], {"id": gid("open-invoice")})
@example(PAT, RECORDS[2], {"id": "x" * 2_000})
async def test_whatever_the_variables_are_it_is_told_alike(
    ways: Ways, email: str, text: str, variables: dict[str, Any] | None
) -> None:
    """An answer, its status, its line in the log, and what was charged for it."""
    cursor = await cursor_of(ways, PAT)  # of Pat's, whoever asks
    told = {
        name: cursor + value[6:] if str(value).startswith("CURSOR") else value
        for name, value in (variables or {}).items()
    }
    await ways.are_alike(email, text, None if variables is None else told)


async def test_many_of_these_were_told_at_once(ways: Ways) -> None:
    cursor = await cursor_of(ways, PAT)
    for count in range(1, 101, 9):
        assert await ways.are_alike(PAT, LISTS[0], {"first": count, "after": cursor})
        assert await ways.are_alike(RILEY, LISTS[1], {"first": count, "tab": "COMPLETED"})
        assert await ways.are_alike(MORGAN, LISTS[2], {"first": count, "more": bool(count % 2)})
    assert await ways.are_alike(PAT, RECORDS[0], {"id": gid("open-invoice")})
    assert await ways.are_alike(RILEY, RECORDS[2], {"id": gid("on-hold")})


async def test_az1_what_is_somebody_else_s_is_as_what_there_is_not_and_costs_the_same(
    ways: Ways,
) -> None:
    told = defaultdict(set)
    for name in (gid("open-invoice"), "SW52b2ljZTo5OTk5OTk"):
        for email in (MORGAN, QUINN, CASEY):
            assert not await ways.are_alike(email, RECORDS[0], {"id": name})
            seen = await ways.with_their_head(email, RECORDS[0], variables={"id": name})
            assert b'"NOT_FOUND"' in seen.told
            told[email].add((seen.told, seen.operations, seen.points, seen.line["calls"]))
    assert {email: len(of) for email, of in told.items()} == {MORGAN: 1, QUINN: 1, CASEY: 1}
