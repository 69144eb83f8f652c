"""What decides on a record or lists it, and takes more than the record itself to be asked."""

from collections.abc import Awaitable

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.jobs import Job
from resolvers.agreement_ties import suspended_jobs
from resolvers.appointments import appointments_of
from resolvers.context import Context
from resolvers.job_tabs import seen_by_tabs, tab_with, unless_suspended
from resolvers.open_jobs import verdicts_on
from resolvers.rules import Outcome, refused
from resolvers.tabs import JobTab, rule_of

Told = Awaitable[list[Outcome]]

_OVER = "Where the tenant holds invoices of open jobs back: is its job over?"
_TAB = "Does the job stand under a tab of the Jobs screen?"
_WORDS = {
    JobTab.IN_PROGRESS: "in progress",
    JobTab.ON_HOLD: "on hold",
    JobTab.UPCOMING: "upcoming",
    JobTab.COMPLETED: "completed",
    JobTab.CANCELED: "canceled",
}
_IN_NONE = {
    "R52": "Neither its visits nor its status say under which.",
    "R53": "All of its visits that were to come lie in the past, so no tab lists it.",
}


async def nothing(_person: Context, _row: object) -> list[Outcome]:
    """Ask nothing more."""
    return []


async def held_back(person: Context, invoice: Invoice) -> list[Outcome]:
    """Is the invoice held back until its job is over (Q6)? Raises UpstreamError."""
    if not person.policy.invoices.hide_of_open_jobs:
        return []
    (verdict,) = await verdicts_on([invoice], person)
    if isinstance(verdict, UpstreamError):
        raise verdict
    if verdict is not True:
        return [refused(verdict, _OVER)]
    return [Outcome("Q6", _OVER, passed=True, because="No job of it is still going on.")]


async def tab_told(person: Context, job: Job) -> list[Outcome]:
    """Under which tab does the job stand, if any (R47-R54)? Raises UpstreamError."""
    (visits,) = await appointments_of([job], person)
    if isinstance(visits, UpstreamError):
        raise visits
    tab = tab_with(job, visits, person.clock)
    suspended: frozenset[int] = await person.once(suspended_jobs)
    if tab is not unless_suspended(job, tab, suspended):
        because = "It is owed to an agreement that is not Active, so it is not upcoming."
        return [Outcome("R54", _TAB, passed=False, because=because)]
    rule = rule_of(job.job_status, seen_by_tabs(visits, person.clock))
    if tab is None:
        return [Outcome(rule, _TAB, passed=False, because=_IN_NONE[rule])]
    return [Outcome(rule, _TAB, passed=True, because=f"It is among the jobs {_WORDS[tab]}.")]
