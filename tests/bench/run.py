"""A whole run: warm read, cold read, costs, directory, events, mailings, in this order."""

import os
import platform
import time
from collections.abc import Callable

from tests.bench.budget import Budget
from tests.bench.cold import measure_cold
from tests.bench.fresh import measure_freshness
from tests.bench.mailing import measure_mailings
from tests.bench.processes import child
from tests.bench.results import Cost, Directory, Machine, Results
from tests.bench.sandbox import Sandbox, sandbox_running
from tests.bench.warm import measure_warm
from tests.bench.wishes import Measure, Mirror


async def run(budget: Budget, step: Callable[[str], None]) -> Results:
    """Measure everything; raise BenchFailed. `step` is told what is being done."""
    began, machine = time.perf_counter(), _machine()
    step("starting the sandbox")
    async with sandbox_running() as sandbox:
        warm, answer_bytes = await measure_warm(sandbox, budget, step)
        cold = await measure_cold(sandbox, budget, step)
        step("what rules cost")
        costs = await _measure_costs(sandbox, budget)
    step(f"the directory of {budget.contacts:,} contacts")
    directory = await _measure_directory(budget)
    freshness = await measure_freshness(budget, step)
    mailings = await measure_mailings(budget, step)
    return Results(
        machine=machine,
        seconds=time.perf_counter() - began,
        answer_bytes=answer_bytes,
        warm=warm,
        cold=cold,
        costs=costs,
        directory=directory,
        freshness=freshness,
        mailings=mailings,
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
