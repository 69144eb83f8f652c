"""What is asked, in which calls, and how the rows are dealt back."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from adapters.servicetitan.blocks import Divisions, answer, blocks_of
from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.invoices import INVOICES, Invoice, InvoiceJob
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.model import CustomerId, InvoiceId, JobId, LocationId
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.work_summaries import WORK_SUMMARIES, WorkSummary

Page = Callable[..., httpx.Response]
Asked = Callable[[], list[dict[str, str]]]
Table = Callable[..., Callable[..., httpx.Response]]


async def test_values_of_a_list_travel_in_blocks_of_fifty(
    client: ServiceTitan, upstream: respx.MockRouter, table: Table, asked: Asked
) -> None:
    rows = [{"id": i, "customerId": 1, "locationId": 2} for i in range(1, 121)]
    upstream.get(path__regex=".*/jobs$").mock(side_effect=table(rows, "ids", "id"))
    given = await client.ask(JOBS, "id", [*range(120, 0, -1), 120, 500])
    assert list(given.rows) == [*range(120, 0, -1), 500]
    assert given.rows[500] == ()
    assert given.rows[7] == (
        Job(id=JobId(7), customer_id=CustomerId(1), location_id=LocationId(2)),
    )
    assert given.calls == 3
    assert sorted(query["ids"].count(",") + 1 for query in asked()) == [21, 50, 50]
    sent = [int(value) for query in asked() for value in query["ids"].split(",")]
    assert sorted(sent) == [*range(1, 121), 500]


async def test_single_keys_go_one_by_one_and_all_at_once(
    client: ServiceTitan, upstream: respx.MockRouter, table: Table, asked: Asked
) -> None:
    rows = [{"id": i, "customerId": i % 3, "locationId": 9} for i in range(10)]
    deal = table(rows, "customerId", "customerId")
    flying = 0
    together = asyncio.Event()

    async def answer_when_both_fly(request: httpx.Request) -> httpx.Response:
        nonlocal flying
        flying += 1
        if flying == 2:
            together.set()
        await asyncio.wait_for(together.wait(), 5)
        return deal(request)

    upstream.get(path__regex=".*/jobs$").mock(side_effect=answer_when_both_fly)
    given = await client.ask(JOBS, "customer_id", [1, 2])
    assert {value: _ids(rows) for value, rows in given.rows.items()} == {1: [1, 4, 7], 2: [2, 5, 8]}
    assert sorted(query["customerId"] for query in asked()) == ["1", "2"]


async def test_no_value_is_no_call(client: ServiceTitan, upstream: respx.MockRouter) -> None:
    given = await client.ask(JOBS, "id", [])
    assert (given.rows, given.calls, upstream.calls.call_count) == ({}, 0, 0)


async def test_a_payment_is_dealt_to_each_invoice_asked_for(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    both = {"id": 1, "appliedTo": [{"appliedTo": 10}, {"appliedTo": 11}, {"appliedTo": 99}]}
    one = {"id": 2, "appliedTo": [{"appliedTo": 11}, {"appliedTo": 11}]}
    upstream.get(path__regex=".*/payments$").mock(return_value=page([both, one]))
    given = await client.ask(PAYMENTS, "invoice_id", [10, 11, 12])
    assert {value: _ids(rows) for value, rows in given.rows.items()} == {
        10: [1],
        11: [1, 2],
        12: [],
    }


async def test_a_refused_block_leaves_the_others_standing(
    client: ServiceTitan, upstream: respx.MockRouter, table: Table, page: Page
) -> None:
    rows = [{"id": i} for i in range(100)]
    deal = table(rows, "ids", "id")

    def ignore_the_first(request: httpx.Request) -> httpx.Response:
        return page(rows[:60]) if request.url.params["ids"].startswith("0,") else deal(request)

    upstream.get(path__regex=".*/customers$").mock(side_effect=ignore_the_first)
    given = await client.ask(CUSTOMERS, "id", range(100))
    assert all(isinstance(given.rows[value], UpstreamRejected) for value in range(50))
    assert all(given.rows[value] != () for value in range(50, 100))


@pytest.mark.parametrize(
    ("resource", "by", "sentence"),
    [
        (WORK_SUMMARIES, "id", "work_summaries are made from invoices: ask for those"),
        (PAYMENTS, "customer_id", "payments cannot be asked for by customer_id"),
    ],
)
async def test_a_question_nobody_could_answer_is_a_mistake(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    resource: Resource[Any],
    by: str,
    sentence: str,
) -> None:
    with pytest.raises(ValueError, match=sentence):
        await client.ask(resource, by, [1])
    assert upstream.calls.call_count == 0


@given(st.lists(st.integers(0, 200)), st.integers(1, 50))
def test_blocks_hold_every_value_once_in_order(values: list[int], size: int) -> None:
    blocks = blocks_of(values, size)
    assert [value for block in blocks for value in block] == list(dict.fromkeys(values))
    assert all(0 < len(block) <= size for block in blocks)
    assert all(len(block) == size for block in blocks[:-1])


@given(
    owners=st.dictionaries(st.integers(0, 500), st.integers(0, 30), max_size=60),
    values=st.lists(st.integers(0, 40), min_size=1, max_size=50, unique=True),
)
async def test_rows_come_back_to_the_value_they_answer(
    owners: dict[int, int], values: list[int]
) -> None:
    jobs = [
        Job(id=JobId(job), customer_id=CustomerId(owner), location_id=LocationId(1))
        for job, owner in owners.items()
    ]

    async def every_job_of(asked: Any) -> list[Job]:  # noqa: ANN401  # the values, whatever holds them
        return [job for job in jobs if job.customer_id in asked]

    dealt = await answer(every_job_of, JOBS.keys["customer_id"], values, Divisions())
    assert list(dealt) == values
    for value, rows in dealt.items():
        assert rows == tuple(job for job in jobs if job.customer_id == value)


def test_a_work_summary_is_made_of_an_invoice_and_holds_no_money() -> None:
    project = WORK_SUMMARIES.project
    assert WORK_SUMMARIES.source is INVOICES
    assert project is not None
    job = InvoiceJob(id=JobId(2))
    billed = Invoice(id=InvoiceId(1), job=job, total=Decimal(9), summary="<p>Done</p>")
    assert project(billed) == WorkSummary(id=InvoiceId(1), job_id=JobId(2), summary="<p>Done</p>")
    assert project(Invoice(id=InvoiceId(1), summary="No job")) is None
    assert WorkSummary.__struct_fields__ == ("id", "job_id", "summary")


def _ids(rows: Any) -> list[int]:  # noqa: ANN401  # rows of any model, or an error that fails here
    return [int(row.id) for row in rows]
