"""The form of every table of a run."""

from collections.abc import Iterable

from rich.table import Table


def table_of(title: str, names: Iterable[str]) -> Table:
    """Return an empty table: a name for each row, and figures beside it."""
    first, *others = names
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table
