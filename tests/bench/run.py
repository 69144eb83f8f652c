"""A whole run: warm read, cold read, costs, directory, events, mailings, in this order.

A part that fails says why, and the others run on.
"""

import os
import platform
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from tests.bench.budget import Budget
from tests.bench.cold import measure_cold
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
    Fresh,
    Machine,
    Results,
    Warm,
)
from tests.bench.sandbox import Sandbox, sandbox_running
from tests.bench.warm import measure_warm
from tests.bench.wishes import Measure, Mirror

T = TypeVar("T")


@dataclass(slots=True)
class _Parts:
    """What parts gave, or why they gave nothing."""

    failed: list[Failed] = field(default_factory=list)

    async def measured(self, part: str, doing: Awaitable[T], otherwise: T) -> T:
        """Return what this part found; where it fails, note why."""
        try:
            return await doing
        except Exception as error:  # noqa: BLE001  # whatever it is, the rest can be measured
            self.failed.append(Failed(part=part, why=str(error) or type(error).__name__))
            return otherwise


async def run(budget: Budget, step: Callable[[str], None]) -> Results:
    """Measure everything. `step` is told what is being done."""
    began, machine, parts = time.perf_counter(), _machine(), _Parts()
    nothing: tuple[list[Warm], int] = [], 0
    warm, cold, costs = nothing, list[Cold](), list[Cost]()
    step("starting the sandbox")
    try:
        async with sandbox_running() as sandbox:
            warm = await parts.measured("warm read", measure_warm(sandbox, budget, step), nothing)
            cold = await parts.measured("cold read", measure_cold(sandbox, budget, step), [])
            step("what rules cost")
            costs = await parts.measured("costs", _measure_costs(sandbox, budget), [])
    except (BenchFailed, TimeoutError, OSError, httpx.HTTPError) as error:
        parts.failed.append(Failed(part="sandbox", why=str(error) or type(error).__name__))
    step(f"the directory of {budget.contacts:,} contacts")
    directory = await parts.measured("directory", _measure_directory(budget), [])
    heard: tuple[list[Fresh], list[Answered]] = [], []
    freshness, answered = await parts.measured("events", measure_freshness(budget, step), heard)
    mailings = await parts.measured("mailings", measure_mailings(budget, step), [])
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
        failed=parts.failed,
    )


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
