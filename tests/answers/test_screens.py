"""Which screens are told from kept answers: every page of the documentation, and what it leads to.

A question is asked three times: the first time its rows are read, the second it is answered from
memory, and kept; the third is told from what was kept, or runs, for the reason that stands here.
"""

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import pytest
import pytest_asyncio

from tests.answers.asking import KEEPING, PAT, Desk, open_desk
from tests.documented import pages, query_of, variables_of
from tests.house import gid

_JOBS: Final = """{ viewer { jobs(tab: %s, first: 20) { totalCount nodes {
    number tab appointments { date status } workSummary
    nextAppointment { date arrivalWindow { start end } technicians { name } } } } } }"""
MORE: Final[Mapping[str, tuple[str, dict[str, Any]]]] = MappingProxyType(
    {
        f"jobs {tab}": (_JOBS % tab, {})
        for tab in ("IN_PROGRESS", "ON_HOLD", "UPCOMING", "COMPLETED", "CANCELED")
    }
    | {
        "locations": ("{ viewer { locations { nodes { name } } } }", {}),
        "customers": ("{ viewer { customers { nodes { name totalDue } } } }", {}),
        "one record": (
            "query($id: ID!) { node(id: $id) { ... on Invoice { balance isOverdue } } }",
            {"id": gid("open-invoice")},
        ),
        "decided proposals": (
            "{ viewer { proposals(first: 20, status: ACCEPTED) { nodes { name } } } }",
            {},
        ),
        "visits of memberships": (
            "{ viewer { memberships(first: 5) { nodes { visits { nodes { name } } } } } }",
            {},
        ),
    }
)
RUNS: Final = MappingProxyType(
    {
        "pay-quote": "what is to be paid is read afresh",
        "payments": "the ledger tells payments, and its revision not each of their steps",
    }
)


def questions() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return every question of the screens, by the page it stands on."""
    texts = {page.stem: page.read_text("utf-8") for page in pages()}
    asked = {name: (query_of(text), variables_of(text)) for name, text in texts.items()}
    return {
        name: of for name, of in asked.items() if not of[0].lstrip().startswith("mutation")
    } | dict(MORE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(PAT, told=KEEPING) as desk:
        yield desk


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", questions())
async def test_a_screen_asked_again_is_told_from_what_was_kept(desk: Desk, name: str) -> None:
    query, variables = questions()[name]
    first = [await desk.house.ask(PAT, query, **variables) for _ in range(2)]
    await desk.hows()
    third = await desk.house.ask(PAT, query, **variables)
    assert await desk.hows() == {"run" if name in RUNS else "kept": 1}
    assert "errors" not in third
    assert first == [third, third]


def test_each_reason_is_of_a_question() -> None:
    assert RUNS.keys() <= questions().keys()
