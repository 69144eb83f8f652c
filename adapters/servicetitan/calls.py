"""A read of ServiceTitan's API: in its turn, with a token, tried again where that helps, logged."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from adapters.servicetitan.breakers import Breakers
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.pacing import Pace
from adapters.servicetitan.retries import Paused, RetryBudget, persist
from adapters.servicetitan.statuses import A_SECOND, BUSY, UNAUTHORIZED, busy, refusal
from adapters.servicetitan.tokens import Tokens
from adapters.servicetitan.turns import Turns
from adapters.servicetitan.wire import Reply, Wire

_log = structlog.get_logger("servicetitan")


@contextmanager
def _logged(subject: str, call: int) -> Iterator[dict[str, int]]:
    """Log a call by what it was for and how it went; nothing of what was asked or told.

    `call` is its number among the calls of its question.
    """
    began = time.monotonic()
    outcome: dict[str, int] = {}
    try:
        yield outcome
    finally:
        took = round((time.monotonic() - began) * 1000)
        _log.debug("servicetitan.call", resource=subject, call=call, ms=took, **outcome)


class Calls:
    """Reads for one tenant."""

    def __init__(
        self, wire: Wire, tokens: Tokens, connection: Connection, pace: Pace, counters: Counters
    ) -> None:
        self.breakers = Breakers(counters)
        self._wire = wire
        self._tokens = tokens
        self._connection = connection
        self._turns = Turns(pace, counters)
        self._retries = RetryBudget(counters)

    async def read(self, subject: str, path: str, params: dict[str, str], errand: Errand) -> bytes:
        """Give the JSON that a GET of `path` answers. Raises `UpstreamError`.

        `subject` is what messages call it.
        """

        async def attempt(_number: int) -> bytes:
            self.breakers.of(path).require(subject)
            reply = await self._authorized(subject, path, params, errand)
            if reply.status == BUSY:
                raise Paused(busy(subject, _pause(reply)))
            if not reply.is_given:
                raise refusal(subject, reply.status, reply.pause)
            return reply.body

        return await persist(attempt, subject, errand.deadline, self._retries)

    async def aclose(self) -> None:
        """Send away whoever waits for a turn."""
        await self._turns.aclose()

    async def _authorized(
        self, subject: str, path: str, params: dict[str, str], errand: Errand
    ) -> Reply:
        """Send it with our token; where that was refused, once more with another."""
        token = await self._tokens.current()
        reply = await self._send(subject, path, params, token, errand)
        if reply.status == UNAUTHORIZED:
            token = await self._tokens.instead_of(token)
            reply = await self._send(subject, path, params, token, errand)
        return reply

    async def _send(
        self, subject: str, path: str, params: dict[str, str], token: str, errand: Errand
    ) -> Reply:
        """Send it in its turn. Where ServiceTitan has enough of us, everybody pauses."""
        request = self._wire.build(
            "GET",
            self._connection.address(path),
            params=params,
            headers={"Authorization": f"Bearer {token}", "ST-App-Key": self._connection.app_key},
        )
        async with self._turns.turn(subject, errand):
            with self.breakers.of(path).watched(subject, errand.deadline) as call:
                errand.calls += 1
                with _logged(subject, errand.calls) as outcome:
                    reply = await self._wire.send(request, subject)
                    outcome["status"] = reply.status
                call.answered(reply.status)
            if reply.status == BUSY:
                await self._turns.pause(_pause(reply))
        return reply


def _pause(reply: Reply) -> float:
    return A_SECOND if reply.pause is None else reply.pause
