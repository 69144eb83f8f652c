"""Edges are answered for all parents at once, and each parent gets its own answer (decision 17)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from resolvers.access import NOWHERE
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.policy import Policy
from resolvers.viewer import ANONYMOUS


class Parent:
    """Something short-lived that is told apart by where it lies in memory."""

    def __init__(self, name: int) -> None:
        self.name = name


async def names_of(parents: Sequence[Parent], _context: Context) -> list[int]:
    return [parent.name for parent in parents]


async def test_no_parent_is_answered_with_anothers_edge() -> None:
    context = Context(ANONYMOUS, datetime.now(UTC), cast("Doors", None), Policy(), NOWHERE)
    told = [await context.each(names_of, Parent(name)) for name in range(500)]
    assert told == list(range(500))
