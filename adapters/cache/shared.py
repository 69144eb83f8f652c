"""Talking with Redis: each storing and each forgetting is one script, never half done."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
import structlog
from redis.commands.core import AsyncScript
from redis.typing import EncodableT

from adapters.cache.ages import HOLD_SECONDS
from adapters.cache.counts import Counts
from adapters.cache.errors import CacheUnavailable
from adapters.cache.fills import Began, Forgotten
from adapters.cache.fuse import Fuse
from adapters.cache.generations import MARK_SECONDS
from adapters.cache.names import Names
from adapters.ending import ended
from adapters.redis_clients import LOST, impatient

T = TypeVar("T")

PATIENCE_SECONDS = 0.05
"""For how long a reader waits for Redis; then it is asked upstream as though there were none."""

CHANGE_SECONDS = 1.0
"""For how long a change waits for Redis: nobody reads meanwhile, and it must not get lost."""

_LEASE_MS = 10_000
_STATE_MS = 2 * 86_400_000
_HOLD_MS = round(HOLD_SECONDS * 1000)
_MARK_MS = round(MARK_SECONDS * 1000)
_MOST_KEYS = 500
_MOST_AT_ONCE = 8
_GRACE = 10  # turns of the loop: an answer may be here that this process had no time to take

_log = structlog.get_logger("cache")


class Away(Exception):  # noqa: N818  # a state of Redis's
    """Redis does not answer, or not in time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What Redis told of some places: `values` as they stand, `taken` which leases were ours.

    `number` and `floor` are the resource's: its counter, and below what no question is believed.
    """

    epoch: bytes
    number: int
    floor: int
    moment: int
    values: Sequence[bytes | None]
    taken: Sequence[int]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a fill as it is put away: where, beside which mark, what, for how many ms."""

    place: str
    mark: str
    raw: bytes
    ttl: int


class Shared:
    """One tenant's corner of Redis. Raises `Away`, and then is not asked for a second."""

    def __init__(self, url: str, names: Names, counts: Counts) -> None:
        self.names = names
        self.counts = counts
        self.client = impatient(url, CHANGE_SECONDS, protocol=2)
        self._fuse = Fuse()
        self._turns = asyncio.Semaphore(_MOST_AT_ONCE)
        self._late: set[asyncio.Future[Any]] = set()
        self._look = self._script("epoch", "look")
        self._keep = self._script("keep")
        self._forget = self._script("epoch", "forget")
        self._give_up = self._script("give_up")

    def _script(self, *names: str) -> AsyncScript:
        folder = files("adapters.cache").joinpath("scripts")
        texts = [folder.joinpath(f"{name}.lua").read_text() for name in names]
        return self.client.register_script("".join(texts))

    async def look(
        self, resource: str, places: Sequence[str], leases: Sequence[str], token: str
    ) -> Looked:
        """Read some places and the resource's counter; take the leases that are free."""
        keys = [self.names.state, *places, *leases]
        arguments: list[EncodableT] = [_epoch(), resource, len(places), token]
        arguments += [_LEASE_MS, _STATE_MS]
        told: list[Any] = await self._soon(lambda: self._look(keys, arguments))
        return Looked(*told)

    async def read(self, places: Sequence[str]) -> list[bytes | None]:
        """Read some places."""
        parts = [places[at : at + _MOST_KEYS] for at in range(0, len(places), _MOST_KEYS)]
        found: list[Any] = []
        for part in parts:
            found += await self._soon(partial(self.client.mget, part))
        return found

    async def keep(
        self, resource: str, began: Began, parts: Sequence[Part], rows: int, leases: Sequence[str]
    ) -> list[int] | None:
        """Put away the parts, of which the first are rows; tell what became of each.

        None where the epoch is no longer the one the fill began in.
        """
        outcome: list[int] = []
        for at in range(0, max(len(parts), 1), _MOST_KEYS):
            some = parts[at : at + _MOST_KEYS]
            is_last = at + _MOST_KEYS >= len(parts)
            counts = (len(some), max(0, rows - at))
            told = await self._keep_some(resource, began, some, counts, leases if is_last else ())
            if len(told) < len(some):
                return None
            outcome += told
        return outcome

    async def _keep_some(
        self,
        resource: str,
        began: Began,
        parts: Sequence[Part],
        counts: tuple[int, int],
        leases: Sequence[str],
    ) -> list[int]:
        keys = [self.names.state, *(key for of in parts for key in (of.place, of.mark)), *leases]
        arguments: list[EncodableT] = [
            *(began.epoch, began.number, resource, *counts, began.token),
            *(_HOLD_MS, _MARK_MS, _STATE_MS),
            *(told for of in parts for told in (of.raw, of.ttl)),
        ]
        return await self._soon(lambda: self._keep(keys, arguments))

    async def forget(self, what: Forgotten) -> tuple[bytes, int]:
        """Forget, tell everybody, and return the epoch and the number of it.

        Raises `CacheUnavailable`.
        """
        places = self.names.of(what)
        leases = [self.names.lease(what.resource, *question) for question in what.questions]
        keys = [self.names.state, *(key for place in places for key in place), *leases]
        every = int(what.every_question)
        arguments: list[EncodableT] = [_epoch(), what.resource, len(places), every, _MARK_MS]
        arguments += [_STATE_MS, self.names.channel, msgspec.json.encode(what)]
        try:
            async with asyncio.timeout(CHANGE_SECONDS):
                epoch, number = await self._forget(keys, arguments)
        except LOST as error:
            self.counts.failures += 1
            raise CacheUnavailable("Redis cannot be told what to forget.") from error
        return epoch, number

    async def give_up(self, leases: Sequence[str], token: str) -> None:
        """Let others have these leases."""
        await self._soon(lambda: self._give_up(leases, [token]))

    async def delete(self, places: Sequence[str]) -> None:
        """Delete what could not be believed."""
        await self._soon(lambda: self.client.unlink(*places))

    async def _soon(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Wait a moment for an answer. What is late is left to end by itself, not cut short.

        So a connection that takes long to open is open for whoever asks next.
        """
        async with self._turns:
            if not self._fuse.lets_try():
                raise Away
            task = asyncio.ensure_future(ask())
            try:
                answer = await self._patiently(task)
            except LOST as error:
                self._fail(error)
                raise Away from error
            self._fuse.mend()
            return answer

    async def _patiently(self, task: "asyncio.Future[T]") -> T:
        try:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
            for _ in range(_GRACE):
                if task.done():
                    return task.result()
                await asyncio.sleep(0)
        finally:
            if not task.done():
                self._late.add(task)
                task.add_done_callback(self._late.discard)
                task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise TimeoutError

    def _fail(self, error: Exception) -> None:
        self.counts.failures += 1
        if not self._fuse.is_blown:
            _log.warning("redis does not answer", error=type(error).__name__)
        self._fuse.blow()

    async def aclose(self) -> None:
        """Close the connections."""
        await ended(self._late)
        await self.client.aclose()


def _epoch() -> str:
    """Make an epoch for where there is none: nobody could have guessed it before."""
    return secrets.token_hex(16)
