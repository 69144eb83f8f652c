"""One question from the outside in: what other workers remember, else ServiceTitan, and kept."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from adapters.cache.ages import Ages, Life, life_of
from adapters.cache.fills import Began, Fill, Rows
from adapters.cache.gathering import Gathering
from adapters.cache.interest import Interest
from adapters.cache.store import Store
from adapters.cache.usage import Usage
from adapters.servicetitan.blocks import Dealt
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.together import together
from adapters.tracing import step

M = TypeVar("M", bound=Model)

PATIENCE_SECONDS = 2.5
"""For how long it is waited for what another worker is asking, before asking oneself."""

_POLL_SECONDS = (0.01, 0.05)


class Intent(Enum):
    """What a question is asked for: to be READ, to REFRESH what is remembered, or ANEW."""

    READ = "READ"
    REFRESH = "REFRESH"
    ANEW = "ANEW"


class Landed(NamedTuple):
    """An answer; `life` where it was remembered, `cost` shared by all who asked together."""

    rows: Rows[Any] | UpstreamError
    cost: Usage
    life: Life | None = None


class _Search(NamedTuple):
    """What is sought, until when others who ask for it are waited for, at which place, for whom."""

    resource: Resource[Any]
    by: str
    intent: Intent
    priority: Priority
    until: float
    place: Place | None
    interest: Interest | None


class Seeker:
    """Asks for what this process does not remember, and puts it away.

    Of several workers that miss the same, one asks; the others look again until it is there.
    """

    def __init__(
        self,
        store: Store,
        gathering: Gathering,
        ages: Callable[[str], Ages],
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._gathering = gathering
        self._ages = ages
        self._clock = clock
        self._chance = chance

    async def seek(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        intent: Intent,
        priority: Priority,
        place: Place | None = None,
        interest: Interest | None = None,
    ) -> Mapping[int, Landed]:
        """Answer each value. Raises no `UpstreamError`: a failure is the answer to its question.

        Where `interest` is lost ServiceTitan is not waited for, and NobodyWaits is the answer.
        """
        until = self._clock() + PATIENCE_SECONDS
        search = _Search(resource, by, intent, priority, until, place, interest)
        if intent is Intent.ANEW:
            return await self._lead(search, values, await self._store.begin(resource))
        return await self._look(search, values)

    async def _look(self, search: _Search, values: Sequence[int]) -> dict[int, Landed]:
        """Take what others remember, ask for what is ours to ask, wait for the rest."""
        token = secrets.token_hex(8)
        far = await self._store.far(search.resource, search.by, values, token)
        found = {
            value: Landed(told.rows, Usage(), told.life)
            for value, told in far.found.items()
            if self._serves(told.life, search.intent)
        }
        spare = [value for value in found if value in far.led]
        if spare:
            await self._store.give_up(search.resource, search.by, spare, token)
        missing = [value for value in values if value not in found]
        is_late = far.began is None or self._clock() >= search.until
        led = [value for value in missing if is_late or value in far.led]
        others = [value for value in missing if value not in led]
        parts: list[Coroutine[Any, Any, dict[int, Landed]]] = []
        if led:
            parts.append(self._lead(search, led, far.began))
        if others:
            parts.append(self._wait(search, others))
        return found | {of: told for part in await together(parts) for of, told in part.items()}

    def _serves(self, life: Life, intent: Intent) -> bool:
        """Is what others remember young enough for what it is wanted for?"""
        until = life.fresh_until if intent is Intent.REFRESH else life.refresh_until
        return self._clock() < until

    async def _wait(self, search: _Search, values: Sequence[int]) -> dict[int, Landed]:
        shortest, longest = _POLL_SECONDS
        await asyncio.sleep(shortest + (longest - shortest) * self._chance())
        return await self._look(search, values)

    async def _lead(
        self, search: _Search, values: Sequence[int], began: Began | None
    ) -> dict[int, Landed]:
        """Ask ServiceTitan, and put away what it answers whole."""
        with step("cache.fill", {"portal.resource": search.resource.name, "portal.by": search.by}):
            return await self._fill(search, values, began)

    async def _fill(
        self, search: _Search, values: Sequence[int], began: Began | None
    ) -> dict[int, Landed]:
        asked = self._clock()
        told = await self._gathering.ask(
            search.resource, search.by, values, search.priority, search.place, search.interest
        )
        rows = {value: told.answer.rows[value] for value in values}
        if began is not None:
            await self._keep(search, rows, began, self._clock() - asked)
        return {value: Landed(of, told.cost) for value, of in rows.items()}

    async def _keep(self, search: _Search, rows: Dealt[Any], began: Began, took: float) -> None:
        ages = self._ages(search.resource.name)
        life = life_of(ages, began.at, took, began.number, self._chance)
        whole = tuple((v, of) for v, of in rows.items() if not isinstance(of, UpstreamError))
        fill = Fill(search.resource, search.by, whole, life, tuple(rows))
        await self._store.keep(fill, began)
