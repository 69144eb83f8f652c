"""What one operation is told again of its viewer's shelf, and what it leaves there.

What is left there was done apart from the rest of the operation, in a context of its own, so that
all it read is known, and nothing else.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import msgspec

from adapters.cache.memory import weight_of
from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from resolvers.access import Reach
from resolvers.asking import Asking
from resolvers.at_once import at_once, is_in_vain
from resolvers.doors import Doors
from resolvers.pending import OnTheWay
from resolvers.policy import Policy
from resolvers.shelves import ENTRY, Part
from resolvers.viewer import Viewer

R = TypeVar("R")
Work = Callable[[Any], Awaitable[R]]

_READING: Final = 300


class Operation(Protocol):
    """What is asked of a Context."""

    @property
    def viewer(self) -> Viewer: ...  # noqa: D102  # as Context has it
    @property
    def reach(self) -> Reach: ...  # noqa: D102  # as Context has it
    @property
    def policy(self) -> Policy: ...  # noqa: D102  # as Context has it
    @property
    def doors(self) -> Doors: ...  # noqa: D102  # as Context has it
    @property
    def usage(self) -> Usage: ...  # noqa: D102  # as Context has it
    @property
    def pending(self) -> OnTheWay: ...  # noqa: D102  # as Context has it

    def apart(self) -> "Operation":
        """Return the same context for a part of the operation, that notes by itself."""


class Lasting:
    """One operation's way to its viewer's shelf; its `context` notes what it is told."""

    __slots__ = ("_asking", "_context", "_now", "_recall", "_shelf", "_told")

    def __init__(self, context: Operation, asking: Asking, now: datetime) -> None:
        self._context = context
        self._asking = asking
        self._now = now
        self._recall = context.doors.records.recall
        self._shelf = context.doors.shelves.of(
            context.viewer, context.reach, context.policy, context.pending.told
        )
        self._told: dict[Hashable, Part] = {}

    def find(self, key: Hashable) -> Part | None:
        """Return what this work came to before: in one operation it is always the same."""
        part = self._told.get(key)
        if part is not None:
            return part
        part = self._shelf.works.get(key)
        if part is None:
            return None
        if not self._stands(part):
            self._shelf.drop_work(key)
            return None
        if not self._takes(part):
            return None
        self._told[key] = part
        return part

    async def make(self, key: Hashable, work: Work[R]) -> R:
        """Do this work, and leave it to be told again where all that it read was noted."""
        part = await self._made(work, ())
        if part is None:
            return await work(self._context)
        if part.weight:
            self._told[key] = part
            self._shelf.put_work(key, part)
            self._weigh()
        made: R = part.value
        return made

    def page(self, listed: object, rows: Sequence[object]) -> Any:  # noqa: ANN401  # whatever they show
        """Return what these rows of this list show, as it was shown before; else None."""
        part = self._shelf.page(listed, rows)
        if part is None:
            return None
        if not self._stands(part):
            self._shelf.drop_page(listed, part)
            return None
        return part.value if self._takes(part) else None

    def is_worth_it(self, listed: object, rows: Sequence[object]) -> bool:
        """Should it be kept what these rows show?"""
        return self._shelf.is_worth_it(listed, rows)

    async def show(self, listed: object, rows: Sequence[object], work: Work[R]) -> R | None:
        """Return what these rows of this list show, and leave it; None where that has to wait.

        None too where it shows nothing, or the operation was told otherwise. It raises what `work`
        raises.
        """

        async def now() -> Part | None:
            return await self._made(work, rows)

        part = await at_once(now, _nothing)
        if part is None or part.value is None:
            return None
        if part.weight:
            self._shelf.put_page(listed, part)
            self._weigh()
        shown: R = part.value
        return shown

    async def _made(self, work: Work[R], rows: Sequence[object]) -> Part | None:
        """Do this work apart; None where the operation was told otherwise. What lasts not weighs 0.

        What has to wait is not done here.
        """
        context, usage = self._context.apart(), self._context.usage
        readings = context.usage.readings or Readings()
        part = Part(None, [*rows], readings, 0, context.pending)
        try:
            part.value = await work(context)
        finally:
            part.saved = context.usage.saved
            if not is_in_vain():  # else it is done once more, and noted then
                self._note(part)
            usage.calls += context.usage.calls
            usage.tell_age(context.usage.stale_seconds)
            context.usage.end()
        if is_in_vain() or not self._asking.takes(readings):
            return None
        if readings.is_all and not context.usage.stale_seconds:
            part.weight = _weight(part)
        return part

    def _stands(self, part: Part) -> bool:
        """Would it come to the same now, made of what memory tells?"""
        until = part.readings.until
        if until is not None and self._now >= until:
            return False
        if part.proof is not None and self._recall.holds(part.proof):
            self._recall.count(part.proof)
            return True
        part.proof = self._recall.proves(part.readings)
        return part.proof is not None

    def _takes(self, part: Part) -> bool:
        """Take in what it was made of, unless the operation was told otherwise."""
        if not self._asking.takes(part.readings):
            return False
        self._note(part)
        self._context.doors.shelves.told += 1
        return True

    def _note(self, part: Part) -> None:
        usage = self._context.usage
        usage.saved += part.saved
        if usage.readings is not None:
            usage.readings.take_in(part.readings)
        self._context.pending.take_over(part.pending)

    def by_rights(self, key: Hashable) -> Any:  # noqa: ANN401  # whatever was kept
        """Return what was kept under this key, None where nothing was."""
        found = self._shelf.by_rights.get(key)
        if found is not None and self._context.usage.readings is not None:
            self._context.usage.readings.by_rights = True
        return found

    def keep_by_rights(self, key: Hashable, value: object, weight: int) -> None:
        """Keep what changes with the revision of rights alone."""
        self._shelf.by_rights[key] = value
        self._shelf.weight += ENTRY + weight
        self._weigh()

    def _weigh(self) -> None:
        self._context.doors.shelves.weigh(self._context.viewer, self._shelf)


async def _nothing() -> None:
    """Make nothing: it would have to wait."""


def _weight(part: Part) -> int:
    """Reckon what is held: rows that memory may have let go of are held here.

    What fails lasts not.
    """
    if isinstance(part.value, list) and any(isinstance(one, BaseException) for one in part.value):
        return 0
    weight = float(ENTRY)
    if isinstance(part.value, msgspec.Raw):
        weight += len(bytes(part.value))
    for reading in part.readings:
        rows = [row for rows in reading.answers.values() for row in rows]
        weight += _READING * (len(reading.answers) + len(rows))
        if rows:
            weight += weight_of(len(msgspec.json.encode(rows[0]))) * len(rows)
    return int(weight)
