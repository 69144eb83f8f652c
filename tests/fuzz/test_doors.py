"""Whatever bytes come to a door, signed or not, it is answered, and nothing is an accident."""

import hmac
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from adapters.payments.sandbox_events import SANDBOX_WEBHOOK_KEY
from adapters.sandbox.options import WEBHOOK_KEY
from tests.house import House, ready_house
from tests.long_runs import runs

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOORS = {
    "/graphql": {200, 400, 401},
    "/links/exchange": {400, 404},
    "/webhooks/servicetitan": {200, 202, 400, 401, 403},
    "/webhooks/sandbox-processor": {200, 202, 204, 400, 401},
}
"""What each may answer to what it cannot use, or can."""

REQUEST: dict[str, object] = {
    "query": "{ portal { __typename } }",
    "variables": {},
    "operationName": None,
}
EVENT: dict[str, object] = {
    "specversion": "1.0",
    "id": "b1f0",
    "type": "tn.acc.invoice-updated",
    "source": "https://webhooks.servicetitan.io",
    "userassignedid": "invoice-updated-5",
    "data": {"invoice": {"id": 5}, "tenantId": 1234567},
}
MEMBERS: list[dict[str, object]] = [
    REQUEST,
    EVENT,
    {"secret": "x" * 43},
    {"id": "evt_1", "order": "ord_1"},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def near_misses(draw: st.DrawFn) -> bytes:
    """A request of one of the doors with members put in, changed and left out, or cut short."""
    told: dict[str, object] = dict(draw(st.sampled_from(MEMBERS)))
    for name in draw(st.lists(st.sampled_from([*told, "extensions", "batch"]), max_size=2)):
        told[name] = draw(JSON)
    for name in draw(st.lists(st.sampled_from(sorted(told)), max_size=1)):
        del told[name]
    body = json.dumps(told).encode()
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


BODIES = near_misses() | st.binary(max_size=200) | JSON.map(lambda told: json.dumps(told).encode())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """A house that hears webhooks of both kinds."""
    async with ready_house(told={"webhook_keys": WEBHOOK_KEY}) as opened:
        yield opened


def signatures(body: bytes) -> dict[str, str]:
    """Return how both senders sign."""
    mac = hmac.digest(WEBHOOK_KEY.encode(), body, "sha256").hex()
    paid = hmac.digest(SANDBOX_WEBHOOK_KEY.encode(), body, "sha256").hex()
    return {"x-servicetitan-signature": mac, "x-sandbox-processor-signature": paid}


@pytest.mark.parametrize("door", DOORS)
@runs(60, 1, at_length=(5_000, 1))
@given(body=BODIES, signed=st.booleans(), kind=st.sampled_from(["application/json", "text/plain"]))
async def test_no_body_is_an_accident(
    house: House, door: str, body: bytes, kind: str, *, signed: bool
) -> None:
    seen = len(house.logs)
    headers = {"content-type": kind, **(signatures(body) if signed else {})}
    answer = await house.gateway.post(door, content=body, headers=headers)
    allowed = DOORS[door] | ({415} if kind == "text/plain" else set())
    assert answer.status_code in allowed, answer.text
    assert [line for line in house.logs[seen:] if line["log_level"] in {"error", "critical"}] == []


@pytest.mark.parametrize("door", ["/webhooks/servicetitan", "/webhooks/sandbox-processor"])
async def test_a_signed_body_is_read_and_another_is_not(house: House, door: str) -> None:
    for body, told in ((json.dumps(EVENT).encode(), {200, 202, 204}), (b"[]", {400})):
        signed = await house.gateway.post(door, content=body, headers=signatures(body))
        assert signed.status_code in told, (signed.status_code, signed.text)
        bare = await house.gateway.post(door, content=body)
        assert bare.status_code == 401
