"""`audit`: is the trail as it was written, and what does it tell?"""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.commands.telling import fail, told

if TYPE_CHECKING:
    from adapters.ledger.audit import Entry

audit = typer.Typer(
    help="The trail of who did what, as whom: added to, sealed, never changed.",
    no_args_is_help=True,
)


@audit.command("verify")
def verify() -> None:
    """Walk the whole trail and see that every entry is as it was written.

    It prints how many there are, and the seal of the last. Note that seal somewhere else: a trail
    that was cut short, or written anew as a whole, does not lead to it any more.
    """
    from adapters.ledger.audit import Audit
    from gateway.commands.at_ledger import at_ledger
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        found = at_ledger(url, lambda ledger: Audit(ledger).verify(), "Nothing was verified.")
    if found.broken is not None:
        fail(
            f"The trail is not as it was written: entry {found.broken} was changed, or one before "
            f"it is missing. The {found.entries} before it are whole."
        )
    typer.echo(f"{found.entries} entries, all as they were written. Seal of the last: {found.head}")


@audit.command("list")
def entries(
    *,
    after: Annotated[int, typer.Option(min=0, help="Only what follows the entry of this id.")] = 0,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
) -> None:
    """Print entries, oldest first, each as one line with tabs between: for people and for scripts.

    Id, time, who, as whom, what, on what, in which request, details.
    """
    from adapters.ledger.audit import Audit
    from gateway.commands.at_ledger import at_ledger
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        found = at_ledger(url, lambda ledger: Audit(ledger).read(after, most), "Nothing was read.")
    for of, entry in found:
        typer.echo(_line(of, entry))


def _line(of: int, entry: "Entry") -> str:
    columns = (
        str(of),
        entry.at.isoformat(timespec="seconds"),
        entry.actor,
        entry.as_whom or "",
        entry.action.value,
        entry.subject,
        entry.request_id,
        json.dumps(entry.details, ensure_ascii=False),
    )
    return "\t".join(column.replace("\t", " ").replace("\n", " ") for column in columns)
