"""Where rows are remembered: in this process alone, or in its memory in front of Redis."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from adapters.cache.fills import Began, Entry, Far, Fill, Forgotten, Found, Held
from adapters.cache.generations import Key
from adapters.cache.memory import Memory
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)


class Store(Protocol):
    """What `Records` remembers by. Ages are the reader's to judge: all that is there is given.

    `near` and `near_by_id` answer at once, from this process; `far` and `far_by_id` may ask others,
    and answer with nothing where those do not answer.
    """

    async def near(self, resource: Resource[M], by: str, values: Sequence[int]) -> dict[int, Found]:
        """Return the questions that this process remembers whole."""

    async def near_by_id(self, resource: Resource[M], ids: Sequence[int]) -> dict[int, Held]:
        """Return the rows that this process remembers."""

    async def far(self, resource: Resource[M], by: str, values: Sequence[int], token: str) -> Far:
        """Return what others remember, and which of the values nobody else is asking for now.

        Those are the caller's to ask, until it keeps a fill or gives them up under this token.
        Without a token nothing is taken.
        """

    async def begin(self, resource: Resource[Any]) -> Began | None:
        """Tell where the stores stand, for a fill that begins now; None: it may not be kept."""

    async def keep(self, fill: Fill[M], began: Began) -> None:
        """Put away what was not forgotten since the fill began, and give up what it had taken."""

    async def give_up(
        self, resource: Resource[Any], by: str, values: Sequence[int], token: str
    ) -> None:
        """Let others ask for what was taken under this token."""

    async def forget(self, what: Forgotten) -> None:
        """Forget this everywhere. Raises `CacheUnavailable` where others cannot be told."""

    def entries(self, keys: Iterable[Key]) -> list[Entry | None]:
        """Return what this process remembers under each of these keys; nothing it may not tell."""

    def writes(self) -> int | None:
        """Return what is another number once an entry may be another; None: none may be told."""

    def floor(self, resource: str) -> int:
        """Return the number below which no question of this resource is answered."""

    def moves(self, resource: str | None) -> Hashable:
        """Return what is another once something of this resource, or of any, was forgotten."""

    async def aclose(self) -> None:
        """Close connections and end what runs beside."""


class Alone:
    """One process that remembers by itself: every question is its own to ask."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.near = memory.answers
        self.near_by_id = memory.by_id
        self.entries = memory.entries
        self.writes = memory.writes
        self.floor = memory.floor
        self.moves = memory.moves

    async def far(self, resource: Resource[M], by: str, values: Sequence[int], token: str) -> Far:
        """Find nothing: there is no other store."""
        del by, token
        return Far(self.memory.began(resource), frozenset(values))

    async def begin(self, resource: Resource[Any]) -> Began | None:
        """Tell where memory stands."""
        return self.memory.began(resource)

    async def keep(self, fill: Fill[M], began: Began) -> None:
        """Put away what was not forgotten since the fill began."""
        await self.memory.keep(fill, began)

    async def give_up(
        self, resource: Resource[Any], by: str, values: Sequence[int], token: str
    ) -> None:
        """Do nothing: nothing is taken."""

    async def forget(self, what: Forgotten) -> None:
        """Forget it here, which is everywhere."""
        await self.memory.forget(what, self.memory.generations.next(what.resource))

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""
