"""A read of ServiceTitan's API: with a token, tried again where that helps, counted, and logged."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from adapters.servicetitan.connection import Connection
from adapters.servicetitan.retries import persist
from adapters.servicetitan.statuses import UNAUTHORIZED, refusal
from adapters.servicetitan.tokens import Tokens
from adapters.servicetitan.wire import Reply, Wire

_log = structlog.get_logger("servicetitan")


@contextmanager
def _logged(subject: str, attempt: int) -> Iterator[dict[str, int]]:
    """Log an attempt by what it was for and how it went; nothing of what was asked or told."""
    began = time.monotonic()
    outcome: dict[str, int] = {}
    try:
        yield outcome
    finally:
        took = round((time.monotonic() - began) * 1000)
        _log.debug("servicetitan.call", resource=subject, attempt=attempt, ms=took, **outcome)


@dataclass(slots=True)
class Spent:
    """How many calls a question has cost so far, every attempt counted, tokens not."""

    calls: int = 0


class Calls:
    """Reads for one tenant."""

    def __init__(self, wire: Wire, tokens: Tokens, connection: Connection) -> None:
        self._wire = wire
        self._tokens = tokens
        self._connection = connection

    async def read(
        self, subject: str, path: str, params: dict[str, str], spent: Spent, deadline: float
    ) -> bytes:
        """Give the JSON that a GET of `path` answers. Raises `UpstreamError`.

        `subject` is what messages call it; `deadline` is in the event loop's own time.
        """

        async def attempt(number: int) -> bytes:
            with _logged(subject, number) as outcome:
                reply = await self._authorized(subject, path, params, spent)
                outcome["status"] = reply.status
            if not reply.is_given:
                raise refusal(subject, reply.status, reply.pause)
            return reply.body

        return await persist(attempt, subject, deadline)

    async def _authorized(
        self, subject: str, path: str, params: dict[str, str], spent: Spent
    ) -> Reply:
        """Send it with our token; where that was refused, once more with another."""
        token = await self._tokens.current()
        reply = await self._send(subject, path, params, token, spent)
        if reply.status == UNAUTHORIZED:
            token = await self._tokens.instead_of(token)
            reply = await self._send(subject, path, params, token, spent)
        return reply

    async def _send(
        self, subject: str, path: str, params: dict[str, str], token: str, spent: Spent
    ) -> Reply:
        request = self._wire.build(
            "GET",
            self._connection.address(path),
            params=params,
            headers={"Authorization": f"Bearer {token}", "ST-App-Key": self._connection.app_key},
        )
        spent.calls += 1
        return await self._wire.send(request, subject)
