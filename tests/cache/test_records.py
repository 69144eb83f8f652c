"""Rows remembered across requests: one flight for a question, and only what is whole is kept."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from adapters.cache.ages import Ages
from adapters.cache.opening import memory_records
from adapters.cache.records import Records
from adapters.cache.refusals import Refusals
from adapters.cache.usage import Usage
from adapters.servicetitan.client import Answer
from adapters.servicetitan.errors import UpstreamBusy, UpstreamError, UpstreamUnavailable
from adapters.servicetitan.invoices import INVOICES, Invoice, InvoiceJob
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.model import CustomerId, InvoiceId, JobId, LocationId
from adapters.servicetitan.named import Named
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.work_summaries import WORK_SUMMARIES, WorkSummary


def job(of: int, customer: int) -> Job:
    return Job(id=JobId(of), customer_id=CustomerId(customer), location_id=LocationId(1))


@dataclass
class Upstream:
    """A ServiceTitan of rows by customer, that can be made to wait and to fail."""

    rows: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    asked: list[tuple[str, str, list[int]]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failing: set[int] = field(default_factory=set)

    async def ask(
        self,
        resource: Resource[Any],
        by: str,
        values: Sequence[int],
        priority: Priority = Priority.PEOPLE,
        place: Place | None = None,
    ) -> Answer[Any]:
        """Answer as the client does, once the gate is open."""
        del priority, place
        self.asked.append((resource.name, by, list(values)))
        await self.gate.wait()
        failed = UpstreamUnavailable("It is away.")
        told: dict[int, Any] = {
            v: failed if v in self.failing else self._answer(resource, by, v) for v in values
        }
        return Answer(told, calls=len(values))

    async def admit(self, place: Place, subject: str) -> UpstreamBusy | None:
        """Let everybody ask."""
        del place, subject
        return None  # nobody is told to come again

    def leave(self, place: Place) -> None:
        """Keep nobody in a line."""

    def _answer(self, resource: Resource[Any], by: str, value: int) -> tuple[Any, ...]:
        every = (row for rows in self.rows.values() for row in rows)
        return tuple(row for row in every if value in resource.keys[by].answers(row))


@pytest.fixture
def upstream() -> Upstream:
    told = Upstream({1: (job(11, 1), job(12, 1)), 2: (job(21, 2),)})
    told.gate.set()
    return told


@pytest.fixture
async def records(upstream: Upstream) -> AsyncIterator[Records]:
    made = memory_records(upstream, lambda _kind: Ages())
    yield made
    await made.aclose()


def ids(answer: tuple[Any, ...] | UpstreamError) -> list[int]:
    assert not isinstance(answer, UpstreamError)
    return [row.id for row in answer]


async def test_a_question_is_asked_once_and_then_remembered(
    records: Records, upstream: Upstream
) -> None:
    usage = Usage()
    for _ in range(3):
        (answer,) = await records.rows(JOBS, "customer_id", [1], usage)
        assert ids(answer) == [11, 12]
    assert upstream.asked == [("jobs", "customer_id", [1])]
    assert usage == Usage(calls=1, saved=2)


async def test_ca1_two_hundred_readers_of_a_cold_question_make_one_call(
    records: Records, upstream: Upstream
) -> None:
    upstream.gate.clear()
    usages = [Usage() for _ in range(200)]
    readers = [
        asyncio.create_task(records.rows(JOBS, "customer_id", [1], usage)) for usage in usages
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    upstream.gate.set()
    assert {tuple(ids(answer)) for (answer,) in await asyncio.gather(*readers)} == {(11, 12)}
    assert len(upstream.asked) == 1
    assert sum(usage.calls for usage in usages) == 1
    assert sum(usage.saved for usage in usages) == 199


async def test_up22_a_reader_that_leaves_takes_no_other_down(
    records: Records, upstream: Upstream
) -> None:
    upstream.gate.clear()
    leader, follower = (
        asyncio.create_task(records.rows(JOBS, "customer_id", [1], Usage())) for _ in range(2)
    )
    await asyncio.sleep(0.01)
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    upstream.gate.set()
    ((answer),) = await follower
    assert ids(answer) == [11, 12]
    assert len(upstream.asked) == 1


async def test_a_failure_is_told_for_its_question_alone_and_remembered_for_nobody(
    records: Records, upstream: Upstream
) -> None:
    upstream.failing = {1}
    failed, whole = await records.rows(JOBS, "customer_id", [1, 2], Usage())
    assert isinstance(failed, UpstreamUnavailable)
    assert ids(whole) == [21]
    upstream.failing = set()
    answers = await records.rows(JOBS, "customer_id", [1, 2], Usage())
    assert [ids(answer) for answer in answers] == [[11, 12], [21]]
    assert upstream.asked == [("jobs", "customer_id", [1, 2]), ("jobs", "customer_id", [1])]


async def test_decision_6_a_row_that_no_longer_answers_falls_out(
    records: Records, upstream: Upstream
) -> None:
    await records.rows(JOBS, "customer_id", [1], Usage())
    upstream.rows = {2: (job(21, 2), job(12, 2))}  # job 12 moved to customer 2
    await records.rows(JOBS, "customer_id", [2], Usage())
    (answer,) = await records.rows(JOBS, "customer_id", [1], Usage())
    assert ids(answer) == [11]
    assert len(upstream.asked) == 2


async def test_an_unexpected_failure_is_told_to_everybody_aboard(
    records: Records, upstream: Upstream
) -> None:
    upstream.rows = {1: (object(),)}
    readers = [records.rows(JOBS, "customer_id", [1], Usage()) for _ in range(2)]
    told = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(error) for error in told] == [AttributeError, AttributeError]


async def test_anew_counts_nothing_remembered(records: Records, upstream: Upstream) -> None:
    await records.rows(JOBS, "customer_id", [1], Usage())
    await records.rows(JOBS, "id", [11], Usage(), anew=True)
    assert upstream.asked[1:] == [("jobs", "id", [11])]
    assert set(await records.remembered(JOBS, [11, 21])) == {11}


async def test_r58_work_summaries_are_made_of_invoices_and_share_their_call(
    records: Records, upstream: Upstream
) -> None:
    upstream.rows = {
        1: (
            Invoice(
                id=InvoiceId(5),
                customer=Named(id=1),
                job=InvoiceJob(id=JobId(11)),
                summary="Done.",
                balance=Decimal("436.50"),
            ),
            Invoice(id=InvoiceId(6), customer=Named(id=1), summary="Of no job."),
        )
    }
    (summaries,) = await records.rows(WORK_SUMMARIES, "customer_id", [1], Usage())
    assert summaries == (WorkSummary(id=InvoiceId(5), job_id=JobId(11), summary="Done."),)
    assert "436.50" not in repr(summaries)
    (invoices,) = await records.rows(INVOICES, "customer_id", [1], Usage())
    assert ids(invoices) == [5, 6]
    assert upstream.asked == [("invoices", "customer_id", [1])]
    (again,) = await records.rows(WORK_SUMMARIES, "customer_id", [1], Usage(), anew=True)
    assert again == summaries
    assert upstream.asked == [("invoices", "customer_id", [1])] * 2


async def test_readers_are_told_when_the_gateway_stops(
    records: Records, upstream: Upstream
) -> None:
    upstream.gate.clear()
    reader = asyncio.create_task(records.rows(JOBS, "customer_id", [1], Usage()))
    await asyncio.sleep(0.01)
    await records.aclose()
    with pytest.raises(UpstreamUnavailable, match="being restarted"):
        await reader


def test_a_refusal_is_believed_for_its_time_and_for_its_viewer_alone() -> None:
    now = [0.0]
    refusals = Refusals(seconds=30, most=2, clock=lambda: now[0])
    refusals.add(("me", "jobs", 1))
    assert ("me", "jobs", 1) in refusals
    assert ("you", "jobs", 1) not in refusals
    now[0] = 29.9
    assert ("me", "jobs", 1) in refusals
    now[0] = 30.1
    assert ("me", "jobs", 1) not in refusals
    for of in (2, 3, 4):
        refusals.add(("me", "jobs", of))
    assert ("me", "jobs", 2) not in refusals
    assert ("me", "jobs", 4) in refusals
