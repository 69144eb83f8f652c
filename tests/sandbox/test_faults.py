"""Faults: what was ordered is served, to the call it was ordered for, and then no more."""

import asyncio
import time
from typing import Any

import httpx
import pytest

CUSTOMERS = "/crm/v2/tenant/1234567/customers"
JOBS = "/jpm/v2/tenant/1234567/jobs"


async def order(st: httpx.AsyncClient, **fault: object) -> None:
    answer = await st.post("/_sandbox/faults", json=fault)
    assert answer.status_code == 201, answer.text


async def statuses(st: httpx.AsyncClient, *paths: str) -> list[int]:
    return [(await st.get(path)).status_code for path in paths]


async def test_a_fault_is_served_once_to_the_first_that_matches(st: httpx.AsyncClient) -> None:
    await order(st, path="/customers$", status=503)
    assert await statuses(st, JOBS, CUSTOMERS, CUSTOMERS) == [200, 503, 200]


async def test_a_fault_is_counted_down_and_the_next_waits_behind_it(
    st: httpx.AsyncClient,
) -> None:
    await order(st, path="jobs", status=500, times=2)
    await order(st, path="jpm", status=502)
    assert await statuses(st, JOBS, JOBS, JOBS, JOBS) == [500, 500, 502, 200]


async def test_a_fault_may_be_for_one_method(st: httpx.AsyncClient) -> None:
    await order(st, path="/connect/token", method="post", status=500)
    assert await statuses(st, "/connect/token") == [404]
    assert (await st.post("/connect/token", data={})).status_code == 500


async def test_faults_can_be_cancelled(st: httpx.AsyncClient) -> None:
    await order(st, path=".", status=500, times=99)
    assert (await st.delete("/_sandbox/faults")).status_code == 204
    assert await statuses(st, JOBS) == [200]


async def test_the_control_plane_is_never_spoiled(st: httpx.AsyncClient) -> None:
    await order(st, path=".", status=500, times=2)
    assert await statuses(st, "/_sandbox/people", "/_sandbox/calls") == [200, 200]
    assert await statuses(st, JOBS, "/idp/jwks", "/idp/jwks") == [500, 500, 200]


async def test_a_spoiled_call_is_recorded_with_what_it_was_answered(
    st: httpx.AsyncClient,
) -> None:
    await st.delete("/_sandbox/calls")
    await order(st, path="jobs", status=503)
    await st.get(JOBS)
    calls = (await st.get("/_sandbox/calls")).json()["calls"]
    assert calls == [{"method": "GET", "path": JOBS, "query": {}, "status": 503}]


@pytest.mark.parametrize(
    ("fault", "status", "kind", "body"),
    [
        ({"body": {"page": 1}}, 200, "application/json", b'{"page":1}'),
        ({"body": None}, 200, "application/json", b"null"),
        ({"body": "<html>Sorry</html>"}, 200, "text/html; charset=utf-8", b"<html>Sorry</html>"),
        ({"body": "", "status": 502}, 502, "application/json", b""),
        ({"status": 204}, 204, "application/json", b""),
    ],
)
async def test_a_fault_may_have_a_body_of_its_own(
    st: httpx.AsyncClient, fault: dict[str, Any], status: int, kind: str, body: bytes
) -> None:
    await order(st, path="jobs", **fault)
    answer = await st.get(JOBS)
    assert (answer.status_code, answer.content) == (status, body)
    assert answer.headers["content-type"] == kind


async def test_without_a_body_it_is_service_titan_s_own(st: httpx.AsyncClient) -> None:
    await order(st, path="jobs", status=403)
    body = (await st.get(JOBS)).json()
    assert (body["status"], body["title"]) == (403, "Scope validation failed")
    assert set(body) == {"type", "title", "status", "traceId", "errors", "data"}


async def test_retry_after_is_given_or_left_out(st: httpx.AsyncClient) -> None:
    await order(st, path="jobs", retryAfter=7)
    await order(st, path="jobs", status=429)
    first, second = await st.get(JOBS), await st.get(JOBS)
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert second.status_code == 429
    assert "retry-after" not in second.headers


async def test_a_slow_answer_is_a_true_one(st: httpx.AsyncClient) -> None:
    await order(st, path="jobs", latencyMs=80)
    started = time.perf_counter()
    spoiled, plain = await asyncio.gather(st.get(JOBS), st.get(CUSTOMERS))
    assert time.perf_counter() - started >= 0.08
    assert (spoiled.status_code, plain.status_code) == (200, 200)
    assert len(spoiled.json()["data"]) == 50


async def test_ignored_filters_answer_with_everybody_s_rows(st: httpx.AsyncClient) -> None:
    query = {"customerId": "1001", "pageSize": "5000", "includeTotal": "true"}
    await order(st, path="jobs", ignoreFilters=True)
    spoiled = (await st.get(JOBS, params=query)).json()
    plain = (await st.get(JOBS, params=query)).json()
    assert {row["customerId"] for row in plain["data"]} == {1001}
    assert {1001, 1031} <= {row["customerId"] for row in spoiled["data"]}
    assert spoiled["totalCount"] == len(spoiled["data"]) > plain["totalCount"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"reset": True}, httpx.ReadError), ({"truncateAt": 10}, httpx.RemoteProtocolError)],
)
async def test_in_process_a_broken_connection_raises_what_the_wire_would(
    st: httpx.AsyncClient, fault: dict[str, Any], error: type[Exception]
) -> None:
    await order(st, path="jobs", **fault)
    with pytest.raises(error):
        await st.get(JOBS)
    assert await statuses(st, JOBS) == [200]


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 500}, 500), ({"truncateAt": 3}, None), ({"reset": True}, None), ({}, 200)],
)
async def test_a_call_may_go_wrong_after_it_was_carried_out(
    st: httpx.AsyncClient, fault: dict[str, Any], status: int | None
) -> None:
    await st.put("/_sandbox/records/estimates/7", json={})
    await order(st, path="/dismiss$", after=True, **fault)
    answer: int | None
    try:
        answer = (await st.put("/sales/v2/tenant/1234567/estimates/7/dismiss")).status_code
    except httpx.TransportError:
        answer = None
    assert answer == status
    row = (await st.get("/_sandbox/records/estimates/7")).json()
    assert row["status"]["name"] == "Dismissed"


async def test_a_call_that_goes_wrong_before_is_not_carried_out(st: httpx.AsyncClient) -> None:
    await st.put("/_sandbox/records/estimates/7", json={})
    await order(st, path="/dismiss$", status=500)
    await st.put("/sales/v2/tenant/1234567/estimates/7/dismiss")
    row = (await st.get("/_sandbox/records/estimates/7")).json()
    assert row["status"]["name"] == "Open"
