"""The graph as `text/event-stream`: one operation a request (GraphQL over Server-Sent Events)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from gateway.http.connections import ENDING, Connections, Credentials, End, TooMany
from gateway.http.exchange import EVENTS, Answer
from gateway.http.refusals import Refused, broken, errors_body
from gateway.security import tell_refused
from gateway.telemetry import frame_of

KEEP_ALIVE_SECONDS: Final = 12.0
"""After how long without an event a comment is sent, so that nothing on the way hangs up."""

SEND_SECONDS: Final = 10.0
"""For how long a client may take nothing while something waits for it; then it is cut off."""

SETTLING_SECONDS: Final = 11.0

_COMPLETE: Final = b"event: complete\ndata:\n\n"
_START: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", f"{EVENTS}; charset=utf-8".encode()),
        (b"x-accel-buffering", b"no"),
    ],
}

_log = structlog.get_logger("live")


class EventStream:
    """A response: every answer as an event `next`, then `complete`.

    With `lasts` it is a subscription, which a gateway that ends does not wait for. A client that
    leaves ends what it asked for.
    """

    def __init__(
        self,
        answers: AsyncGenerator[Answer, None],
        connections: Connections,
        credentials: Credentials,
        *,
        lasts: bool,
    ) -> None:
        self._answers = answers
        self._connections = connections
        self._credentials = credentials
        self._lasts = lasts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell one client; raises TooMany before anything is said."""
        del scope
        with self._connections.enter(self._credentials.viewer):
            await send(_START)
            with suppress(TimeoutError, OSError):  # cut off, or gone
                await self._tell(receive, send)

    async def _tell(self, receive: Receive, send: Send) -> None:
        """Tell until the answers end, the client leaves, or the connection has to end."""
        telling = asyncio.create_task(self._tell_all(send))
        leaving = asyncio.create_task(_left(receive))
        ending = asyncio.create_task(self._connections.end_of(self._credentials))
        parts = (telling, leaving, ending)
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            if ending.done() and ending.result() is ENDING and not self._lasts:
                await asyncio.wait({telling}, timeout=SETTLING_SECONDS)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        if telling.cancelled():
            if leaving.cancelled():
                await _say(send, _last_words(ending.result()))
        else:
            telling.result()
        if leaving.cancelled():
            await _say(send, _COMPLETE, more=False)

    async def _tell_all(self, send: Send) -> None:
        try:
            async with aclosing(_with_pauses(self._answers)) as answers:
                async for answer in answers:
                    await _say(send, b":\n\n" if answer is None else _event(answer.body))
        except Refused as refused:
            tell_refused(refused.status, refused.code)
            await _say(send, _event(refused.answer().body))
        except (TimeoutError, OSError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it is answered
            _log.error("operation failed", error=type(error).__name__, at=frame_of(error))
            await _say(send, _event(broken().answer().body))


async def _with_pauses(
    answers: AsyncGenerator[Answer, None],
) -> AsyncGenerator[Answer | None, None]:
    """Give every answer, and None for each time that none came for a while."""
    async with aclosing(answers):
        while True:
            following = asyncio.ensure_future(anext(answers))
            try:
                while not (await asyncio.wait({following}, timeout=KEEP_ALIVE_SECONDS))[0]:
                    yield None
                answer = following.result()
            except StopAsyncIteration:
                return
            finally:
                if not following.done():
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
            yield answer


def _event(body: bytes) -> bytes:
    """Return an event `next`; JSON of ours has no line breaks."""
    return b"event: next\ndata: " + body + b"\n\n"


def _last_words(end: End) -> bytes:
    return _event(errors_body(end.sentence, end.error))


async def _say(send: Send, told: bytes, *, more: bool = True) -> None:
    """Send this; raises TimeoutError where the client takes nothing."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": told, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def refused_for(full: TooMany) -> Refused:
    """Say that there is no room."""
    return Refused(429, str(full), code="LIMIT_EXCEEDED", headers={"retry-after": "30"})
