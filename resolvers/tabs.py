"""Under which tab a job stands: the portal's five, or none (R47-R53)."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from adapters.servicetitan.appointments import AppointmentStatus
from adapters.servicetitan.jobs import JobStatus


class JobTab(Enum):
    """The tabs of the Jobs screen."""

    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    UPCOMING = "UPCOMING"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


class Visit(NamedTuple):
    """What a tab needs to know of one live appointment (active, and not unused).

    Whether it `is_past` counts for one that is scheduled, and for no other.
    """

    status: AppointmentStatus
    is_past: bool


_ALL_ALIKE = {
    AppointmentStatus.CANCELED: JobTab.CANCELED,  # R47
    AppointmentStatus.DONE: JobTab.COMPLETED,  # R48
    AppointmentStatus.HOLD: JobTab.ON_HOLD,  # R49
}
_UNDER_WAY = {AppointmentStatus.DISPATCHED, AppointmentStatus.WORKING}
_NOT_YET = {AppointmentStatus.SCHEDULED, AppointmentStatus.HOLD}
_DONE_AND_TO_DO = {AppointmentStatus.DONE, AppointmentStatus.SCHEDULED}
_RULES = {
    JobTab.CANCELED: "R47",
    JobTab.COMPLETED: "R48",
    JobTab.ON_HOLD: "R49",
    JobTab.UPCOMING: "R50",
    JobTab.IN_PROGRESS: "R51",
}
_BY_JOB = {
    JobStatus.HOLD: JobTab.ON_HOLD,
    JobStatus.COMPLETED: JobTab.COMPLETED,
    JobStatus.CANCELED: JobTab.CANCELED,
    JobStatus.SCHEDULED: JobTab.UPCOMING,
    JobStatus.DISPATCHED: JobTab.IN_PROGRESS,
    JobStatus.IN_PROGRESS: JobTab.IN_PROGRESS,
}


def tab_of(job: JobStatus, live: Sequence[Visit]) -> JobTab | None:
    """Under which tab does a job with this status and these live visits stand?

    None where it is upcoming and none of its scheduled visits is still to come (R53).
    """
    tab = _tab_by_visits({visit.status for visit in live}) or _BY_JOB.get(job)  # R52
    if tab is JobTab.UPCOMING and live and not any(map(_is_to_come, live)):
        return None
    return tab


def rule_of(job: JobStatus, live: Sequence[Visit]) -> str:
    """Which rule puts a job with this status and these live visits where `tab_of` does?"""
    by_visits = _tab_by_visits({visit.status for visit in live})
    if tab_of(job, live) is None and (by_visits or _BY_JOB.get(job)):
        return "R53"
    return "R52" if by_visits is None else _RULES[by_visits]


def _tab_by_visits(statuses: set[AppointmentStatus]) -> JobTab | None:
    if not statuses:
        return None
    if len(statuses) == 1:
        (status,) = statuses
        if status in _ALL_ALIKE:
            return _ALL_ALIKE[status]
    if statuses & _UNDER_WAY or statuses >= _DONE_AND_TO_DO:
        return JobTab.IN_PROGRESS  # R51
    if AppointmentStatus.SCHEDULED in statuses and statuses <= _NOT_YET:
        return JobTab.UPCOMING  # R50
    return None


def _is_to_come(visit: Visit) -> bool:
    return visit.status is AppointmentStatus.SCHEDULED and not visit.is_past
