"""A whole run, or some parts of it, in the order of `PARTS`.

A part that fails says why, and the others run on.
"""

import os
import platform
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Final, TypeVar

import httpx

from tests.bench.budget import Budget
from tests.bench.cold import measure_cold
from tests.bench.crowds.floods import measure_floods
from tests.bench.crowds.memory import measure_memory
from tests.bench.crowds.overload import measure_overload
from tests.bench.failure import BenchFailed
from tests.bench.fresh import measure_freshness
from tests.bench.mailing import measure_mailings
from tests.bench.processes import child
from tests.bench.results import (
    Answered,
    Cold,
    Cost,
    Directory,
    Failed,
    Flood,
    Fresh,
    Machine,
    Mailing,
    Memory,
    Overload,
    Results,
    Warm,
)
from tests.bench.sandbox import Sandbox, sandbox_running
from tests.bench.warm import measure_warm
from tests.bench.wishes import Measure, Mirror

T = TypeVar("T")


WARM, COLD, COSTS = "warm read", "cold read", "costs"
DIRECTORY, EVENTS, MAILINGS = "directory", "events", "mailings"
FLOODS, OVERLOAD, MEMORY = "floods", "overload", "memory"
PARTS: Final = (WARM, COLD, COSTS, DIRECTORY, EVENTS, MAILINGS, FLOODS, OVERLOAD, MEMORY)
_OF_ONE_SANDBOX: Final = frozenset((WARM, COLD, COSTS))


@dataclass(slots=True)
class _Parts:
    """What the parts that are `wanted` gave, or why they gave nothing."""

    wanted: Collection[str]
    failed: list[Failed] = field(default_factory=list)

    async def measured(self, part: str, measure: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """Return what this part found; where it fails, note why."""
        if part not in self.wanted:
            return otherwise
        try:
            return await measure()
        except Exception as error:  # noqa: BLE001  # whatever it is, the rest can be measured
            self.failed.append(Failed(part=part, why=str(error) or type(error).__name__))
            return otherwise


async def run(
    budget: Budget, step: Callable[[str], None], wanted: Collection[str] = PARTS
) -> Results:
    """Measure the parts that are wanted. `step` is told what is being done."""
    began, machine, parts = time.perf_counter(), _machine(), _Parts(wanted)
    warm, cold, costs = await _over_one_sandbox(budget, step, parts)

    def of_directory() -> Awaitable[list[Directory]]:
        step(f"the directory of {budget.contacts:,} contacts")
        return _measure_directory(budget)

    directory = await parts.measured(DIRECTORY, of_directory, list[Directory]())
    heard: tuple[list[Fresh], list[Answered]] = [], []
    freshness, answered = await parts.measured(
        EVENTS, lambda: measure_freshness(budget, step), heard
    )
    mailings = await parts.measured(
        MAILINGS, lambda: measure_mailings(budget, step), list[Mailing]()
    )
    floods = await parts.measured(FLOODS, lambda: measure_floods(budget, step), list[Flood]())
    nothing: Overload | None = None
    overload = await parts.measured(OVERLOAD, lambda: measure_overload(budget, step), nothing)
    memory = await parts.measured(MEMORY, lambda: measure_memory(budget, step), list[Memory]())
    return Results(
        machine=machine,
        seconds=time.perf_counter() - began,
        answer_bytes=warm[1],
        warm=warm[0],
        cold=cold,
        costs=costs,
        directory=directory,
        freshness=freshness,
        answered=answered,
        mailings=mailings,
        floods=floods,
        overload=overload,
        memory=memory,
        failed=parts.failed,
    )


async def _over_one_sandbox(
    budget: Budget, step: Callable[[str], None], parts: _Parts
) -> tuple[tuple[list[Warm], int], list[Cold], list[Cost]]:
    """Return what is read warm and cold, and what rules cost."""
    nothing: tuple[list[Warm], int] = [], 0
    warm, cold, costs = nothing, list[Cold](), list[Cost]()
    if _OF_ONE_SANDBOX.isdisjoint(parts.wanted):
        return warm, cold, costs
    step("starting the sandbox")
    try:
        async with sandbox_running() as sandbox:
            warm = await parts.measured(WARM, lambda: measure_warm(sandbox, budget, step), nothing)
            cold = await parts.measured(COLD, lambda: measure_cold(sandbox, budget, step), cold)

            def of_costs() -> Awaitable[list[Cost]]:
                step("what rules cost")
                return _measure_costs(sandbox, budget)

            costs = await parts.measured(COSTS, of_costs, costs)
    except (BenchFailed, TimeoutError, OSError, httpx.HTTPError) as error:
        parts.failed.append(Failed(part="sandbox", why=str(error) or type(error).__name__))
    return warm, cold, costs


async def _measure_costs(sandbox: Sandbox, budget: Budget) -> list[Cost]:
    wish = Measure(sandbox_url=sandbox.url, repeats=budget.repeats)
    async with child("tests.bench.costs") as measuring:
        return await measuring.ask(wish, list[Cost])


async def _measure_directory(budget: Budget) -> list[Directory]:
    wish = Mirror(contacts=budget.contacts, lookups=budget.lookups)
    async with child("tests.bench.directory") as measuring:
        return await measuring.ask(wish, list[Directory])


def _machine() -> Machine:
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count() or 1,
        load=round(os.getloadavg()[0], 2),
    )
