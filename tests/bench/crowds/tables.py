"""What was found of crowds, as tables."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from tests.bench.budget import Budget
from tests.bench.results import Flood, Memory, Overload
from tests.bench.tabling import table_of


def floods(rows: Sequence[Flood], budget: Budget) -> Table:
    """How do others fare while one floods?"""
    heads = ("p50", "p95", "ratio", "away", "flood/s", "in", "away", "ms", "late")
    table = table_of(f"A flood of one viewer's, {2 * budget.crowd_seconds:g} s each", ("", *heads))
    quiet = rows[0].others.p95 if rows else 1.0
    for row in rows:
        others, flood = row.others, row.flood
        own: tuple[str, ...] = ("", "", "", "")
        if flood is not None:
            counts = (
                flood.per_second,
                flood.answered / flood.seconds,
                flood.sent_away / flood.seconds,
            )
            own = (*(f"{count:,.0f}" for count in counts), f"{flood.away_p99:.0f}")
        table.add_row(
            others.name,
            f"{others.p50:.1f}",
            f"{others.p95:.1f}",
            f"{others.p95 / max(quiet, 0.001):.2f}",
            str(others.sent_away + others.failed),
            *own,
            f"{others.late_p99:.1f}",
        )
    return table


def reading(found: Overload | None, budget: Budget) -> Table:
    """How do those fare who are let in to read?"""
    heads = ("come/s", "let in/s", "p50", "p95", "p99", "ratio", "late")
    title = f"Overload, {budget.overload_seconds:g} s of three times what a worker can do"
    table = table_of(title, ("", *heads))
    rows = [] if found is None else found.reading
    usual = rows[1].p99 if rows else 1.0
    for row in rows:
        table.add_row(
            row.name,
            f"{row.per_second:,.0f}",
            f"{row.answered / row.seconds:,.0f}",
            *(f"{took:.1f}" for took in (row.p50, row.p95, row.p99)),
            f"{row.p99 / max(usual, 0.001):.2f}",
            f"{row.late_p99:.1f}",
        )
    return table


def sent_away(found: Overload | None) -> Table:
    """How do those fare who are not?"""
    table = table_of("Sent away", ("", "away/s", "p50", "p99", "failed"))
    for row in () if found is None else found.reading:
        table.add_row(
            row.name,
            f"{row.sent_away / row.seconds:,.0f}",
            *(f"{took:.1f}" for took in (row.away_p50, row.away_p99)),
            str(row.failed),
        )
    return table


def urgent(found: Overload | None) -> Table:
    """How do money and events fare meanwhile?"""
    heads = ("come", "done", "p50", "p99")
    table = table_of("Money and events meanwhile", ("", *heads))
    for kind, rows in () if found is None else (("pay", found.paying), ("tell", found.told)):
        for row in rows:
            table.add_row(
                f"{kind}, {row.name}",
                str(row.asked),
                f"{row.answered / max(row.asked, 1):.0%}",
                f"{row.p50:.1f}",
                f"{row.p99:.1f}",
            )
    return table


def memory(rows: Iterable[Memory]) -> Table:
    """What does a worker hold, round after round?"""
    table = table_of("Memory", ("after requests", "MB", "open files", "threads"))
    for row in rows:
        counts = (f"{row.mb:.1f}", str(row.files), str(row.threads))
        table.add_row(f"{row.requests:,}", *counts)
    return table
