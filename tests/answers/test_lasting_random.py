"""Random documents, asked again while records change, are told as though nothing were kept."""

import json
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
import pytest_asyncio
from graphql import parse, validate
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.resource import Resource
from gateway.guard.limits import EVERYBODY, STAFF
from gateway.settings import Settings
from resolvers.doors import Doors
from resolvers.ids import global_id
from resolvers.shelves import Shelf, Shelves
from tests.authz.viewers import KINDS
from tests.authz.walk import SCHEMA
from tests.authz.world import World, open_world
from tests.limitless import MANY
from tests.long_runs import runs
from tests.plans.documents import Writer

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIMES = 4
SEEDS = st.integers(0, 2**40)
RUNS = settings(runs(12, 1, at_length=(2_000, 1)), phases=[Phase.explicit, Phase.generate])
CHANGES: dict[str, tuple[Resource[Any], dict[str, list[object]]]] = {
    "invoices": (INVOICES, {"balance": ["0.00", "1.25", "80.00"], "active": [True, False]}),
    "jobs": (JOBS, {"jobNumber": ["J-1", "J-2"], "jobStatus": ["Hold", "Completed"]}),
    "appointments": (APPOINTMENTS, {"status": ["Hold", "Done"], "active": [True, False]}),
}
_SEALED = re.compile(r"eyJ[\w.-]{40,}")
"""Addresses of documents are sealed anew each time they are told."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A world, and how it is asked: `is_kept` says whether anything is told again."""

    world: World
    doors: Doors
    switch: dict[str, bool]
    told: dict[str, list[object]]

    async def ask(self, kind: str, text: str, *, is_kept: bool, **variables: object) -> str:
        """Return the whole answer, without what it cost."""
        self.switch["kept"] = is_kept
        self.doors.refusals.clear()
        self.doors.tracking._known.clear()  # noqa: SLF001  # it is kept half a minute, whoever asks
        told = await self.world.ask(kind, text, **variables)
        return _SEALED.sub("sealed", json.dumps(told.without_cost))

    async def change(self, dice: random.Random) -> None:
        """Change a record, and have it told."""
        collection = dice.choice([*CHANGES])
        resource, changes = CHANGES[collection]
        of = dice.choice([*self.world.records.tables[collection]])["id"]
        field = dice.choice([*changes])
        await self.world.house.put(collection, of, **{field: dice.choice(changes[field])})
        await self.doors.records.changed(resource, [of])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    """A house that remembers rows, and lets documents be as large as they are."""
    switch, of = {"kept": True}, Shelves.of

    def shelf(shelves: Shelves, *given: Any) -> Shelf:  # noqa: ANN401  # as Shelves.of
        return of(shelves, *given) if switch["kept"] else Shelf(*given[1:])

    with pytest.MonkeyPatch.context() as way:
        for name, limits in {"EVERYBODY": EVERYBODY, "STAFF": STAFF}.items():
            wide = replace(limits, **{of.name: MANY for of in fields(limits)})
            way.setattr(f"gateway.documents.{name}", wide)
        way.setattr(Shelves, "of", shelf)
        way.setattr("gateway.ground.Shelves", lambda *_: Shelves())
        way.setattr(Settings, "is_compiled", property(lambda _: True))
        way.setattr(Settings, "keeps_answers", property(lambda _: False))
        async with open_world(tmp_path_factory.mktemp("lasting")) as world:
            sample = world.records.sample.items()
            told: dict[str, list[object]] = {
                "ID": [global_id(kind, key) for kind, keys in sample for key in keys],
                "Int": [1, 2, 5, 20, 50],
                "String": ["", "compressor"],
            }
            assert isinstance(world.house.app, Starlette)
            yield Asked(world, world.house.app.state.doors, switch, told)


@RUNS
@given(number=SEEDS)
async def test_any_query_is_told_as_though_nothing_were_kept(house: Asked, number: int) -> None:
    dice = random.Random(number)  # noqa: S311  # no secret
    writer = Writer(SCHEMA, number, frozenset(), house.told, ["viewer"], 0.12)
    kind, text = dice.choice([*KINDS, *["OWNER", "OTHER_OWNER", "MIXED_LEVELS"] * 5]), ""
    text = writer.document(4)
    if validate(SCHEMA, parse(text)):
        return
    for _ in range(2):
        right = await house.ask(kind, text, is_kept=False, **writer.values)
        for _ in range(TIMES):
            told = await house.ask(kind, text, is_kept=True, **writer.values)
            assert told == right, (kind, text, writer.values)
        await house.change(dice)


async def test_much_of_it_was_told_again(house: Asked) -> None:
    for kind in ("OWNER", "OTHER_OWNER"):
        text = "{ viewer { invoices(first: 20) { nodes { number job { number type } } } } }"
        for _ in range(TIMES):
            await house.ask(kind, text, is_kept=True)
    assert house.doors.shelves.told > TIMES
