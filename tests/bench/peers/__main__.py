"""`python -m tests.bench.peers`: the gateway beside those a user would pick instead, as tables."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tests.bench.budget import FULL, QUICK, Budget
from tests.bench.failure import BenchFailed
from tests.bench.peers.measuring import Asked, Load, measure_peers
from tests.bench.peers.servers import MEASURE, missing
from tests.bench.peers.town import FOR_LONG_LISTS
from tests.bench.tabling import table_of

SPAN = replace(FULL, rounds=3, round_seconds=0.6, warm_up_seconds=0.5)
GLANCE = replace(QUICK, round_seconds=0.1, warm_up_seconds=0.05)
TITLES = {
    Load.MANY: "{viewers} viewers in turns, each question with other variables",
    Load.ONE: "One viewer, the same again and again",
}
WIDTH = 110
"""How many columns the tables take; a narrower terminal breaks their lines."""
BUSY = 0.9
"""From this share of a core on it may be the generator that is measured."""
NOTE = (
    f"Requests a second of one process, and beside them the ratio to {MEASURE}. All of them ask "
    "the same ServiceTitan, remember its rows, verify every token, show a viewer nothing but their "
    "own customers, and write a line in the log for each request; of the gateway alone there are "
    "the portal's rules, rights from its ledger, and budgets. Answers are compared byte for byte, "
    "and none costs a call. The last two have their one answer's rows, or bytes, in memory and ask "
    f"nobody who they are. The long list is one viewer's, by {FOR_LONG_LISTS} connections."
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Only to see that it runs.")] = False,
    json: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="A file for the figures.")
    ] = None,
) -> None:
    """Measure warm reads of the gateway beside other gateways over the same ServiceTitan.

    Ends with 1 where that cannot be done.
    """
    budget = GLANCE if quick else SPAN
    if (why := missing()) is not None:
        typer.echo(why, err=True)
        raise typer.Exit(1)
    try:
        found = asyncio.run(measure_peers(budget, lambda told: typer.echo(told, err=True)))
    except BenchFailed as failed:
        typer.echo(str(failed), err=True)
        raise typer.Exit(1) from None
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    console = Console()
    console.width = max(console.width, WIDTH)
    for load in Load:
        console.print(_table([asked for asked in found if asked.load is load], load, budget))
    console.print(f"{NOTE} {_sizes(found)} {_busy(found)}", style="dim")


def _table(found: Sequence[Asked], load: Load, budget: Budget) -> Table:
    title = TITLES[load].format(viewers=budget.viewers)
    heads = [name for asked in found for name in (asked.name, "ratio")]
    table = table_of(f"{title}, {budget.connections} connections", ("", *heads))
    measure = [_per_second(asked, MEASURE) for asked in found]
    for server in found[0].servers:
        figures: list[str] = []
        for asked, one in zip(found, measure, strict=True):
            per_second = _per_second(asked, server.name)
            figures += [f"{per_second:,.0f}", f"{per_second / one:.2f}"]
        table.add_row(server.name, *figures)
    return table


def _per_second(asked: Asked, name: str) -> float:
    return next(server.per_second for server in asked.servers if server.name == name)


def _sizes(found: Sequence[Asked]) -> str:
    sizes = {asked.name: f"{asked.data_bytes:,}" for asked in found}
    return f"Bytes of data: {', '.join(f'{name} {size}' for name, size in sizes.items())}."


def _busy(found: Sequence[Asked]) -> str:
    """Tell where the load generator may have been the slower one."""
    limited = [
        f"{server.name} ({asked.name}, {asked.load.value})"
        for asked in found
        for server in asked.servers
        if server.generator_busy > BUSY
    ]
    most = max(server.generator_busy for asked in found for server in asked.servers)
    told = f"The load generator took at most {most:.0%} of a core"
    return f"{told}." if not limited else f"{told}; it may be what is measured of {limited}."


if __name__ == "__main__":
    app()
