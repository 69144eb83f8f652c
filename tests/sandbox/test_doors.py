"""Who gets in: token endpoint, application key, tenant, pace (facts.md a and b)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from starlette.types import ASGIApp

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions

Opened = Callable[[ASGIApp], AbstractAsyncContextManager[httpx.AsyncClient]]

CUSTOMERS = "/crm/v2/tenant/1234567/customers"
UNROUTED = {"statusCode": 404, "message": "Unable to match incoming request to an operation."}
GRANT = {
    "grant_type": "client_credentials",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret-not-for-production",
}


async def test_a_token_lasts_nine_hundred_seconds(st: httpx.AsyncClient) -> None:
    answer = await st.post("/connect/token", data=GRANT)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["expires_in"], body["token_type"]) == (900, "Bearer")
    assert set(body) == {"access_token", "expires_in", "token_type", "scope"}


async def test_an_expired_token_opens_nothing(st: httpx.AsyncClient, moment: list[float]) -> None:
    moment[0] += 899
    assert (await st.get(CUSTOMERS)).status_code == 200
    moment[0] += 1
    assert (await st.get(CUSTOMERS)).status_code == 401


async def test_json_is_a_bad_token_request(st: httpx.AsyncClient) -> None:
    answer = await st.post("/connect/token", json=GRANT)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": " sandbox-secret-not-for-production"}, "invalid_client"),
        ({"client_id": "somebody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_client_gets_no_token(
    st: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    answer = await st.post("/connect/token", data=GRANT | change)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_bare_and_bearer_tokens_both_open(st: httpx.AsyncClient) -> None:
    token = st.headers["authorization"]
    for header in (token, f"Bearer {token}", f"bearer {token}"):
        answer = await st.get(CUSTOMERS, headers={"authorization": header})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "nonsense"},
        {"authorization": ""},
        {"st-app-key": "somebody-else's"},
        {"st-app-key": ""},
    ],
)
async def test_without_token_or_key_it_is_401(
    st: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await st.get(CUSTOMERS, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["status"] == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/crm/v2/tenant/7654321/customers"),
        ("GET", "/crm/v2/tenant/1234567/clients"),
        ("GET", "/crm/v3/tenant/1234567/customers"),
        ("GET", "/task-management/v2/tenant/1234567/tasks"),
        ("POST", "/crm/v2/tenant/1234567/customers"),
        ("DELETE", "/jpm/v2/tenant/1234567/jobs/300101"),
        ("GET", "/jpm/v2/tenant/1234567/jobs/99999999999999999999"),
        ("GET", "/"),
    ],
)
async def test_what_is_not_there_gets_the_gateways_own_404(
    st: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await st.request(method, path)
    assert (answer.status_code, answer.json()) == (404, UNROUTED)


@pytest.mark.parametrize("records", ["invoices/500101", "payments/700101"])
async def test_g13_invoices_and_payments_have_no_address_by_id(
    st: httpx.AsyncClient, records: str
) -> None:
    answer = await st.get(f"/accounting/v2/tenant/1234567/{records}")
    assert (answer.status_code, answer.json()) == (404, UNROUTED)


async def test_more_calls_than_the_rate_are_told_to_wait(
    opened: Opened, moment: list[float]
) -> None:
    options = SandboxOptions(homes=0, rate_per_second=3)
    async with opened(create_sandbox(options, clock=lambda: moment[0])) as st:
        answers = [await st.get(CUSTOMERS) for _ in range(5)]
        moment[0] += 1
        later = await st.get(CUSTOMERS)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].headers["retry-after"] == "1"
    assert answers[3].json()["title"] == "Too many requests"
    assert later.status_code == 200
