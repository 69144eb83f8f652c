"""What a run found, as tables."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.bench import notes
from tests.bench.budget import Budget
from tests.bench.crowds import tables as crowds
from tests.bench.results import Cold, Cost, Directory, Fresh, Mailing, Results, Warm
from tests.bench.tabling import table_of
from tests.bench.warm import STOCK


def print_report(console: Console, found: Results, budget: Budget) -> None:
    """Print the tables and what must be known to read them."""
    machine = found.machine
    for table, said in _parts(found, budget):
        if table.row_count:
            console.print()
            console.print(table)
            if said:
                console.print(said, style="dim")
    console.print()
    console.print(
        f"Python {machine.python}, {machine.system}, {machine.cores} cores, load {machine.load} "
        f"before the run, which took {found.seconds:.0f} s.",
        style="dim",
    )


def _parts(found: Results, budget: Budget) -> Iterable[tuple[Table, str]]:
    """Give each table, and what must be known to read it."""
    yield _warm(found.warm, budget), notes.of_warm(found.answer_bytes)
    yield _cold(found.cold), notes.COLD
    yield _costs(found.costs, budget), ""
    yield _directory(found.directory), notes.DIRECTORY
    yield _times("From event to fresh read", found.freshness), notes.FRESH
    yield _times("An event's answer", found.answered), notes.ANSWERED
    yield _mailings(found.mailings, budget), notes.MAILED
    yield _mailings_calls(found.mailings), notes.MAILED_CALLS
    yield crowds.floods(found.floods, budget), notes.FLOODED
    yield crowds.reading(found.overload, budget), notes.of_overload(found.overload)
    yield crowds.sent_away(found.overload), notes.SENT_AWAY
    yield crowds.urgent(found.overload), notes.URGENT
    yield crowds.memory(found.memory), notes.HELD


def _warm(rows: Iterable[Warm], budget: Budget) -> Table:
    rows = list(rows)
    seconds = budget.rounds * budget.round_seconds
    title = f"Warm read, {seconds:g} s at {budget.connections} connections"
    heads = ("req/s", "ratio", "p50", "p95", "p99", "CPU", "load", "calls")
    table = table_of(title, ("", *heads))
    plain = next((row.per_second for row in rows if row.name == STOCK), 1.0)
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
    heads = ("median", "from", "to", "by core", "ratio", "starts", "calls")
    table = table_of("Cold read", ("", *heads))
    for row in rows:
        ms, by_core = row.compiled.ms, row.by_core
        calls = " or ".join(map(str, sorted({*row.compiled.calls, *by_core.calls})))
        times = (row.compiled.median_ms, min(ms), max(ms), by_core.median_ms)
        told = (*(f"{each:.0f}" for each in times), f"{row.ratio:.2f}")
        table.add_row(row.name, *told, str(len(ms)), calls)
    return table


def _times(title: str, rows: Iterable[Fresh]) -> Table:
    table = table_of(title, ("", "events", "p50", "p99", "longest"))
    for row in rows:
        times = (f"{row.at(share):.0f}" for share in (0.5, 0.99, 1.0))
        table.add_row(row.name, str(len(row.ms)), *times)
    return table


def _mailings(rows: Iterable[Mailing], budget: Budget) -> Table:
    title = f"A mailing: {budget.mailed:,} people within {budget.mailing_seconds:g} s"
    heads = ("at once", "p50", "p95", "longest", "later", "asked", "had it")
    table = table_of(title, ("", *heads))
    for row in rows:
        table.add_row(
            row.name,
            f"{row.at_once:,}",
            *(f"{seconds:.2f}" for seconds in (row.p50, row.p95, row.longest)),
            f"{row.told_again:,}",
            str(row.most_askings),
            f"{row.had_it:.1f}",
        )
    return table


def _mailings_calls(rows: Iterable[Mailing]) -> Table:
    heads = ("overtaken", "halved", "in", "calls", "ratio", "429")
    table = table_of("Its order, and its calls", ("", *heads))
    for row in rows:
        table.add_row(
            row.name,
            str(row.overtaken),
            str(row.halved),
            f"{row.seconds:.0f}",
            f"{row.calls:,}",
            f"{row.calls / row.fewest:.2f}",
            str(row.too_many),
        )
    return table


def _costs(rows: Iterable[Cost], budget: Budget) -> Table:
    table = table_of(f"Costs, the best of {budget.repeats}", ("", "µs each", "of"))
    for row in rows:
        table.add_row(row.name, f"{row.micros:.2f}", f"{row.of:,}")
    return table


def _directory(rows: Iterable[Directory]) -> Table:
    rows = list(rows)
    title = "Directory"
    if rows:
        title += f" of {rows[0].rows:,} rows, {rows[0].contacts:,} of them contacts"
    heads = ("build", "memory", "look-up", "remembered", "page", "restart")
    table = table_of(title, ("", *heads))
    for row in rows:
        table.add_row(
            row.name,
            f"{row.build_seconds:.1f}",
            f"{row.growth_mb:.0f}",
            f"{row.cold_p50:.2f} / {row.cold_p99:.2f}",
            f"{row.warm_p50:.2f} / {row.warm_p99:.2f}",
            f"{row.page_ms:.0f}",
            f"{row.restart_ms:.0f}",
        )
    return table
