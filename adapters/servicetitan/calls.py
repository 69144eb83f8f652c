"""A call of ServiceTitan's API: in its turn, with a token, logged.

What reads is tried again where that helps. What tells ServiceTitan to do something is never: where
its answer is lost, it may have been done.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import structlog

from adapters.servicetitan.breakers import Breakers
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import UpstreamRejected, UpstreamUnavailable
from adapters.servicetitan.pacing import Pace
from adapters.servicetitan.retries import Paused, RetryBudget, Transient, persist
from adapters.servicetitan.statuses import (
    A_SECOND,
    BUSY,
    UNAUTHORIZED,
    busy,
    not_done,
    refusal,
    unknown,
)
from adapters.servicetitan.tokens import Tokens
from adapters.servicetitan.turns import Turns
from adapters.servicetitan.wire import Reply, Wire
from adapters.tracing import step

_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")

_log = structlog.get_logger("servicetitan")

_Send = Callable[[httpx.Request, str], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked or told; `subject` is what messages call it."""

    subject: str
    method: str
    path: str
    params: dict[str, str] | None = None
    body: bytes | None = None


@contextmanager
def _logged(call: _Call, number: int) -> Iterator[dict[str, int]]:
    """Log and trace a call by what it was for and how it went; nothing of what was asked or told.

    `number` is its own among the calls of its question.
    """
    began = time.monotonic()
    outcome: dict[str, int] = {}
    try:
        with step("servicetitan", _traced(call, number)) as taken:
            yield outcome
            taken.tell("http.response.status_code", outcome["status"])
    finally:
        took = round((time.monotonic() - began) * 1000)
        _log.debug("servicetitan.call", resource=call.subject, call=number, ms=took, **outcome)


def _traced(call: _Call, number: int) -> dict[str, str | int]:
    return {
        "http.request.method": call.method,
        "url.template": _NUMBER.sub("{id}", call.path),
        "portal.resource": call.subject,
        "portal.call": number,
    }


class Calls:
    """Calls for one tenant."""

    def __init__(
        self, wire: Wire, tokens: Tokens, connection: Connection, pace: Pace, counters: Counters
    ) -> None:
        self.breakers = Breakers(counters)
        self._wire = wire
        self._tokens = tokens
        self._connection = connection
        self.turns = Turns(pace, counters)
        self._retries = RetryBudget(counters)

    async def read(self, subject: str, path: str, params: dict[str, str], errand: Errand) -> bytes:
        """Give the JSON that a GET of `path` answers. Raises `UpstreamError`.

        `subject` is what messages call it.
        """
        call = _Call(subject, "GET", path, params=params)

        async def attempt(_number: int) -> bytes:
            self.breakers.of(path).require(subject)
            reply = await self._authorized(call, errand, self._wire.send)
            if reply.status == BUSY:
                raise Paused(busy(subject, _pause(reply)))
            if not reply.is_given:
                raise refusal(subject, reply.status, reply.pause)
            return reply.body

        return await persist(attempt, subject, errand.deadline, self._retries)

    async def write(
        self, subject: str, method: str, path: str, body: bytes | None, errand: Errand
    ) -> bytes:
        """Tell ServiceTitan to do something, once, and give what it says to it.

        Raises `WriteRefused` and, where it was certainly not done, `UpstreamUnavailable` and
        `UpstreamBusy`; `WriteUnknown` where it may have been done.
        """
        call = _Call(f"answer to {subject}", method, path, body=body)
        may_be_done = False

        async def deliver(request: httpx.Request, _subject: str) -> Reply:
            nonlocal may_be_done
            may_be_done = True
            reply = await self._wire.deliver(request, subject)
            may_be_done = False
            return reply

        try:
            async with asyncio.timeout_at(errand.deadline):
                self.breakers.of(path).require(call.subject)
                reply = await self._authorized(call, errand, deliver)
        except TimeoutError:
            if may_be_done:
                raise unknown(subject) from None
            message = f"ServiceTitan was too busy for {subject}. Try again later."
            raise UpstreamUnavailable(message) from None
        except UpstreamRejected as refused:  # our own credentials: nothing was asked with them
            raise UpstreamUnavailable(str(refused)) from None
        except Transient as failure:
            raise failure.error from None
        if not reply.is_done:
            raise not_done(subject, reply.status, reply.pause)
        return reply.body

    async def aclose(self) -> None:
        """Send away whoever waits for a turn."""
        await self.turns.aclose()

    async def _authorized(self, call: _Call, errand: Errand, send: _Send) -> Reply:
        """Send it with our token; where that was refused, once more with another."""
        token = await self._tokens.current()
        reply = await self._send(call, token, errand, send)
        if reply.status == UNAUTHORIZED:
            token = await self._tokens.instead_of(token)
            reply = await self._send(call, token, errand, send)
        return reply

    async def _send(self, call: _Call, token: str, errand: Errand, send: _Send) -> Reply:
        """Send it in its turn. Where ServiceTitan has enough of us, everybody pauses."""
        request = self._wire.build(
            call.method,
            self._connection.address(call.path),
            params=call.params,
            body=call.body,
            headers={"Authorization": f"Bearer {token}", "ST-App-Key": self._connection.app_key},
        )
        async with self.turns.turn(call.subject, errand):
            with self.breakers.of(call.path).watched(call.subject, errand.deadline) as watched:
                errand.calls += 1
                with _logged(call, errand.calls) as outcome:
                    reply = await send(request, call.subject)
                    outcome["status"] = reply.status
                watched.answered(reply.status)
            if reply.status == BUSY:
                await self.turns.pause(_pause(reply))
        return reply


def _pause(reply: Reply) -> float:
    return A_SECOND if reply.pause is None else reply.pause
