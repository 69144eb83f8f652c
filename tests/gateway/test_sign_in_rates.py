"""Sign-ins that fail are counted by address; those that do not fail are let in all the same."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import httpx
import pytest

from gateway.http.auth import MISSES_AT_ONCE
from gateway.security import LINES_EACH
from tests.gateway.front import Front, open_front

CALLBACK = "/auth/callback?code=none&state=none"


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    """A gateway behind a proxy of ours: the test client is at 127.0.0.1."""
    async with open_front(trusted_proxies=(ip_network("127.0.0.1/32"),)) as front:
        yield front


async def fail(front: Front, address: str) -> httpx.Response:
    """Come back from the provider with nothing, by way of the proxy."""
    headers = {"x-forwarded-for": f"203.0.113.1, {address}"}
    return await front.browser.get(CALLBACK, headers=headers)


async def test_who_fails_too_often_waits_and_nobody_else_does(front: Front) -> None:
    statuses = {(await fail(front, "198.51.100.1")).status_code for _ in range(MISSES_AT_ONCE)}
    assert statuses == {400}
    paced = await fail(front, "198.51.100.1")
    assert (paced.status_code, paced.headers["retry-after"]) == (429, "3")
    assert "Too many sign-ins from here have failed." in paced.text
    assert [line["reason"] for line in front.events("limit hit")] == ["sign-ins paced"]
    assert len(front.events("sign-in refused")) == LINES_EACH
    assert "set-cookie" in paced.headers  # what was under way is over
    assert (await fail(front, "198.51.100.2")).status_code == 400


async def test_who_signs_in_is_not_counted_and_is_let_in_whatever_others_tried(
    front: Front,
) -> None:
    """Without the header all come from the proxy itself."""
    for _ in range(MISSES_AT_ONCE + 1):
        assert (await front.sign_in()).status_code == 303
    statuses = [(await front.browser.get(CALLBACK)).status_code for _ in range(MISSES_AT_ONCE + 1)]
    assert statuses == [400] * MISSES_AT_ONCE + [429]
    assert (await front.sign_in()).status_code == 303
