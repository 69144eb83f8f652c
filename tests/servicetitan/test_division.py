"""One bad id does not fail fifty."""

from collections.abc import Callable

import httpx
import pytest
import respx

from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamRejected, UpstreamUnavailable

Page = Callable[..., httpx.Response]
Asked = Callable[[], list[dict[str, str]]]

URL = {"path__regex": ".*/customers$"}


def _refusing(bad: set[int], status: int, page: Page) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        wanted = {int(value) for value in request.url.params["ids"].split(",")}
        return httpx.Response(status) if wanted & bad else page([{"id": i} for i in wanted])

    return answer


@pytest.mark.parametrize("status", [400, 404, 409])
@pytest.mark.parametrize("bad", [{0}, {24}, {49}, {3, 4}, {0, 25, 49}])
async def test_the_guilty_stand_alone(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, bad: set[int], status: int
) -> None:
    upstream.get(**URL).mock(side_effect=_refusing(bad, status, page))
    given = await client.ask(CUSTOMERS, "id", range(50))
    refused = {value for value, rows in given.rows.items() if isinstance(rows, UpstreamRejected)}
    assert refused == bad
    assert list(given.rows) == list(range(50))
    assert all(given.rows[value] != () for value in set(range(50)) - bad)


async def test_the_halves_are_asked_and_no_more(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, asked: Asked
) -> None:
    upstream.get(**URL).mock(side_effect=_refusing({3}, 400, page))
    given = await client.ask(CUSTOMERS, "id", [1, 2, 3, 4])
    assert [query["ids"] for query in asked()] == ["1,2,3,4", "1,2", "3,4", "3", "4"]
    assert given.calls == 5
    assert str(given.rows[3]) == "ServiceTitan refused our question for customers (400)."


async def test_where_all_are_refused_it_is_soon_given_up(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(**URL).respond(400)
    given = await client.ask(CUSTOMERS, "id", range(50))
    assert all(isinstance(rows, UpstreamRejected) for rows in given.rows.values())
    assert given.calls == 37


@pytest.mark.parametrize(
    ("status", "error", "calls"),
    [(403, UpstreamRejected, 1), (422, UpstreamRejected, 1), (503, UpstreamUnavailable, 3)],
)
async def test_what_no_id_is_guilty_of_is_not_divided(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    status: int,
    error: type[Exception],
    calls: int,
) -> None:
    upstream.get(**URL).respond(status)
    given = await client.ask(CUSTOMERS, "id", [1, 2])
    assert [type(rows) for rows in given.rows.values()] == [error, error]
    assert given.calls == calls


async def test_a_single_key_is_not_asked_again(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(**URL).respond(404)
    given = await client.ask(CUSTOMERS, "id", [1])
    assert isinstance(given.rows[1], UpstreamRejected)
    assert given.calls == 1
