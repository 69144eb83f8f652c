"""`links create` and `links revoke`: direct links made and ended from the shell."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from adapters.ledger.direct_links import DirectLinkRow, DirectLinks
from adapters.ledger.ledger import Ledger
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.servicetitan.client import connect
from gateway.commands.at_ledger import CommandFailed, at_ledger, by_shell
from gateway.settings import Settings
from resolvers.direct_links import LinkDoors, MadeLink, NoLink

Make = Callable[[LinkDoors], Awaitable[MadeLink | NoLink]]

_UNMADE = "No link was made."


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


def make_link(settings: Settings, make: Make) -> MadeLink:
    """Return what `make` makes; raises CommandFailed with what the office is told instead."""

    async def work(ledger: Ledger) -> MadeLink | NoLink:
        servicetitan = connect(settings.connection())
        try:
            links, pending = DirectLinks(ledger, now), PendingAmounts(ledger)
            return await make(LinkDoors(servicetitan, links, pending, settings.site_url))
        finally:
            await servicetitan.aclose()

    made = at_ledger(settings.database_url.get_secret_value(), work, _UNMADE)
    if isinstance(made, NoLink):
        raise CommandFailed(f"{made.sentence} {_UNMADE}")
    return made


def revoke_link(database_url: str, link: int) -> str:
    """End a link and say so; raises CommandFailed for a link that there is not."""
    by = by_shell()

    async def work(ledger: Ledger) -> DirectLinkRow | None:
        return await DirectLinks(ledger, now).revoke(link, by)

    row = at_ledger(database_url, work, "Nothing was revoked.")
    if row is None or row.revoked_at is None:
        raise CommandFailed(f"There is no link {link}. Nothing was revoked.")
    if row.revoked_at < by.at:
        return f"Link {link} was revoked on {row.revoked_at:%Y-%m-%d} already."
    return f"Link {link} is revoked, and opens nothing any more."


def beside(made: MadeLink) -> str:
    """Say what goes with a link's address."""
    link = made.link
    return (
        f"Link {link.id} opens until {link.expires_at:%Y-%m-%d %H:%M} UTC. Its address is told "
        f"this once; end it with: portal-gateway links revoke {link.id}"
    )
