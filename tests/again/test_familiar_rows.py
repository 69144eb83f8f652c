"""What is made anew of remembered rows is told at once, too: no part of it stands on a shelf."""

from pathlib import Path

import pytest

from tests.again.both_ways import WARM, Ways, counting
from tests.again.wire import open_wire
from tests.answers.asking import PAT
from tests.house import gid

SIDE_BY_SIDE = (
    "query { viewer { tasks { count totalDue } } }",
    "query { viewer { equipment { nodes { serviceHistory { nodes { number tab } } } } } }",
    "query { viewer { serviceAgreements { nodes { visits { nodes { name status } } } } } }",
    "query { viewer { memberships { nodes { visits { nodes { name status } } } } } }",
    "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Invoice { number } } }",
)
"""What is looked up for several at a time, and beside something else."""


@pytest.mark.parametrize("query", SIDE_BY_SIDE)
async def test_what_is_looked_up_side_by_side_is_told_at_once(tmp_path: Path, query: str) -> None:
    ids = [gid(of) for of in ("open-invoice", "overdue-invoice")]
    variables = {"ids": ids} if "$ids" in query else None
    async with open_wire(tmp_path, PAT, policy=counting()) as wire:
        await wire.meets(PAT)
        ways = Ways(wire)
        for _ in range(WARM):
            right = await ways.ordinarily(PAT, query, variables=variables)
        wire.forgets_parts()
        told = await ways.with_their_head(PAT, query, variables=variables)
        assert (told, ways.is_at_once) == (right, True)
