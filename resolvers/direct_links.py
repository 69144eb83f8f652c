"""Direct links as the office makes them: to one open invoice, or to estimates of one proposal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from adapters.ledger.audit import By
from adapters.ledger.direct_links import DirectLinkRow, DirectLinks, LinkKind
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import ESTIMATES, Estimate
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.numbers import INVOICE_NUMBERS
from resolvers.estimates import is_open, is_shown
from resolvers.ids import whole_number
from resolvers.opportunities import key_of
from resolvers.pending import OnTheWay

DAYS: Final = 30
"""For how many days a link opens something, where nothing else is said."""

MOST_DAYS: Final = 365
_MOST_ESTIMATES: Final = 20
_LONGEST_NUMBER: Final = 64
_PATHS = {LinkKind.PAYMENT_LINK: "i", LinkKind.ESTIMATE_LINK: "e"}


class Why(Enum):
    """Why a link is not made or ended."""

    BAD_INPUT = "BAD_INPUT"
    NOT_FOUND = "NOT_FOUND"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    CONFLICT = "CONFLICT"


@dataclass(frozen=True, slots=True)
class NoLink:
    """What the office is told in place of a link; the sentence says what to do."""

    why: Why
    sentence: str


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link. `url` holds the secret and is told this once."""

    link: DirectLinkRow
    url: str


@dataclass(frozen=True, slots=True)
class LinkDoors:
    """What links are made through; `site_url` is the front end's address, None without one.

    `pending` tells what is charged and not yet in ServiceTitan's books.
    """

    servicetitan: ServiceTitan
    links: DirectLinks
    pending: PendingAmounts
    site_url: str | None


async def create_payment_link(
    doors: LinkDoors, number: str, days: int, by: By
) -> MadeLink | NoLink:
    """Make a link to the invoice of this number, or say why not; raises UpstreamError."""
    wrong = _unfit(doors, days)
    if wrong is not None:
        return wrong
    told = number.strip()
    if not 0 < len(told) <= _LONGEST_NUMBER or not told.isprintable():
        return NoLink(Why.BAD_INPUT, "Name the invoice by its number in ServiceTitan.")
    pending = OnTheWay(await doors.pending.read())
    found = await doors.servicetitan.numbered(INVOICE_NUMBERS, told)
    refused = payable(told, [pending.owed(row) for row in found])
    if refused is not None:
        return refused
    return await _made(doors, LinkKind.PAYMENT_LINK, [found[0].id], days, by)


async def create_estimate_link(
    doors: LinkDoors, numbers: Sequence[str], days: int, by: By
) -> MadeLink | NoLink:
    """Make a link to the estimates of these numbers, or say why not; raises UpstreamError."""
    wrong = _unfit(doors, days)
    if wrong is not None:
        return wrong
    told = list(dict.fromkeys(number.strip() for number in numbers))
    ids = [of for of in map(whole_number, told) if of is not None]
    if len(ids) < len(told):
        return NoLink(Why.BAD_INPUT, "Name each estimate by its number in ServiceTitan.")
    if not 0 < len(ids) <= _MOST_ESTIMATES:
        return NoLink(Why.BAD_INPUT, f"A link is to 1 to {_MOST_ESTIMATES} estimates.")
    found = await _estimates(doors.servicetitan, ids)
    refused = offerable(ids, found)
    if refused is not None:
        return refused
    return await _made(doors, LinkKind.ESTIMATE_LINK, ids, days, by)


async def revoke_direct_link(doors: LinkDoors, link: int, by: By) -> DirectLinkRow | NoLink:
    """End this link, or say that there is none; to end it twice does no harm."""
    row = await doors.links.revoke(link, by)
    return NoLink(Why.NOT_FOUND, f"There is no link {link}.") if row is None else row


def payable(number: str, found: Sequence[Invoice]) -> NoLink | None:
    """Why may no payment link be sent for what was found by this number (R61, R65)?"""
    if not found:
        return NoLink(Why.NOT_FOUND, f"ServiceTitan has no invoice {number}.")
    if len(found) > 1:
        return NoLink(
            Why.CONFLICT,
            f"ServiceTitan has {len(found)} invoices {number}: give this one a number of its own.",
        )
    (invoice,) = found
    if not invoice.active:
        return NoLink(Why.NOT_AVAILABLE, f"Invoice {number} is no longer active.")
    if invoice.balance is None:
        return NoLink(Why.NOT_AVAILABLE, f"The balance of invoice {number} cannot be read.")
    if invoice.balance <= 0:
        return NoLink(Why.NOT_AVAILABLE, f"Nothing is left to pay on invoice {number}.")
    return None


def offerable(ids: Iterable[int], found: Iterable[Estimate]) -> NoLink | None:
    """Why may no link be sent to these estimates (R38, R63)?"""
    rows: dict[int, Estimate] = {row.id: row for row in found}
    for of in ids:
        row = rows.get(of)
        if row is None:
            return NoLink(Why.NOT_FOUND, f"ServiceTitan has no estimate {of}.")
        shown = is_shown(row)
        if not shown:
            return NoLink(Why.NOT_AVAILABLE, f"Estimate {of} is not shown: {shown.because}")
        if not is_open(row):
            return NoLink(Why.NOT_AVAILABLE, f"Estimate {of} was accepted already.")
    if len({(row.customer_id, key_of(row)) for row in rows.values()}) > 1:
        sentence = "These estimates are not of one proposal: make a link for each proposal."
        return NoLink(Why.CONFLICT, sentence)
    return None


def address_of(kind: LinkKind, secret: str, site_url: str) -> str:
    """Where does the front end open this link? What follows the # is sent to no server (DL-8)."""
    return f"{site_url}/{_PATHS[kind]}#{secret}"


def _unfit(doors: LinkDoors, days: int) -> NoLink | None:
    if doors.site_url is None:
        return NoLink(
            Why.NOT_AVAILABLE,
            "Links lead to your front end: set PORTAL_SITE_URL to its address, "
            "for example https://portal.example.com.",
        )
    if not 1 <= days <= MOST_DAYS:
        return NoLink(Why.BAD_INPUT, f"A link lasts for 1 to {MOST_DAYS} days.")
    return None


async def _estimates(servicetitan: ServiceTitan, ids: Sequence[int]) -> list[Estimate]:
    answer = await servicetitan.ask(ESTIMATES, "id", ids)
    found: list[Estimate] = []
    for rows in answer.rows.values():
        if isinstance(rows, UpstreamError):
            raise rows
        found.extend(rows)
    return found


async def _made(
    doors: LinkDoors, kind: LinkKind, ids: Sequence[int], days: int, by: By
) -> MadeLink:
    link, secret = await doors.links.create(kind, ids, by, by.at + timedelta(days=days))
    return MadeLink(link, address_of(kind, secret, str(doors.site_url)))
