"""What a run found, as tables."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.bench.budget import Budget
from tests.bench.questions import CUSTOMER_READ, LATENCY_MS
from tests.bench.results import Cold, Cost, Results, Warm
from tests.bench.warm import STOCK


def print_report(console: Console, found: Results, budget: Budget) -> None:
    """Print the three tables and what must be known to read them."""
    machine = found.machine
    console.print()
    console.print(_warm(found.warm, budget))
    console.print(
        f"{CUSTOMER_READ.name}: {found.answer_bytes:,} bytes, every answer compared byte for byte. "
        "One worker on one core, the load generator on another. ratio: to plain Strawberry, which "
        "has no viewer and no rules. p50, p95, p99: latency in ms. CPU: ms of the server's own "
        "processor time for a request. load: how busy the generator was. calls: to ServiceTitan.",
        style="dim",
    )
    console.print()
    console.print(_cold(found.cold))
    console.print(
        f"ServiceTitan answers after {LATENCY_MS} ms. Each start is a new gateway that is ready "
        "and has answered `viewer { email }`.",
        style="dim",
    )
    console.print()
    console.print(_costs(found.costs, budget))
    console.print()
    console.print(
        f"Python {machine.python}, {machine.system}, {machine.cores} cores, load {machine.load} "
        f"before the run, which took {found.seconds:.0f} s.",
        style="dim",
    )


def _table(title: str, names: Iterable[str]) -> Table:
    first, *others = names
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _warm(rows: Iterable[Warm], budget: Budget) -> Table:
    rows = list(rows)
    seconds = budget.rounds * budget.round_seconds
    title = f"Warm read, {seconds:g} s at {budget.connections} connections"
    heads = ("req/s", "ratio", "p50", "p95", "p99", "CPU", "load", "calls")
    table = _table(title, ("", *heads))
    plain = next(row.per_second for row in rows if row.name == STOCK)
    for row in rows:
        table.add_row(
            row.name,
            f"{row.per_second:,.0f}",
            f"{row.per_second / plain:.3g}",
            *(f"{latency:.1f}" for latency in (row.p50, row.p95, row.p99)),
            "" if row.cpu_ms is None else f"{row.cpu_ms:.2f}",
            f"{row.generator_busy:.0%}",
            "" if row.upstream_calls is None else str(row.upstream_calls),
        )
    return table


def _cold(rows: Iterable[Cold]) -> Table:
    table = _table("Cold read", ("", "median ms", "from", "to", "starts", "calls"))
    for row in rows:
        calls = " or ".join(str(count) for count in sorted(set(row.calls)))
        times = (f"{ms:.0f}" for ms in (row.median_ms, min(row.ms), max(row.ms)))
        table.add_row(row.name, *times, str(len(row.ms)), calls)
    return table


def _costs(rows: Iterable[Cost], budget: Budget) -> Table:
    table = _table(f"Costs, the best of {budget.repeats}", ("", "µs each", "of"))
    for row in rows:
        table.add_row(row.name, f"{row.micros:.2f}", f"{row.of:,}")
    return table
