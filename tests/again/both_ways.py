"""One question asked both ways: as any other, and with a head that is known."""

import asyncio
import io
import json
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import msgspec

from gateway.guard.buckets import MINUTE
from gateway.logs import configure_logging
from resolvers.policy import Policy
from tests.again.wire import Told, Wire
from tests.canaries import forbidden, personal
from tests.house import demo_policy
from tests.limitless import UNBOUNDED

A_MINUTE: Final = 1_000_000
"""So many operations and points has everybody, of whom it is told what they were charged."""

WARM: Final = 4
"""So often has something been run before it is told in the same way each time: of what stands."""

_OF_ITS_OWN: Final = {"ms", "timestamp", "request_id"}


def counting() -> Policy:
    """Return choices by which an operation and a point take 60 microseconds to come back."""
    limits = msgspec.structs.replace(
        UNBOUNDED, operations_per_minute=A_MINUTE, cost_per_minute=A_MINUTE
    )
    return demo_policy(limits=limits)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Have the log written here, as JSON."""
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        yield written


async def line_of(written: io.StringIO, told: Told) -> dict[str, Any]:
    """Return the one line of this answer's request; it may be written once that was answered."""
    given = told.headers["x-request-id"]
    async with asyncio.timeout(10):
        while not (found := _requests(written, given)):  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0)
    (line,) = found
    return {name: of for name, of in line.items() if name not in _OF_ITS_OWN}


async def lines_of(written: io.StringIO, many: int) -> list[dict[str, Any]]:
    """Return all lines, which are so many once the loop has gone round."""
    async with asyncio.timeout(10):
        while written.getvalue().count("\n") < many:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert len(lines) == many
    return lines


def _requests(written: io.StringIO, given: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    return [of for of in lines if (of["event"], of.get("request_id")) == ("request", given)]


@dataclass(frozen=True)
class Seen:
    """What one request came to, whichever way it was answered."""

    told: bytes
    line: dict[str, Any]
    operations: int
    points: int


@dataclass
class Ways:
    """A house on a port whose clock for budgets stands still, asked both ways."""

    wire: Wire
    is_at_once: bool = False
    _asked: Iterator[int] = field(default_factory=count)
    _full: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Stop that clock."""
        self._buckets = self.wire.buckets
        now = self._buckets._now()  # noqa: SLF001  # nobody else is told
        self._buckets._now = lambda: now  # noqa: SLF001  # as above
        self._start = now * 1_000_000

    def charged(self) -> tuple[int, int]:
        """How many operations and points were charged, of everybody, since this was asked?"""
        told = dict(self._buckets._full)  # noqa: SLF001  # as above
        sums = [0.0, 0.0]
        for of, full in told.items():
            before = self._full.get(of, (self._start, self._start))
            for at in (0, 1):
                since = max(full[at], self._start) - max(before[at], self._start)
                sums[at] += since * A_MINUTE / MINUTE
        self._full = told
        return round(sums[0]), round(sums[1])

    async def ordinarily(self, email: str, query: str, **more: Any) -> Seen:  # noqa: ANN401  # of request
        """Ask as any other."""
        return await self._seen(email, self.wire.oddly(query, email, **more))

    async def with_their_head(self, email: str, query: str, **more: Any) -> Seen:  # noqa: ANN401  # as above
        """Ask with a head that is known, and note whether it was answered at once."""
        self.wire.tries_all()
        await self.wire.familiar()
        seen = await self._seen(email, self.wire.anew(query, email, **more))
        self.is_at_once = await self.wire.familiar() == 1
        return seen

    async def are_alike(
        self, email: str, query: str, variables: Mapping[str, object] | None = None
    ) -> bool:
        """Ask both ways what memory can tell, and hold one to the other; was it told at once?

        What is asked as any other is run too: an unknown variable makes it another question.
        """
        for _ in range(WARM):
            right = await self.ordinarily(email, query, variables=self._odd(variables))
        told = await self.with_their_head(email, query, variables=variables)
        assert told == right, (email, query, variables)
        return self.is_at_once

    def _odd(self, variables: Mapping[str, object] | None) -> dict[str, object]:
        return {**(variables or {}), "unknown": next(self._asked)}

    async def _seen(self, email: str, asking: Awaitable[Told]) -> Seen:
        self.charged()
        with logged() as written:
            told = await asking
            line = await line_of(written, told)
        leaked = forbidden(*self.wire.house.seed, email).found_in(told.data.decode())
        assert not leaked, f"{email} was told of somebody else: {leaked}"
        named = personal(*self.wire.house.seed).found_in(written.getvalue())
        assert not named, f"the log names somebody: {named}"
        return Seen(told.but_its_id, line, *self.charged())
