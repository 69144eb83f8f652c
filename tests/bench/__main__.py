"""`python -m tests.bench`: measures, and prints what it found as tables."""

import asyncio
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.bench.budget import FULL, QUICK, Budget
from tests.bench.report import print_report
from tests.bench.results import Results
from tests.bench.run import PARTS, run
from tests.bench.steps import steps_of

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Only to see that it runs.")] = False,
    json: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="A file for the figures.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help=f"A part, more than once for more: {', '.join(PARTS)}.")
    ] = None,
) -> None:
    """Measure the gateway over a sandbox: warm, cold, fresh, after a mailing, and in a crowd.

    Ends with 1 where a part could not be measured; the others' tables are printed all the same.
    """
    budget = QUICK if quick else FULL
    wanted = only or PARTS
    if unknown := set(wanted) - set(PARTS):
        raise typer.BadParameter(f"No such part: {', '.join(sorted(unknown))}.")
    try:
        found = asyncio.run(_measured(budget, wanted))
    except asyncio.CancelledError:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(1) from None
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    print_report(Console(), found, budget)
    for failed in found.failed:
        typer.echo(f"{failed.part} gave no figures: {failed.why}", err=True)
    if found.failed:
        raise typer.Exit(1)


async def _measured(budget: Budget, wanted: Collection[str]) -> Results:
    """Run with a bar; Ctrl-C and SIGTERM cancel the run, which ends what it started."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=steps_of(budget, wanted))

        def step(told: str) -> None:
            progress.update(bar, description=told, advance=1)

        return await run(budget, step, wanted)


if __name__ == "__main__":
    app()
