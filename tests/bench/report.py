"""What a run found, as tables."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.bench.budget import Budget
from tests.bench.questions import CUSTOMER_READ, LATENCY_MS, MAILING_LATENCY_MS
from tests.bench.results import Cold, Cost, Directory, Fresh, Mailing, Results, Warm
from tests.bench.warm import STOCK


def print_report(console: Console, found: Results, budget: Budget) -> None:
    """Print the tables and what must be known to read them."""
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
    console.print(_directory(found.directory))
    console.print(
        "From feeds made up in the same process, pages of a thousand. build: seconds until ready, "
        "memory: MB the process grew by. Milliseconds: a look-up by email that nothing is "
        "remembered of and one that is (p50 / p99), a page of changes taken in, a warm restart.",
        style="dim",
    )
    console.print()
    console.print(_fresh(found.freshness))
    console.print(
        f"Milliseconds from a change in ServiceTitan, which answers after {LATENCY_MS} ms, until a "
        "read tells it. Nothing grows old meanwhile: the event alone can make it new.",
        style="dim",
    )
    console.print()
    console.print(_mailings(found.mailings, budget))
    console.print(
        f"All cold, one worker; ServiceTitan answers after {MAILING_LATENCY_MS} ms and refuses "
        "more than 60 calls in any second (429). at once: answered when they first asked, after so "
        "many seconds (p50, p95, the longest). later: told when to ask again, and answered then. "
        "had it: seconds within which 95 % of all had their answer, however often they asked. "
        "overtaken: by how many who came later at most. in: seconds until the last had it. "
        "calls: to ServiceTitan, and how many times the fewest that can answer everybody.",
        style="dim",
    )
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


def _fresh(rows: Iterable[Fresh]) -> Table:
    table = _table("From event to fresh read", ("", "events", "p50", "p99", "longest"))
    for row in rows:
        times = (f"{row.at(share):.0f}" for share in (0.5, 0.99, 1.0))
        table.add_row(row.name, str(len(row.ms)), *times)
    return table


def _mailings(rows: Iterable[Mailing], budget: Budget) -> Table:
    title = f"A mailing: {budget.mailed:,} people within {budget.mailing_seconds:g} s"
    heads = (
        "at once",
        "p50",
        "p95",
        "longest",
        "later",
        "had it",
        "overtaken",
        "in",
        "calls",
        "ratio",
        "429",
    )
    table = _table(title, ("", *heads))
    for row in rows:
        table.add_row(
            row.name,
            f"{row.at_once:,}",
            *(f"{seconds:.2f}" for seconds in (row.p50, row.p95, row.longest)),
            f"{row.told_again:,}",
            f"{row.had_it:.1f}",
            str(row.overtaken),
            f"{row.seconds:.0f}",
            f"{row.calls:,}",
            f"{row.calls / row.fewest:.2f}",
            str(row.too_many),
        )
    return table


def _costs(rows: Iterable[Cost], budget: Budget) -> Table:
    table = _table(f"Costs, the best of {budget.repeats}", ("", "µs each", "of"))
    for row in rows:
        table.add_row(row.name, f"{row.micros:.2f}", f"{row.of:,}")
    return table


def _directory(rows: Iterable[Directory]) -> Table:
    rows = list(rows)
    title = f"Directory of {rows[0].rows:,} rows, {rows[0].contacts:,} of them contacts"
    heads = ("build", "memory", "look-up", "remembered", "page", "restart")
    table = _table(title, ("", *heads))
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
