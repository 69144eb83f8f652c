"""What is answered without waiting is no task of its own, and nobody is told less for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from adapters.ledger.pending_amounts import Pending
from gateway.answers.questions import Grounds, Person, Question
from gateway.answers.said import Said
from gateway.answers.together import Landed, Together
from resolvers.access import Reach
from resolvers.policy import Policy
from resolvers.viewer import ViewerKind

POLICY, PENDING = Policy(), Pending(0)
PAT = Person(ViewerKind.CUSTOMER, "pat", None, None)


@dataclass
class Counter:
    """Begins executions of one question, and notes in which tasks they ran."""

    together: Together = field(default_factory=Together)
    tasks: list[asyncio.Task[Any] | None] = field(default_factory=list)
    waits: bool = False
    by_rights: bool = False

    async def ask(self, revision: int = 0) -> Landed:
        """Ask, going by rights of this revision."""
        grounds = Grounds(Reach(revision=revision), POLICY, PENDING)
        question = Question(PAT, "{ viewer { email } }", None, "null", "null")
        return await self.together.answer(question, grounds, 0, self._start, Usage())

    async def ran(self) -> bool:
        """Ask; was it answered in the task of whoever asked?"""
        await self.ask()
        return self.tasks[-1] is asyncio.current_task()

    async def _start(self, readings: Readings) -> Said:
        self.tasks.append(asyncio.current_task())
        readings.by_rights = self.by_rights
        if self.waits:
            await asyncio.sleep(0)
        return Said()


async def shared(counter: Counter, revisions: Sequence[int]) -> list[bool]:
    """Ask side by side by these rights; which were told what was begun for another?"""
    told = await asyncio.gather(*(counter.ask(revision) for revision in revisions))
    return [landed.is_shared for landed in told]


async def test_only_what_was_answered_without_waiting_is_no_task_the_next_time() -> None:
    counter = Counter()
    assert [await counter.ran() for _ in range(3)] == [False, True, True]
    counter.waits = True
    assert [await counter.ran() for _ in range(3)] == [True, False, False]
    counter.waits = False
    assert [await counter.ran() for _ in range(2)] == [False, True]


async def test_what_has_to_wait_after_all_is_shared_again_from_the_next_on() -> None:
    counter = Counter()
    await counter.ask()
    assert await shared(counter, [0, 0]) == [False, False]
    counter.waits = True
    assert await shared(counter, [0, 0, 0]) == [False, False, True]
    assert await shared(counter, [0, 0, 0]) == [False, True, True]
    assert len(counter.together) == 0


@pytest.mark.parametrize(("by_rights", "is_shared"), [(True, False), (False, True)])
async def test_what_goes_by_the_revision_of_rights_is_shared_at_one_alone(
    *, by_rights: bool, is_shared: bool
) -> None:
    counter = Counter(waits=True, by_rights=by_rights)
    first = asyncio.create_task(counter.ask(1))
    for _ in range(2):
        await asyncio.sleep(0)
    second = asyncio.create_task(counter.ask(2))
    told = [(await asking).is_shared for asking in (first, second)]
    assert told == [False, is_shared]
