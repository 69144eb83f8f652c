"""`links`: direct links to one invoice or to estimates, from the shell."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.commands.telling import configuration, say, told

if TYPE_CHECKING:
    from gateway.commands.link_making import Make

links = typer.Typer(
    help="Links that open one invoice or some estimates, for whoever holds them.",
    no_args_is_help=True,
)
create = typer.Typer(help="Make a link, and print its address.", no_args_is_help=True)
links.add_typer(create, name="create")

Days = Annotated[int, typer.Option(min=1, max=365, help="For how many days it opens something.")]


@create.command("payment")
def create_payment(
    *,
    invoice: Annotated[str, typer.Option(help="The invoice's number in ServiceTitan.")],
    days: Days = 30,
) -> None:
    """Make a link to an invoice that is to be paid; the address is printed alone, this once.

    It leads to PORTAL_SITE_URL.
    """
    from gateway.commands.at_ledger import by_shell
    from resolvers.direct_links import create_payment_link

    by = by_shell()
    _make(lambda doors: create_payment_link(doors, invoice, days, by))


@create.command("estimate")
def create_estimate(
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]...", help="More of the same proposal.")
    ] = None,
    *,
    estimate: Annotated[list[str], typer.Option(help="An estimate's number in ServiceTitan.")],
    days: Days = 30,
) -> None:
    """Make a link to open estimates of one proposal; the address is printed alone, this once.

    It leads to PORTAL_SITE_URL.
    """
    from gateway.commands.at_ledger import by_shell
    from resolvers.direct_links import create_estimate_link

    numbers = [*estimate, *(more or ())]
    by = by_shell()
    _make(lambda doors: create_estimate_link(doors, numbers, days, by))


@links.command("revoke")
def revoke(
    link: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The link's.")],
) -> None:
    """End a link for everybody who holds it; a running gateway obeys at once."""
    from gateway.commands.link_making import revoke_link
    from gateway.settings import read_database_url

    with told():
        typer.echo(revoke_link(read_database_url(os.environ), link))


def _make(make: "Make") -> None:
    from rich.console import Console

    from gateway.commands.link_making import beside, make_link
    from gateway.logs import configure_logging

    with told():
        settings, _ = configuration()
        configure_logging("error")
        with Console(stderr=True).status("Asking ServiceTitan …"):
            made = make_link(settings, make)
    typer.echo(made.url)
    say(beside(made))
