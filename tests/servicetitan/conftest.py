"""A ServiceTitan of canned answers, and a client that speaks to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
import respx
import stamina

from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from tests.unhurried import unhurried
from tests.virtual_time import VirtualLoop

API = "https://api.sandbox.example"
AUTH = "https://auth.sandbox.example"


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give virtual time to tests that are marked so, and time as it is to the others."""
    marker = item.get_closest_marker("asyncio")
    if marker is not None and "loop_factories" in marker.kwargs:
        return {"virtual time": VirtualLoop}
    return {"time as it is": asyncio.new_event_loop}


@pytest.fixture
def connection() -> Connection:
    return Connection(
        api_url=API,
        auth_url=AUTH,
        tenant_id=1234567,
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        app_key="sandbox-app-key",
    )


@pytest.fixture(autouse=True)
def hurry() -> Iterator[None]:
    """Let no test wait between attempts, unless it turns this off."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def upstream() -> respx.MockRouter:
    """Routes are tried in the order they are added; the token endpoint is there already."""
    router = respx.MockRouter(assert_all_called=False)
    grant = {"access_token": "sandbox-token", "expires_in": 900, "token_type": "Bearer"}
    router.post(f"{AUTH}/connect/token", name="token").respond(json=grant)
    return router


@pytest.fixture
async def client(upstream: respx.MockRouter, connection: Connection) -> AsyncIterator[ServiceTitan]:
    transport = httpx.MockTransport(upstream.async_handler)
    made = connect(connection, transport=transport, pace=unhurried())
    yield made
    await made.aclose()


@pytest.fixture
def page() -> Callable[..., httpx.Response]:
    """One page of a list: by default the only one, telling its total."""

    def make(
        rows: Sequence[object], *, total: int | None = -1, more: bool = False, size: int = 1000
    ) -> httpx.Response:
        told = len(rows) if total == -1 else total
        body = {"page": 1, "pageSize": size, "hasMore": more, "totalCount": told, "data": rows}
        return httpx.Response(200, json=body)

    return make


@pytest.fixture
def asked(upstream: respx.MockRouter) -> Callable[[], list[dict[str, str]]]:
    """The queries of the calls made so far, in order; without those for tokens."""

    def queries() -> list[dict[str, str]]:
        requests = (call.request for call in upstream.calls)
        return [dict(r.url.params) for r in requests if r.url.path != "/connect/token"]

    return queries


@pytest.fixture
def table(page: Callable[..., httpx.Response]) -> Callable[..., Callable[..., httpx.Response]]:
    """A list endpoint over raw rows: filters by one parameter, as the real one would."""

    def make(
        rows: Sequence[dict[str, Any]], parameter: str, column: str
    ) -> Callable[..., httpx.Response]:
        def answer(request: httpx.Request) -> httpx.Response:
            params = request.url.params
            wanted = {int(value) for value in params[parameter].split(",")}
            number, size = int(params["page"]), int(params["pageSize"])
            found = [row for row in rows if row[column] in wanted]
            part = found[(number - 1) * size : number * size]
            total = len(found) if params.get("includeTotal") == "true" else None
            return page(part, total=total, more=number * size < len(found), size=size)

        return answer

    return make
