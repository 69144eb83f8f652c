"""The real house, asked everything twice: once by plans, and once by graphql-core.

Nothing is remembered between the two, so that each asks ServiceTitan whatever it needs.
"""

import json
import random
import re
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import execute, parse, validate
from msgspec import structs
from starlette.applications import Starlette

from gateway import app
from gateway.plans.plans import Plans
from gateway.settings import Settings
from resolvers.doors import Doors
from resolvers.policy import Cache, CacheKind
from tests.authz.walk import SCHEMA
from tests.authz.world import World, open_world, policy
from tests.plans.oracle import null_above

_AT_ONCE = CacheKind(fresh_seconds=0, refreshing_seconds=0, failing_seconds=0)
FORGETFUL = Cache(
    fresh_seconds=0,
    refreshing_seconds=0,
    failing_seconds=0,
    kinds=dict.fromkeys(("business_units", "job_types", "membership_types"), _AT_ONCE),
)
_ROWS = re.compile(r"/v2/tenant/\d+/(?!export/)(.+)")
_SEALED = re.compile(r"eyJ[\w.-]{40,}")
"""Addresses of documents are sealed anew each time they are told."""

_WRONG: tuple[object, ...] = (None, None, 7, "x", [], {}, True, [None], -1.5)


class Switched(Plans):
    """Plans that can be turned off; `runs` are by plans, and without."""

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401  # as Plans
        super().__init__(*given, **more)
        self.on = True
        self.runs = {True: 0, False: 0}

    async def execute(self, document: Any, context: object, *given: Any, **more: Any) -> Any:  # noqa: ANN401  # as Plans
        """Run it one way or the other."""
        self.runs[self.on] += 1
        if self.on:
            return await super().execute(document, context, *given, **more)
        variables, name = given
        left = execute(
            self._core,
            document,
            context_value=context,
            variable_values=variables,
            operation_name=name,
            **more,
        )
        return await left if isawaitable(left) else left


@dataclass
class Weather(httpx.AsyncBaseTransport):
    """Carries calls, counts them, and spoils answers by their seed: the same calls, the same way.

    With no seed all is well. `refused` is the share of collections that ServiceTitan refuses to
    tell, `wrong` that of fields that are null or of another type than promised.
    """

    onward: httpx.AsyncBaseTransport
    seed: int | None = None
    refused: float = 0.15
    wrong: float = 0.05
    calls: Counter[str] = field(default_factory=Counter)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one."""
        rows = _ROWS.search(request.url.path)
        if rows is None:
            return await self.onward.handle_async_request(request)
        self.calls[f"{request.method} {rows[1]}?{request.url.query.decode()}"] += 1
        if self.seed is None:
            return await self.onward.handle_async_request(request)
        if self.dice(rows[1]).random() < self.refused:
            return httpx.Response(400, json={"title": "refused"}, request=request)
        answer = await self.onward.handle_async_request(request)
        told = json.loads(await answer.aread())
        if isinstance(told, dict) and isinstance(told.get("data"), list):
            told["data"] = [self._row(rows[1], row) for row in told["data"]]
        return httpx.Response(answer.status_code, json=told, request=request)

    def dice(self, *key: object) -> random.Random:
        """Return the dice of one spot."""
        return random.Random(zlib.crc32(repr((self.seed, *key)).encode()))  # noqa: S311  # no secret

    def _row(self, collection: str, row: Any) -> Any:  # noqa: ANN401  # JSON
        dice = self.dice(collection, row.get("id"))
        for name in sorted(row):
            if dice.random() < self.wrong and (name != "id" or dice.random() < self.wrong):
                row[name] = dice.choice(_WRONG)
        return row


@dataclass(frozen=True, slots=True)
class Answered:
    """What one way of running came to; `errors` are by the place that each left null."""

    status: int
    data: str
    errors: dict[str, set[str]]
    extensions: Any
    calls: Counter[str]

    def exactly(self) -> tuple[object, ...]:
        """Return all that has to be the same either way."""
        return self.status, self.data, self.errors, self.extensions, self.calls

    def loosely(self) -> tuple[object, ...]:
        """Return what has to be the same although a null rose over what else was asked."""
        return self.status, self.data, set(self.errors)


def agree(by_plans: Answered, by_core: Answered) -> bool:
    """Do these say the same, and were the same calls made for them?

    Where a null rises, graphql-core forgets what still waits below it. A plan has asked that with
    the rest of its level: it may tell more errors of that place, and have made more calls.
    """
    if by_plans.exactly() == by_core.exactly():
        return True
    other = {of for of, told in by_core.errors.items() if told != by_plans.errors.get(of)}
    risen = {of for of, told in by_plans.errors.items() if _has_risen(of, told)}
    return (
        by_plans.loosely() == by_core.loosely()
        and other <= risen
        and all(by_core.errors[of] < by_plans.errors[of] for of in other)
        and bool(risen)
        and by_core.calls <= by_plans.calls
    )


def _has_risen(place: str, errors: set[str]) -> bool:
    """Did an error leave a null above its own place?"""
    return any(json.loads(error).get("path") != json.loads(place) for error in errors)


@dataclass(frozen=True, slots=True)
class Twice:
    """A world, and how it is asked twice."""

    world: World
    plans: Switched
    weather: Weather
    doors: Doors

    async def both(
        self, kind: str, document: str, **variables: object
    ) -> tuple[Answered, Answered]:
        """Ask by plans and by graphql-core, each as though nobody had asked before."""
        assert validate(SCHEMA, parse(document)) == []
        self.plans.runs.update({True: 0, False: 0})
        by_plans = await self.asked(kind, document, on=True, **variables)
        by_core = await self.asked(kind, document, on=False, **variables)
        assert len(set(self.plans.runs.values())) == 1, "both were run, or neither"
        return by_plans, by_core

    async def asked(self, kind: str, document: str, *, on: bool, **variables: object) -> Answered:
        """Ask one way."""
        self.plans.on = on
        self.doors.refusals.clear()
        self.doors.tracking._known.clear()  # noqa: SLF001  # it is kept half a minute, whoever asks
        self.weather.calls.clear()
        told = await self.world.ask(kind, document, **variables)
        body = json.loads(told.text)
        errors: dict[str, set[str]] = {}
        for error in body.get("errors", ()):
            place = null_above(body.get("data"), error.get("path", []))
            errors.setdefault(json.dumps(place), set()).add(json.dumps(error))
        data = _SEALED.sub("sealed", json.dumps(body.get("data", "none")))
        calls = Counter(self.weather.calls)
        return Answered(told.status, data, errors, body.get("extensions"), calls)


@asynccontextmanager
async def asked_twice(folder: Path) -> AsyncIterator[Twice]:
    """Open a world whose plans can be turned off."""
    made: list[Switched] = []
    carried: list[Weather] = []

    def kept(*given: Any, **more: Any) -> Switched:  # noqa: ANN401  # as Plans
        made.append(Switched(*given, **more))
        return made[-1]

    def weather(wire: httpx.AsyncBaseTransport) -> Weather:
        carried.append(Weather(wire))
        return carried[-1]

    with pytest.MonkeyPatch.context() as way:
        way.setattr(app, "Plans", kept)
        way.setattr(Settings, "is_compiled", property(lambda _: True))
        way.setattr(Settings, "keeps_answers", property(lambda _: False))
        async with open_world(folder, carried=weather) as world:
            await world.house.choose(structs.replace(policy(), cache=FORGETFUL))
            assert isinstance(world.house.app, Starlette)
            yield Twice(world, made[0], carried[0], world.house.app.state.doors)
