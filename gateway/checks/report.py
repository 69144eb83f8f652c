"""The findings as a table for a person, and below it what to do."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gateway.checks.finding import Finding


def print_report(console: Console, findings: Sequence[Finding]) -> None:
    """Print what answers and the scope it needs; then what to do, and what to see to."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("Asked", "Answers", "Scope"):
        table.add_column(heading, no_wrap=True)
    for finding in findings:
        table.add_row(finding.part, _answers(finding), finding.scope or "")
    console.print(table)
    for finding in findings:
        told = [sentence for sentence in (finding.problem, finding.note) if sentence is not None]
        if told:
            scope = f" ({finding.scope})" if finding.scope else ""
            console.print()
            console.print(Text(f"{finding.part}{scope}", style="bold"))
            for sentence in told:
                console.print(Padding(Text(sentence), (0, 2)))


def _answers(finding: Finding) -> Text:
    if not finding.is_asked:
        return Text("not asked", style="yellow")
    if finding.problem is None:
        return Text("yes", style="green")
    return Text("no", style="bold red")
