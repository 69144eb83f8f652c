"""A bar to look at while a command works."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LONG = 2000
"""From how many steps on there is a bar."""


def bar(console: Console, what: str, steps: int) -> Progress:
    """Return a bar for so many steps, which goes away at the end; none for a few."""
    return Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=steps < LONG,
        transient=True,
    )
