"""The record of every ServiceTitan call, in the order it came in."""

from collections import deque
from typing import TypedDict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.sandbox.reading import parameters

#: Older calls are dropped: in a demo the feeds are asked for as long as it runs.
MOST_KEPT = 100_000


class Call(TypedDict):
    """One call; its status is null while it is under way and when no answer was begun."""

    method: str
    path: str
    query: dict[str, str]
    status: int | None


class Calls:
    """What was asked since the record was last emptied."""

    def __init__(self) -> None:
        self._made: deque[Call] = deque(maxlen=MOST_KEPT)

    def made(self, *, everything: bool) -> list[Call]:
        """Return the calls; feeds and token calls only when everything is asked for."""
        return [call for call in self._made if everything or not _is_background(call["path"])]

    def clear(self) -> None:
        """Empty the record."""
        self._made.clear()

    def begin(self, scope: Scope) -> Call:
        """Record a call that has come in."""
        call = Call(
            method=scope["method"],
            path=scope["path"],
            query=parameters(scope["query_string"]),
            status=None,
        )
        self._made.append(call)
        return call


def _is_background(path: str) -> bool:
    return "/export/" in path or path.endswith(("/connect/token", "/estimates/export"))


class Recorder:
    """Records the calls that reach an app, and what each was answered."""

    def __init__(self, app: ASGIApp, calls: Calls) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one call on."""
        call = self._calls.begin(scope)

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                call["status"] = message["status"]
            await send(message)

        await self._app(scope, receive, answering)
