"""The probes: alive at once, ready when every part says so."""

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.http.health import Ready, live


async def get(path: str, waiting: dict[str, str | None]) -> tuple[int, object]:
    checks = {name: (lambda said=said: said) for name, said in waiting.items()}
    app = Starlette(
        routes=[Route("/health/live", live), Route("/health/ready", Ready(checks).__call__)]
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        response = await client.get(path)
        return response.status_code, response.json()


async def test_alive_whatever_is_not_ready() -> None:
    assert await get("/health/live", {"directory": "Not read yet."}) == (200, {"live": True})


async def test_ready_when_every_check_is_fine() -> None:
    assert await get("/health/ready", {"directory": None, "identity": None}) == (
        200,
        {"ready": True, "waiting": {}},
    )


async def test_what_is_not_ready_is_named() -> None:
    assert await get("/health/ready", {"directory": "Not read yet.", "identity": None}) == (
        503,
        {"ready": False, "waiting": {"directory": "Not read yet."}},
    )
