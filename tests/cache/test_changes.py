"""What is forgotten when something changed, word for word: at once, and once more later."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from adapters.cache.changes import AGAIN_SECONDS, SLOT_SECONDS, Changes, questions_of
from adapters.cache.errors import CacheUnavailable
from adapters.cache.fills import Forgotten
from adapters.cache.seeking import Intent, Landed, Seeker
from adapters.cache.store import Store
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import UpstreamUnavailable
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.recurring_service_events import RECURRING_SERVICE_EVENTS as EVENTS
from adapters.servicetitan.resource import Resource
from tests.cache.world import event, job
from tests.virtual_time import in_virtual_time

AWAY = UpstreamUnavailable("It is away.")
LATER = AGAIN_SECONDS + SLOT_SECONDS
"""By then a change is done once more, whenever in its half second it was."""


class Kept:
    """A store and its seeker that write down what they are told; `broken` is a Redis away."""

    def __init__(self) -> None:
        self.forgotten: list[Forgotten] = []
        self.sought: list[tuple[Any, ...]] = []
        self.rows: dict[int, tuple[Any, ...] | UpstreamUnavailable] = {}
        self.broken = False

    async def forget(self, what: Forgotten) -> None:
        """Forget it."""
        if self.broken:
            raise CacheUnavailable("Redis does not answer.")
        self.forgotten.append(what)

    async def seek(
        self, resource: Resource[Any], by: str, values: Sequence[int], *how: object
    ) -> dict[int, Landed]:
        """Answer with the rows that there are."""
        self.sought.append((resource.name, by, tuple(values), *how))
        return {of: Landed(self.rows.get(of, ()), Usage()) for of in values}

    def now(self) -> list[Forgotten]:
        """Return what was forgotten since the last time."""
        told, self.forgotten = self.forgotten, []
        return told


def told(doing: Any) -> None:  # noqa: ANN401  # a coroutine function of the two
    """Let it have its way with changes to a store, and end them."""

    async def whole() -> None:
        kept = Kept()
        changes = Changes(cast("Store", kept), cast("Seeker", kept))
        await cast("Coroutine[Any, Any, None]", doing(kept, changes))
        await changes.aclose()

    in_virtual_time(whole())


def test_records_are_forgotten_with_that_there_were_none_now_and_once_more() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await changes.forget(JOBS, [11, 12], [("customer_id", 1)])
        by_id = (("id", 11), ("id", 12))
        what = Forgotten("jobs", (11, 12), (*by_id, ("customer_id", 1)))
        assert kept.now() == [what]
        await asyncio.sleep(AGAIN_SECONDS - 0.1)
        assert kept.now() == []
        await asyncio.sleep(LATER)
        assert kept.now() == [what]
        await asyncio.sleep(10 * LATER)
        assert (kept.now(), kept.sought) == ([], [])

    told(story)


def test_records_that_nobody_asks_for_by_id_have_no_such_question() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await changes.forget(PAYMENTS, [5])
        assert kept.now() == [Forgotten("payments", (5,))]
        await changes.changed(PAYMENTS, [6])
        assert kept.now() == [
            Forgotten("payments", (6,)),
            Forgotten("payments", every_question=True),
        ]
        assert kept.sought == []

    told(story)


@pytest.mark.parametrize(
    ("ids", "questions", "every"),
    [((), (("customer_id", 1),), False), ((), (), True), ((11,), (), False), ((), (), False)],
)
def test_each_by_itself_is_forgotten_once_more(
    ids: tuple[int, ...], questions: tuple[tuple[str, int], ...], *, every: bool
) -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await changes.forget(JOBS, ids, questions, every_question=every)
        (at_once,) = kept.now()
        assert at_once.every_question is every
        await asyncio.sleep(LATER)
        assert kept.now() == ([at_once] if ids or questions or every else [])

    told(story)


def test_what_changes_within_half_a_second_is_forgotten_once_more_together() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await asyncio.sleep(0.01)
        await changes.forget(JOBS, (), every_question=True)
        await changes.forget(JOBS, [11])
        await changes.forget(JOBS, [11], [("customer_id", 1)])
        await changes.forget(INVOICES, [7])
        kept.now()
        await asyncio.sleep(LATER)
        assert kept.now() == [
            Forgotten("jobs", (11,), (("id", 11), ("customer_id", 1)), every_question=True),
            Forgotten("invoices", (7,), (("id", 7),)),
        ]

    told(story)


def test_what_changes_later_is_forgotten_once_more_by_itself() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await asyncio.sleep(0.01)
        await changes.forget(JOBS, [11])
        await asyncio.sleep(SLOT_SECONDS)
        await changes.forget(JOBS, [12])
        kept.now()
        await asyncio.sleep(AGAIN_SECONDS)
        assert kept.now() == [Forgotten("jobs", (11,), (("id", 11),))]
        await asyncio.sleep(SLOT_SECONDS)
        assert kept.now() == [Forgotten("jobs", (12,), (("id", 12),))]

    told(story)


def test_a_change_is_read_anew_and_then_every_question_that_its_rows_name() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        kept.rows = {11: (job(11, 1),), 12: (job(12, 2),), 13: ()}
        assert await changes.changed(JOBS, [11, 12, 13]) == [job(11, 1), job(12, 2)]
        ids = Forgotten("jobs", (11, 12, 13), (("id", 11), ("id", 12), ("id", 13)))
        named = tuple(dict.fromkeys(questions_of(JOBS, [job(11, 1), job(12, 2)])))
        assert {("customer_id", 1), ("customer_id", 2)} <= set(named)
        assert "id" not in dict(named)
        once = [ids, Forgotten("jobs", questions=named)]
        assert kept.now() == once
        await asyncio.sleep(LATER)
        assert kept.now() == once
        sought = ("jobs", "id", (11, 12, 13), Intent.ANEW, Priority.WEBHOOK)
        assert kept.sought == [sought, sought]

    told(story)


def test_of_what_is_gone_no_question_is_forgotten_but_its_own() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        assert await changes.changed(JOBS, [11]) == []
        assert kept.now() == [Forgotten("jobs", (11,), (("id", 11),))]

    told(story)


def test_what_cannot_be_read_makes_every_question_unknown_and_the_rest_is_told() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        kept.rows = {11: (job(11, 1),), 12: AWAY}
        assert await changes.changed(JOBS, [11, 12]) == [job(11, 1)]
        named = tuple(dict.fromkeys(questions_of(JOBS, [job(11, 1)])))
        assert kept.now()[1:] == [Forgotten("jobs", questions=named, every_question=True)]

    told(story)


def test_what_does_not_say_which_question_it_answers_may_have_entered_any() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        what = Forgotten(EVENTS.name, (5,), (("id", 5),))
        every = Forgotten(EVENTS.name, every_question=True)
        kept.rows = {5: (event(5),)}
        assert await changes.changed(EVENTS, [5]) == [event(5)]
        assert kept.now() == [what, every]
        await changes.forget(EVENTS, [5])
        assert kept.now() == [replace(what, every_question=True)]
        await asyncio.sleep(LATER)
        assert kept.now() == [replace(what, every_question=True), what, every]

    told(story)


def test_a_store_that_is_away_when_it_is_done_once_more_is_written_down_and_no_more() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await changes.forget(JOBS, [11])
        kept.broken = True
        with capture_logs() as logs:
            await asyncio.sleep(LATER)
        assert logs == [
            {"event": "not forgotten once more", "resource": "jobs", "log_level": "warning"}
        ]
        with pytest.raises(CacheUnavailable):
            await changes.forget(JOBS, [12])
        with pytest.raises(CacheUnavailable):
            await changes.changed(JOBS, [12])
        kept.broken = False
        kept.now()
        await asyncio.sleep(LATER)
        assert kept.now() == []

    told(story)


def test_at_the_end_nothing_waits_to_be_done_once_more() -> None:
    async def story(kept: Kept, changes: Changes) -> None:
        await changes.forget(JOBS, [11])
        await asyncio.sleep(LATER)
        await changes.forget(JOBS, [12])
        assert len(asyncio.all_tasks()) == 2
        kept.now()
        await changes.aclose()
        assert len(asyncio.all_tasks()) == 1
        await asyncio.sleep(LATER)
        assert kept.now() == []

    told(story)
