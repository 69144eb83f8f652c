"""What the demo says when everything is up: where to look, who to be, and a question to ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

SANDBOX_URL = "http://127.0.0.1:8010"
QUESTION = (
    "{ viewer { email invoices(first: 3) { totalCount nodes { number status total balance } } } }"
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to sign in as, and what they are there to show."""

    email: str
    shows: str


def greet(
    console: Console,
    *,
    graph_url: str,
    sandbox_url: str,
    staff_url: str,
    environment: Path,
    guests: Sequence[Guest],
    command: str,
) -> None:
    """Print the page."""
    console.print()
    _print_places(console, graph_url, sandbox_url, staff_url)
    console.print()
    console.print(_people(guests))
    console.print()
    console.print("For the other commands (links, access, visits, check), take over its settings:")
    console.print()
    console.print(f"  . {environment}", markup=False, highlight=False, soft_wrap=True)
    console.print()
    console.print("Ask it something, in another shell:")
    console.print()
    for line in curl(graph_url, _token(command, sandbox_url, guests[0].email)):
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    console.print()
    console.print("Ctrl-C stops both.", style="dim")


def curl(graph_url: str, token_command: str) -> Iterable[str]:
    """Return the lines of one command that answers as it stands."""
    yield f"curl -s {graph_url} \\"
    yield f'  -H "Authorization: Bearer $({token_command})" \\'
    yield "  -H 'Content-Type: application/json' \\"
    yield f"""  -d '{{"query":"{QUESTION}"}}'"""


def _token(command: str, sandbox_url: str, email: str) -> str:
    where = "" if sandbox_url == SANDBOX_URL else f" --sandbox-url {sandbox_url}"
    return f"{command} sandbox token --email {email}{where}"


def _print_places(console: Console, graph_url: str, sandbox_url: str, staff_url: str) -> None:
    places = Table.grid(padding=(0, 2))
    places.add_column(no_wrap=True)
    places.add_column(overflow="fold")
    places.add_row("[bold]The graph[/]", graph_url)
    places.add_row("[bold]The sandbox's controls[/]", f"{sandbox_url}/_sandbox/people")
    places.add_row("", f"{sandbox_url}/_sandbox/calls")
    places.add_row("[bold]Staff sign in[/]", staff_url)
    console.print(places)


def _people(guests: Iterable[Guest]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("Sign in as", no_wrap=True)
    table.add_column("to see")
    for guest in guests:
        table.add_row(guest.email, guest.shows)
    return table
