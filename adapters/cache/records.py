"""The one door through which rules reach ServiceTitan's rows: remembered, or asked for once."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from adapters.cache.ages import Ages
from adapters.cache.changes import Changes, Question
from adapters.cache.counts import Counts
from adapters.cache.failing import is_anothers, may_be_asked_again
from adapters.cache.fills import Found, Held, Rows, projected
from adapters.cache.flights import Flights
from adapters.cache.gathering import Gathering, Upstream
from adapters.cache.interest import Interest
from adapters.cache.recall import Recall
from adapters.cache.refusals import Refusals
from adapters.cache.seeking import Intent, Landed, Seeker
from adapters.cache.store import Store
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import BudgetSpent, UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Ask, Resource

M = TypeVar("M", bound=Model)
_Question = tuple[Ask[Any], Intent]

AFTER_FAILURE_SECONDS = 5.0
"""For how long what could not be read again behind an answer is not tried again behind one."""


class Records:
    """ServiceTitan's rows, whoever asks: who may see which is decided above this door.

    Fresh answers come from memory; older ones too, while they are read again behind; past that the
    reader waits, and is given what is remembered only where ServiceTitan fails (decision 8).
    """

    def __init__(
        self,
        upstream: Upstream,
        store: Store,
        ages: Callable[[str], Ages],
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        counts: Counts | None = None,
    ) -> None:
        self.counts = counts or Counts()
        self._store = store
        self._clock = clock
        self._chance = chance
        self._gathering = Gathering(upstream)
        self._seeker = Seeker(store, self._gathering, ages, clock, chance)
        self._flights: Flights[_Question, Landed] = Flights()
        self._just_failed = Refusals(AFTER_FAILURE_SECONDS, clock=clock)
        self._changes = Changes(store, self._seeker)
        self.recall = Recall(store, clock, chance, self.counts)

    async def rows(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        usage: Usage,
        *,
        anew: bool = False,
    ) -> list[Rows[M] | UpstreamError]:
        """Answer, for each value, "every row of the resource whose `by` is this value".

        A question that fails is answered by its error, and takes no other down with it.
        With `anew` nothing remembered counts: the question is asked as though nothing were known.
        """
        if resource.source is not None:
            made = await self.rows(resource.source, by, values, usage, anew=anew)
            return [of if isinstance(of, UpstreamError) else projected(resource, of) for of in made]
        known: dict[int, Rows[M] | UpstreamError] = {}
        if not anew:
            known.update(await self.at_hand(resource, by, values, usage))
        unknown = [value for value in values if value not in known]
        if unknown:
            self.counts.asked[resource.name] += len(unknown)
            intent = Intent.ANEW if anew else Intent.READ
            known |= await self._flown(resource, by, unknown, intent, usage)
        return [known[value] for value in values]

    async def at_hand(
        self, resource: Resource[M], by: str, values: Sequence[int], usage: Usage
    ) -> dict[int, Rows[M]]:
        """Return the answers, of those that `rows` gives, that nobody need be asked for."""
        if resource.source is not None:
            made = await self.at_hand(resource.source, by, values, usage)
            return {value: projected(resource, rows) for value, rows in made.items()}
        near = await self._store.near(resource, by, values)
        known = self._known(resource, by, near, usage) if near else {}
        usage.saved += len(known)
        return known

    async def remembered(
        self, resource: Resource[M], ids: Sequence[int], *, failing: bool = False
    ) -> dict[int, M]:
        """Return the rows that may be answered without asking anybody, of those named.

        With `failing` those too that are answered only because ServiceTitan just failed. What is
        used of them is told by `used`.
        """
        found = await self._remembered(resource, ids)
        now = self._clock()
        if failing:
            return {of: row.row for of, row in found.items() if now < row.life.fail_until}
        return {of: row.row for of, row in found.items() if now < row.life.refresh_until}

    async def _remembered(self, resource: Resource[Any], ids: Sequence[int]) -> dict[int, Held]:
        near = await self._store.near_by_id(resource, ids)
        if len(near) == len(ids) or "id" not in resource.keys:
            return near
        rest = [of for of in ids if of not in near]
        far = await self._store.far(resource, "id", rest, "")
        return near | {
            of: Held(told.rows[0], told.life) for of, told in far.found.items() if told.rows
        }

    async def used(self, resource: Resource[Any], ids: Sequence[int], usage: Usage) -> None:
        """Note that these remembered rows were answered; what is no longer fresh is read again."""
        held = await self._remembered(resource, ids) if ids else {}
        now = self._clock()
        age = sum(now - row.life.born for row in held.values())
        self.counts.answer(resource.name, len(held), age)
        due = [of for of, row in held.items() if row.life.is_due(now, self._chance)]
        for of in due:
            self._tell_age(now - held[of].life.fresh_until, usage)
        if due:
            self._read_behind(resource, "id", due)

    async def fresh(
        self,
        resource: Resource[M],
        ids: Sequence[int],
        usage: Usage,
        priority: Priority = Priority.MONEY,
    ) -> list[M | UpstreamError | None]:
        """Ask ServiceTitan itself for these rows, None where there is none: for money.

        Nothing remembered is answered, and no question that is under way already is joined.
        """
        expected = -(-len(set(ids)) // resource.keys["id"].block)
        if usage.room(expected) < expected:
            return [BudgetSpent(usage.ceiling or 0)] * len(ids)
        wanted = list(dict.fromkeys(ids))
        usage.flying += expected
        try:
            told = await self._seeker.seek(resource, "id", wanted, Intent.ANEW, priority)
        finally:
            usage.flying -= expected
        for answer in told.values():
            _charge(usage, answer.cost)
        return [_one(told[of].rows) for of in ids]

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[Question] = (),
        *,
        every_question: bool = False,
    ) -> None:
        """Forget these rows, at once and in every worker, and once more when 5 s have passed.

        Lists that hold them are asked again; those they may enter only where `questions` (by,
        value) names them, or every question of the resource is to be forgotten. Raises
        `CacheUnavailable` where the other workers could not be told.
        """
        named = resource.source or resource
        await self._changes.forget(named, ids, questions, every_question=every_question)

    async def changed(self, resource: Resource[Any], ids: Sequence[int]) -> Sequence[Any]:
        """Forget these rows, read them again, and forget every question they now answer.

        Returns the rows that could be read, as the resource's source has them: then no worker
        answers with what was before, or will within a second. Where one cannot be read again, every
        question of its resource is forgotten. Raises `CacheUnavailable` where the other workers
        could not be told.
        """
        return await self._changes.changed(resource.source or resource, ids)

    def end(self, usage: Usage) -> None:
        """Take in that an operation is over: what it alone waits for is called off (GD-20)."""
        usage.end()
        if usage.place is not None:
            self._gathering.leave(usage.place)

    async def aclose(self) -> None:
        """End the flights that are still under way, and what runs beside."""
        await self._changes.aclose()
        await self._flights.aclose()
        await self._gathering.aclose()
        await self._store.aclose()

    def _known(
        self, resource: Resource[M], by: str, near: Mapping[int, Found], usage: Usage
    ) -> dict[int, Rows[M]]:
        """Which of these may be answered now? What is due is read again behind the answer."""
        now, born = self._clock(), 0.0
        known: dict[int, Rows[M]] = {}
        due = []
        for value, (rows, life) in near.items():
            if now >= life.refresh_until:
                continue
            known[value] = rows
            usage.told(resource, by, value, rows)
            born += life.born
            if life.is_due(now, self._chance):
                self._tell_age(now - life.fresh_until, usage)
                due.append(value)
        self.counts.answer(resource.name, len(known), now * len(known) - born)
        if due:
            self._read_behind(resource, by, due)
        return known

    def _tell_age(self, seconds: float, usage: Usage) -> None:
        if seconds > 0:
            usage.tell_age(seconds)
            self.counts.stale += 1

    def _read_behind(self, resource: Resource[Any], by: str, values: Sequence[int]) -> None:
        """Begin to read these again for whoever asks next, unless it is or was just tried."""
        moment = self._store.moves(resource.name)
        questions = [
            (ask, Intent.REFRESH)
            for ask in (Ask(resource, by, value) for value in values)
            if ask not in self._just_failed
            and not self._flights.is_under_way((ask, Intent.READ), moment)
            and not self._flights.is_under_way((ask, Intent.REFRESH), moment)
        ]
        if questions:
            self.counts.refreshes += len(questions)
            start = partial(self._start, resource, by, Intent.REFRESH, Priority.REFRESH, None)
            self._flights.join(questions, start, moment)

    async def _flown(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        intent: Intent,
        usage: Usage,
    ) -> dict[int, Rows[M] | UpstreamError]:
        """Answer what memory cannot: within the operation's ceiling, and the old where it fails."""
        usage.asks()
        moment = self._store.moves(resource.name)
        questions = {value: (Ask(resource, by, value), intent) for value in values}
        joinable = {v for v, q in questions.items() if self._flights.is_under_way(q, moment)}
        new = [value for value in questions if value not in joinable]
        block = resource.keys[by].block if by in resource.keys else 1
        expected = usage.room(-(-len(new) // block))
        flying = joinable.union(new[: expected * block])
        start = partial(self._start, resource, by, intent, Priority.PEOPLE, usage.place)
        asked = [questions[value] for value in values if value in flying]
        usage.flying += expected
        try:
            futures, joined = self._flights.join(asked, start, moment)
            usage.saved += joined
            await self._flights.landed(futures, usage)
        finally:
            usage.flying -= expected
        answers: dict[int, Rows[M] | UpstreamError] = {
            value: BudgetSpent(usage.ceiling or 0) for value in values if value not in flying
        }
        for (ask, _), future in zip(asked, futures, strict=True):
            answers[ask.value] = self._landed(ask, future.result(), usage)
        others = [value for value in flying if is_anothers(answers[value], usage)]
        if others:
            answers |= await self._flown(resource, by, others, intent, usage)
        if intent is Intent.READ:
            answers |= await self._lasting(resource, by, answers, usage)
        return answers

    def _landed(self, ask: Ask[M], told: Landed, usage: Usage) -> Rows[M] | UpstreamError:
        _charge(usage, told.cost)
        if told.life is not None:
            now = self._clock()
            self._tell_age(now - told.life.fresh_until, usage)
            if told.life.is_due(now, self._chance):
                self._read_behind(ask.resource, ask.by, [ask.value])
        return told.rows

    async def _lasting(
        self,
        resource: Resource[M],
        by: str,
        answers: Mapping[int, Rows[M] | UpstreamError],
        usage: Usage,
    ) -> dict[int, Rows[M]]:
        """Find what is still remembered of the questions that ServiceTitan failed to answer."""
        failed = [value for value, told in answers.items() if may_be_asked_again(told)]
        if not failed:
            return {}
        found = await self._store.near(resource, by, failed)
        rest = [value for value in failed if value not in found]
        if rest:
            found |= (await self._store.far(resource, by, rest, "")).found
        now = self._clock()
        lasting = {value: told for value, told in found.items() if now < told.life.fail_until}
        for told in lasting.values():
            self.counts.lasting += 1
            self._tell_age(now - told.life.fresh_until, usage)
        return {value: told.rows for value, told in lasting.items()}

    async def _start(
        self,
        resource: Resource[Any],
        by: str,
        intent: Intent,
        priority: Priority,
        place: Place | None,
        questions: Sequence[_Question],
        interest: Interest,
    ) -> Mapping[_Question, Landed]:
        values = [ask.value for ask, _ in questions]
        told = await self._seeker.seek(resource, by, values, intent, priority, place, interest)
        if intent is Intent.REFRESH:
            for ask, _ in questions:
                if isinstance(told[ask.value].rows, UpstreamError):
                    self._just_failed.add(ask)
        return {(ask, intent): told[ask.value] for ask, _ in questions}


def _charge(usage: Usage, cost: Usage) -> None:
    """Count what a flight cost: told to the first reader that lands, not to each."""
    usage.calls += cost.calls
    cost.calls = 0


def _one(rows: Rows[M] | UpstreamError) -> M | UpstreamError | None:
    if isinstance(rows, UpstreamError):
        return rows
    return rows[0] if rows else None
