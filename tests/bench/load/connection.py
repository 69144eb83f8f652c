"""One connection of the load generator: plain HTTP/1.1, kept alive, one request after another.

What it does for each request is little, so that one core can load servers that answer tens of
thousands a second: it compares the whole answer at once and takes it apart only where it differs.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from tests.bench.wishes import Load

HOST = "127.0.0.1"
MOST_REQUESTS = 200_000
"""How many one round may make, whatever time it has."""

_GIVEN = b"HTTP/1.1 200 "
_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


class Unexpected(Exception):  # noqa: N818  # told to the run, which fails by it
    """An answer that is not the expected one."""


@dataclass(slots=True)
class Round:
    """What all connections of one round share: whose turn it is, and what was taken down.

    Of each asker there are the bytes before the length, and the answer that is expected; of each
    question the bytes from its length on.
    """

    askers: Sequence[tuple[bytes, bytes]]
    questions: Sequence[bytes]
    until: float
    number: int
    latencies: list[int] = field(default_factory=list)

    def goes_on(self) -> bool:
        """Is there time, and room, for another request?"""
        return time.perf_counter() < self.until and len(self.latencies) < MOST_REQUESTS

    def turn(self) -> tuple[bytes, bytes]:
        """Return the next request, and the body that must come back."""
        question, asker = divmod(self.number, len(self.askers))
        self.number += 1
        head, expected = self.askers[asker]
        return head + self.questions[question % len(self.questions)], expected


def round_of(load: Load, until: float) -> Round:
    """Return a round of this load that lasts until this moment."""
    askers = [
        (_head({"host": f"{HOST}:{load.port}", **asker.headers}), asker.expected.encode())
        for asker in load.askers
    ]
    contents = [body.encode() for body in load.bodies]
    questions = [b"content-length: %d\r\n\r\n%b" % (len(each), each) for each in contents]
    return Round(askers, questions, until, load.begins)


def _head(headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    return f"POST /graphql HTTP/1.1\r\n{''.join(lines)}".encode()


async def keep_asking(port: int, shared: Round) -> None:
    """Ask until the round is over; raises Unexpected."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    transport, _ = await loop.create_connection(lambda: _Talk(shared, over), HOST, port)
    try:
        await over
    finally:
        transport.close()


class _Talk(asyncio.Protocol):
    """A connection that asks again as soon as it was answered; `over` is set by the last answer."""

    def __init__(self, shared: Round, over: asyncio.Future[None]) -> None:
        self._shared = shared
        self._over = over
        self._transport: asyncio.Transport | None = None
        self._expected = b""
        self._got = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._got = got = self._got + data if self._got else data
        body = got.find(_HEAD_ENDS) + len(_HEAD_ENDS)
        as_long = len(got) - body == len(self._expected)
        if as_long and got.endswith(self._expected) and got.startswith(_GIVEN):
            self._shared.latencies.append(round((time.perf_counter() - self._began) * 1_000_000))
            self._ask()
        elif (problem := _problem(got)) is not None:
            self._end(Unexpected(problem))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(Unexpected(f"hung up: {exc or 'without an answer'}"))

    def _ask(self) -> None:
        if not self._shared.goes_on():
            self._end(None)
            return
        request, self._expected = self._shared.turn()
        self._got, self._began = b"", time.perf_counter()
        cast("asyncio.Transport", self._transport).write(request)

    def _end(self, problem: Unexpected | None) -> None:
        if self._over.done():
            return
        if problem is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(problem)


def _problem(got: bytes) -> str | None:
    """Why is this not the expected answer? None while more of it may come."""
    head, ended, body = got.partition(_HEAD_ENDS)
    if not ended:
        return None
    if not head.startswith(_GIVEN):
        return f"answered {head.splitlines()[0].decode()}"
    length = _LENGTH.search(head + b"\r\n")
    if length is None:
        return "an answer without a length"
    return None if len(body) < int(length[1]) else f"not the expected answer: {body[:300]!r}"
