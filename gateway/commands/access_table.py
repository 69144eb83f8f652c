"""`access show`: what an email reaches, how much of it, where that comes from, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from adapters.directory.people import People
from adapters.ledger.access_levels import AccessLevels, LevelRow
from adapters.ledger.emails import folded
from adapters.ledger.ledger import Ledger
from resolvers.openings import Opening, Origin, openings_of
from resolvers.policy import Policy

UNREAD = (
    "The directory of people is not in this ledger yet: start the gateway (portal-gateway serve), "
    "and look again when /health/ready says that it is ready."
)
_FROM = {
    Origin.POLICY_FILE: "the policy file",
    Origin.CUSTOMER: "its customer",
    Origin.DEFAULT: "the policy's default",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show of an email; `idle` are levels set on what the email is not on."""

    email: str
    is_read: bool
    openings: Sequence[Opening]
    levels: Sequence[LevelRow]
    idle: Sequence[LevelRow]


async def look_up(ledger: Ledger, email: str, policy: Policy) -> Shown:
    """Return all that the ledger and the policy say of this email; raises LedgerUnavailable."""
    of = folded(email)
    standing = await People(ledger).standing(of)
    openings = openings_of(of, standing, policy.access)
    levels = await AccessLevels(ledger).of(of)
    on = {_key(opening) for opening in openings}
    idle = [row for row in levels if (row.customer, row.location) not in on]
    return Shown(of, standing.read_at is not None, openings, levels, idle)


def sentences(shown: Shown) -> list[str]:
    """Say what no table shows."""
    told = [] if shown.is_read else [UNREAD]
    if not shown.openings:
        told.append(f"{shown.email} is on no customer and no location, and opens nothing.")
    for row in shown.idle:
        place = "" if row.location is None else f", location {row.location}"
        told.append(
            f"{row.level.value} is set for customer {row.customer}{place}, "
            "which the email is not on: it opens nothing until it is."
        )
    return told


def table(shown: Shown) -> Table:
    """Return a row for every customer and place the email is on."""
    found = Table("Customer", "Location", "Level", "From", "Closed because", expand=False)
    levels = {(row.customer, row.location): row for row in shown.levels}
    for opening in shown.openings:
        place = opening.location
        cells = (
            f"{opening.customer.id} {opening.customer.name.strip()}",
            "" if place is None else f"{place.id} {place.name.strip()}",
            opening.level.value,
            _origin(opening, levels.get(_key(opening))),
            "" if opening.closed is None else f"{opening.closed.because} ({opening.closed.rule})",
        )
        found.add_row(*map(Text, cells))
    return found


def _key(opening: Opening) -> tuple[int, int | None]:
    return opening.customer.id, None if opening.location is None else opening.location.id


def _origin(opening: Opening, row: LevelRow | None) -> str:
    if opening.origin is Origin.GATEWAY and row is not None:
        return f"set here on {row.changed_at:%Y-%m-%d} by {row.changed_by}"
    return _FROM.get(opening.origin, "set here")
