"""The connections of a crowd: plain HTTP/1.1, kept alive, as many as there are who wait."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tests.bench.load.connection import HOST
from tests.bench.wishes import Asking, Heard, Stream

_HEAD_ENDS = b"\r\n\r\n"
_REFUSED = 400


@dataclass(slots=True)
class Told:
    """What is taken down of one stream."""

    stream: Stream
    requests: list[bytes]
    never: list[bytes]
    at: list[int] = field(default_factory=list)
    took: list[int] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    hints: int = 0
    lost: int = 0
    asked: int = 0

    def heard(self) -> Heard:
        """Return it as it is told to the run."""
        return Heard(
            name=self.stream.name,
            at=self.at,
            took=self.took,
            status=self.status,
            late=self.late,
            hints=self.hints,
            lost=self.lost,
            unanswered=self.asked - len(self.took) - self.lost,
        )


@dataclass(slots=True)
class Question:
    """One request that is to be answered; `done` is called when it was, or never will be."""

    told: Told
    number: int
    done: Callable[[], None] | None
    began: float = 0.0


class Talk(asyncio.Protocol):
    """One connection, with at most one question at a time."""

    def __init__(self, street: "Street", first: Question) -> None:
        self._street = street
        self._question: Question | None = first
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._leaving: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask what it was opened for."""
        self._transport = cast("asyncio.Transport", transport)
        if self._question is not None:
            self.ask(self._question)

    def ask(self, question: Question) -> None:
        """Send a request."""
        told, transport = question.told, cast("asyncio.Transport", self._transport)
        self._question = question
        transport.write(told.requests[question.number % len(told.requests)])
        if told.stream.leaving is not None:
            loop = asyncio.get_running_loop()
            self._leaving = loop.call_later(told.stream.leaving, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._got += data
        head = self._got.find(_HEAD_ENDS)
        if head < 0:
            return
        lines = bytes(self._got[:head]).lower()
        _, found, after = lines.partition(b"\r\ncontent-length:")
        length = int(after.partition(b"\r\n")[0]) if found else 0
        if len(self._got) < head + len(_HEAD_ENDS) + length:
            return
        body, self._got = bytes(self._got[head + len(_HEAD_ENDS) :]), bytearray()
        self._answered(lines, body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note whom nobody will answer."""
        del exc
        self._street.forget(self)
        question, self._question = self._question, None
        if question is not None:
            question.told.lost += 1
            _done(question)

    def _answered(self, head: bytes, body: bytes) -> None:
        question, self._question = self._question, None
        if question is None:
            return
        if self._leaving is not None:
            self._leaving.cancel()
        told = question.told
        never = told.never[question.number % len(told.never)]
        told.at.append(self._street.since(question.began))
        told.took.append(round((time.perf_counter() - question.began) * 1_000_000))
        status = int(head[9:12])
        told.status.append(0 if status < _REFUSED and never and never in body else status)
        told.hints += b"\r\nretry-after:" in head
        if b"\r\nconnection: close" in head:
            cast("asyncio.Transport", self._transport).close()
        else:
            self._street.free(self)
        _done(question)


class Street:
    """All connections to one port. A question finds one that is free, or has one opened."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Talk] = []
        self._open: set[Talk] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._began = time.perf_counter()

    def since(self, moment: float) -> int:
        """Return how many microseconds after the beginning that was."""
        return round((moment - self._began) * 1_000_000)

    def now(self) -> float:
        """Return the seconds since the beginning."""
        return time.perf_counter() - self._began

    def ask(self, told: Told, due: float, done: Callable[[], None] | None = None) -> None:
        """Ask the next question of a stream, which was due at this second."""
        question = Question(told, told.asked, done, time.perf_counter())
        told.asked += 1
        told.late.append(max(0, self.since(question.began) - round(due * 1_000_000)))
        if self._free:
            self._free.pop().ask(question)
            return
        task = asyncio.get_running_loop().create_task(self._opened(question))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def free(self, talk: Talk) -> None:
        """Take in that a connection may be asked again."""
        self._free.append(talk)

    def forget(self, talk: Talk) -> None:
        """Take in that a connection has ended."""
        self._open.discard(talk)
        if talk in self._free:
            self._free.remove(talk)

    def close(self) -> None:
        """Hang up everywhere."""
        for talk in list(self._open):
            transport = talk._transport  # noqa: SLF001  # the two are one thing
            if transport is not None:
                transport.abort()

    async def _opened(self, question: Question) -> None:
        try:
            _, talk = await asyncio.get_running_loop().create_connection(
                lambda: Talk(self, question), HOST, self._port
            )
        except OSError:
            question.told.lost += 1
            _done(question)
        else:
            self._open.add(talk)


def rendered(asking: Asking, port: int) -> bytes:
    """Return the bytes of a request."""
    content = asking.body.encode()
    own = {"host": f"{HOST}:{port}", "content-length": str(len(content))}
    lines = [f"{name}: {value}" for name, value in (own | asking.headers).items()]
    return "\r\n".join([f"POST {asking.path} HTTP/1.1", *lines, "", ""]).encode() + content


def _done(question: Question) -> None:
    if question.done is not None:
        question.done()
