"""Probes: is the process alive, and may it be given requests."""

from collections.abc import Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

Check = Callable[[], str | None]
"""Answers None when its part is fine, else a sentence that says what is not."""


async def live(request: Request) -> Response:
    """Answer 200 for as long as the process answers at all."""
    del request
    return _json({"live": True}, 200)


class Ready:
    """The part behind /health/ready: 200 when every check is fine, else 503 naming the others."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def __call__(self, request: Request) -> Response:
        """Ask every check now."""
        del request
        waiting = {name: sentence for name, check in self._checks.items() if (sentence := check())}
        return _json({"ready": not waiting, "waiting": waiting}, 503 if waiting else 200)


def _json(value: Mapping[str, object], status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
