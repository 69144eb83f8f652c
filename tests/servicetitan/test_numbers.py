"""Records by the number that the office knows them by: exactly those, or an error."""

from typing import Any

import httpx
import pytest
import respx

from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.errors import UpstreamRejected, UpstreamUnavailable
from adapters.servicetitan.numbers import INVOICE_NUMBERS
from tests.servicetitan.conftest import API

PATH = f"{API}/accounting/v2/tenant/1234567/invoices"


def answer(*rows: dict[str, Any], has_more: bool = False) -> httpx.Response:
    return httpx.Response(200, json={"data": list(rows), "hasMore": has_more, "page": 1})


async def test_an_invoice_is_asked_for_by_its_number_in_one_small_call(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    row = {"id": 7, "referenceNumber": " A-42 ", "balance": "12.50"}
    route = upstream.get(PATH).mock(return_value=answer(row))
    (found,) = await client.numbered(INVOICE_NUMBERS, "A-42")
    assert (found.id, found.reference_number, str(found.balance)) == (7, "A-42", "12.50")
    (call,) = route.calls
    assert dict(call.request.url.params) == {
        "number": "A-42",
        "page": "1",
        "pageSize": "10",
        "activeState": "All",
    }


async def test_a_number_that_nobody_bears_is_nothing(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(PATH).mock(return_value=answer())
    assert await client.numbered(INVOICE_NUMBERS, "42") == ()


@pytest.mark.parametrize(
    "told",
    [
        answer({"id": 7, "referenceNumber": "42"}, {"id": 8, "referenceNumber": "421"}),
        answer({"id": 8, "referenceNumber": "042"}),
        answer({"id": 8}),
        answer({"id": 42, "referenceNumber": None}),
        answer({"id": 7, "referenceNumber": "42"}, has_more=True),
    ],
)
async def test_rows_of_another_number_are_no_answer(
    client: ServiceTitan, upstream: respx.MockRouter, told: httpx.Response
) -> None:
    upstream.get(PATH).mock(return_value=told)
    with pytest.raises(UpstreamRejected, match="that we did not ask for"):
        await client.numbered(INVOICE_NUMBERS, "42")


async def test_two_invoices_of_one_number_are_both_told(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    rows = [{"id": of, "referenceNumber": "42"} for of in (7, 8)]
    upstream.get(PATH).mock(return_value=answer(*rows))
    assert [row.id for row in await client.numbered(INVOICE_NUMBERS, "42")] == [7, 8]


async def test_an_outage_is_told(client: ServiceTitan, upstream: respx.MockRouter) -> None:
    upstream.get(PATH).respond(503)
    with pytest.raises(UpstreamUnavailable):
        await client.numbered(INVOICE_NUMBERS, "42")
