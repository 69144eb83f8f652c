"""Opportunities: the visible estimates that stand side by side as one proposal (R37)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import groupby
from zoneinfo import ZoneInfo

from adapters.servicetitan.estimates import Estimate, EstimateState
from resolvers.estimates import is_open, name_of, number_of
from resolvers.moments import day_in


class ProposalStatus(Enum):
    """How far a proposal is decided."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Options of one opportunity, at least one, in the order of their ids.

    `id` is its key: `j` and a job, else `p` and a project, else `e` and the one estimate.
    """

    id: str
    estimates: tuple[Estimate, ...]

    @property
    def first(self) -> Estimate:
        """The option that was drawn up first, which speaks for what all of them share."""
        return self.estimates[0]


def key_of(estimate: Estimate) -> str:
    """To which proposal does this estimate belong: its job's, its project's, or its own (R37)?"""
    if estimate.job_id is not None:
        return f"j{estimate.job_id}"
    return f"e{estimate.id}" if estimate.project_id is None else f"p{estimate.project_id}"


def grouped(estimates: Iterable[Estimate]) -> list[Proposal]:
    """Which proposals do these visible estimates make (R37)?"""
    rows = sorted(estimates, key=lambda row: (key_of(row), row.id))
    return [Proposal(key, tuple(options)) for key, options in groupby(rows, key_of)]


def status_of(proposal: Proposal) -> ProposalStatus:
    """How far is this proposal decided?

    OPEN while any option is open: the siblings of an accepted one stay as they are (R46). ACCEPTED
    where none is, and one was accepted. CLOSED where neither is so: its options were dismissed, or
    taken back by the office. No list holds such a proposal, since R38 hides all of its options; it
    is the answer for whoever holds the options by another right than R38.
    """
    if any(map(is_open, proposal.estimates)):
        return ProposalStatus.OPEN
    if has_accepted_option(proposal):
        return ProposalStatus.ACCEPTED
    return ProposalStatus.CLOSED


def has_accepted_option(proposal: Proposal) -> bool:
    """Was one of its options accepted (R46)?"""
    return any(option.state is EstimateState.SOLD for option in proposal.estimates)


def number_of_proposal(proposal: Proposal) -> str:
    """By which number does the office know it: its job's, else its first estimate's?"""
    told = (option.job_number for option in proposal.estimates if option.job_id is not None)
    return next(filter(None, told), None) or number_of(proposal.first)


def name_of_proposal(proposal: Proposal) -> str:
    """What is it called: as its recommended option, else as its first?"""
    recommended = (row for row in proposal.estimates if row.is_recommended)
    return name_of(next(recommended, proposal.first))


def created_on(proposal: Proposal, zone: ZoneInfo) -> date | None:
    """On which day of the business was its first option drawn up?"""
    moments = (row.created_on for row in proposal.estimates)
    return day_in(zone, min(filter(None, moments), default=None))
