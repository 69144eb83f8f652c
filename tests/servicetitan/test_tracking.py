"""The link to a technician on the way: asked with care, and opened by nobody unless it is safe."""

import httpx
import pytest
import respx
import structlog

from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.errors import (
    UpstreamBusy,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnavailable,
)
from tests.virtual_time import VIRTUALLY

PATH = "/dispatch/v2/tenant/1234567/technician-tracking"
LINK = "https://track.example.com/a1b2c3"


def _link(url: object) -> httpx.Response:
    return httpx.Response(200, json={"technicianTrackingUrl": url})


async def test_a_link_is_asked_for_one_technician_and_visit(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(path=PATH).mock(return_value=_link(LINK))
    given = await client.tracking(technician=31, appointment=400101)
    request = upstream.calls.last.request
    assert (given.url, given.calls) == (LINK, 1)
    assert dict(request.url.params) == {"technicianId": "31", "appointmentId": "400101"}
    assert request.headers["Authorization"] == "Bearer sandbox-token"
    assert request.headers["ST-App-Key"] == "sandbox-app-key"


@pytest.mark.parametrize(
    "url",
    [
        *("https://track.example.com", "https://track.example.com:8443/x?y=z#w", f" {LINK}\n"),
        *("HTTPS://track.example.com/x", f"https://e.example/{'x' * 2000}"),
    ],
)
async def test_links_that_may_be_opened(
    client: ServiceTitan, upstream: respx.MockRouter, url: str
) -> None:
    upstream.get(path=PATH).mock(return_value=_link(url))
    assert (await client.tracking(1, 2)).url == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        *("http://track.example.com/x", "javascript:alert(1)", "//track.example.com/x", "x", "7"),
        *("data:text/html,x", "https:", "https://", "https:///x", "https:/track.example.com"),
        *("https://track.example.com@evil.example/x", "https://a:b@track.example.com/"),
        *("https://track.example.com\\@evil.example", "https://track.example.com/a b"),
        *("https://track.example.com/\nx", "https://track.example.com/\x00", "java\tscript:x"),
        *("https://tr\u0430ck.example.com/", "https://[track/", "https://track.example.com:x/"),
        *("https://track.example.com:99999/", f"https://e.example/{'x' * 2048}"),
    ],
)
async def test_links_that_nobody_should_open_are_told_to_nobody(
    client: ServiceTitan, upstream: respx.MockRouter, url: str
) -> None:
    upstream.get(path=PATH).mock(return_value=_link(url))
    given = await client.tracking(1, 2)
    assert isinstance(given.url, UpstreamRejected)
    assert str(given.url) == "ServiceTitan's answer for tracking links is not one we can use."
    assert given.calls == 1


@pytest.mark.parametrize(
    "answer",
    [
        *(_link(None), _link(""), _link("  "), httpx.Response(200, json={})),
        *(httpx.Response(400, json="No such pair"), httpx.Response(404)),
    ],
)
async def test_no_link_is_none(
    client: ServiceTitan, upstream: respx.MockRouter, answer: httpx.Response
) -> None:
    upstream.get(path=PATH).mock(return_value=answer)
    given = await client.tracking(1, 2)
    assert (given.url, given.calls) == (None, 1)


@VIRTUALLY
@pytest.mark.parametrize(
    ("answer", "error", "calls"),
    [
        (httpx.Response(403), UpstreamRejected, 1),
        (httpx.Response(302, headers={"Location": LINK}), UpstreamRejected, 1),
        (httpx.Response(429), UpstreamBusy, 3),
        (httpx.Response(503), UpstreamUnavailable, 3),
        (httpx.Response(200, json=[]), UpstreamRejected, 1),
        (httpx.Response(200, json=LINK), UpstreamRejected, 1),
        (_link(7), UpstreamRejected, 1),
        (_link([LINK]), UpstreamRejected, 1),
        (httpx.Response(200, text=LINK), UpstreamRejected, 1),
    ],
)
async def test_why_there_is_no_link_is_told(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    answer: httpx.Response,
    error: type[UpstreamError],
    calls: int,
) -> None:
    upstream.get(path=PATH).mock(return_value=answer)
    given = await client.tracking(1, 2)
    assert isinstance(given.url, error)
    assert given.calls == calls


async def test_who_is_followed_where_is_not_logged(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(path=PATH).mock(return_value=_link(LINK))
    with structlog.testing.capture_logs() as logs:
        await client.tracking(987654, 876543)
    assert [line["resource"] for line in logs] == ["tracking links"]
    assert not any(word in str(logs) for word in ("987654", "876543", "a1b2c3"))
