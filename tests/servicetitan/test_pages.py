"""A list is whole or it is refused (R84)."""

from collections.abc import Callable, Sequence

import httpx
import pytest
import respx

from adapters.servicetitan.client import Answer, ServiceTitan
from adapters.servicetitan.errors import UpstreamError, UpstreamRejected
from adapters.servicetitan.jobs import JOBS, Job

Page = Callable[..., httpx.Response]
Asked = Callable[[], list[dict[str, str]]]
Table = Callable[..., Callable[..., httpx.Response]]

URL = {"path__regex": ".*/jobs$"}


def _row(job: int, customer: int = 5) -> dict[str, int]:
    return {"id": job, "customerId": customer, "locationId": 6}


def _ids(given: Answer[Job]) -> list[int] | UpstreamError:
    rows = given.rows[5]
    return rows if isinstance(rows, UpstreamError) else [row.id for row in rows]


async def test_2000_jobs_are_two_calls_and_all_of_them(
    client: ServiceTitan, upstream: respx.MockRouter, table: Table, asked: Asked
) -> None:
    rows = [_row(job) for job in range(2000)]
    upstream.get(**URL).mock(side_effect=table(rows, "customerId", "customerId"))
    given = await client.ask(JOBS, "customer_id", [5])
    assert _ids(given) == list(range(2000))
    assert given.calls == 2
    assert asked() == [
        {"customerId": "5", "page": "1", "pageSize": "1000", "includeTotal": "true"},
        {"customerId": "5", "page": "2", "pageSize": "1000"},
    ]


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2)])
async def test_no_call_more_than_the_total_needs(
    client: ServiceTitan, upstream: respx.MockRouter, table: Table, count: int, calls: int
) -> None:
    rows = [_row(job) for job in range(count)]
    upstream.get(**URL).mock(side_effect=table(rows, "customerId", "customerId"))
    given = await client.ask(JOBS, "customer_id", [5])
    assert (_ids(given), given.calls) == (list(range(count)), calls)


async def test_rows_that_moved_between_pages_are_read_once_more(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, asked: Asked
) -> None:
    first = page([_row(1), _row(2)], total=4, more=True, size=2)
    moved = page([_row(2), _row(3)], total=None, size=2)
    settled = page([_row(3), _row(4)], total=None, size=2)
    upstream.get(**URL).mock(side_effect=[first, moved, first, settled])
    given = await client.ask(JOBS, "customer_id", [5])
    assert (_ids(given), given.calls) == ([1, 2, 3, 4], 4)
    assert [query["page"] for query in asked()] == ["1", "2", "1", "2"]


@pytest.mark.parametrize(
    ("rows", "total", "more"),
    [
        ([1, 2], 3, False),
        ([1, 2], 1, False),
        ([1, 2], 0, False),
        ([1, 1], 2, False),
        ([1, 2], 2, True),
        ([1, 2], None, True),
        ([], 1, False),
    ],
)
async def test_pages_that_never_add_up_are_refused(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    page: Page,
    rows: Sequence[int],
    total: int | None,
    more: bool,  # a table's column
) -> None:
    told = page([_row(job) for job in rows], total=total, more=more)
    upstream.get(**URL).mock(return_value=told)
    given = await client.ask(JOBS, "customer_id", [5])
    assert isinstance(given.rows[5], UpstreamRejected)
    assert str(given.rows[5]) == "ServiceTitan's pages of jobs do not add up."
    assert given.calls == 2


async def test_no_total_will_do_where_there_is_no_more(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**URL).mock(return_value=page([_row(1)], total=None))
    given = await client.ask(JOBS, "customer_id", [5])
    assert (_ids(given), given.calls) == ([1], 1)


async def test_smaller_pages_than_asked_for_are_followed(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, asked: Asked
) -> None:
    upstream.get(**URL).mock(
        side_effect=[
            page([_row(1), _row(2)], total=3, more=True, size=2),
            page([_row(3)], total=None, size=2),
        ]
    )
    given = await client.ask(JOBS, "customer_id", [5])
    assert _ids(given) == [1, 2, 3]
    assert [query["pageSize"] for query in asked()] == ["1000", "1000"]


async def test_a_foreign_row_on_a_later_page_refuses_all(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**URL).mock(
        side_effect=[
            page([_row(1), _row(2)], total=3, more=True, size=2),
            page([_row(3, customer=9)], total=None, size=2),
        ]
    )
    given = await client.ask(JOBS, "customer_id", [5])
    assert isinstance(given.rows[5], UpstreamRejected)
    assert given.calls == 2


async def test_a_foreign_row_on_the_first_page_ends_the_reading(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    foreign = page([_row(1, customer=9)] * 1000, total=90_000, more=True)
    upstream.get(**URL).mock(return_value=foreign)
    given = await client.ask(JOBS, "customer_id", [5])
    assert isinstance(given.rows[5], UpstreamRejected)
    assert given.calls == 1


async def test_a_list_without_end_is_refused_before_it_is_read(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**URL).mock(return_value=page([_row(1)], total=100_001, more=True))
    given = await client.ask(JOBS, "customer_id", [5])
    assert str(given.rows[5]) == "ServiceTitan has more jobs here than we may read."
    assert given.calls == 1


async def test_one_page_that_fails_ends_the_others(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == "1":
            return page([_row(1)], total=3, more=True, size=1)
        return httpx.Response(403)

    upstream.get(**URL).mock(side_effect=answer)
    given = await client.ask(JOBS, "customer_id", [5])
    assert isinstance(given.rows[5], UpstreamRejected)
    assert "scope" in str(given.rows[5])
