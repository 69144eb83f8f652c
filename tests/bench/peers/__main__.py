"""`python -m tests.bench.peers`: the gateway beside those a user would pick instead, as a table."""

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
from tests.bench.peers.measuring import FOR_LONG_LISTS, MEASURE, Asked, measure_peers, missing
from tests.bench.tabling import table_of

ROUNDS = 3
NOTE = (
    f"Requests a second of one process, and beside them the ratio to {MEASURE}. Every answer is "
    "compared byte for byte, and all servers answer the same data. The gateway has a token, rules, "
    "budgets and a line in the log for each; the peers have their rows ready in memory, know no "
    "viewer and write no log. The long list is asked for by "
    f"{FOR_LONG_LISTS} connections."
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
    """Measure warm reads of the gateway, compiled and not, beside other gateways.

    Ends with 1 where that cannot be done.
    """
    budget = QUICK if quick else replace(FULL, rounds=ROUNDS)
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
    console.print(_table(found, budget))
    sizes = ", ".join(f"{asked.name} {asked.answer_bytes:,}" for asked in found)
    console.print(f"{NOTE} Bytes of the gateway's answers: {sizes}.", style="dim")


def _table(found: Sequence[Asked], budget: Budget) -> Table:
    title = f"Warm, {budget.rounds * budget.round_seconds:g} s at {budget.connections} connections"
    heads = [name for asked in found for name in (asked.name, "ratio")]
    table = table_of(title, ("", *heads))
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


if __name__ == "__main__":
    app()
