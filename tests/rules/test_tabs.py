"""R47-R53: under which tab a job stands."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.servicetitan.appointments import Appointment, AppointmentStatus
from adapters.servicetitan.jobs import JobStatus
from adapters.servicetitan.model import AppointmentId, CustomerId, JobId
from resolvers.appointments import is_live
from resolvers.tabs import JobTab, Visit, tab_of

S, D, W, H, DONE, C, U = AppointmentStatus
JOBS = list(JobStatus)


def to_come(*statuses: AppointmentStatus) -> list[Visit]:
    return [Visit(status, is_past=False) for status in statuses]


TABLE = [
    ("R50", [S], JobStatus.SCHEDULED, JobTab.UPCOMING),
    ("R51", [D], JobStatus.IN_PROGRESS, JobTab.IN_PROGRESS),
    ("R51", [W], JobStatus.DISPATCHED, JobTab.IN_PROGRESS),
    ("R51", [DONE, S], JobStatus.IN_PROGRESS, JobTab.IN_PROGRESS),
    ("R51", [DONE, S, C], JobStatus.COMPLETED, JobTab.IN_PROGRESS),
    ("R48", [DONE, DONE], JobStatus.IN_PROGRESS, JobTab.COMPLETED),
    ("R49", [H, H], JobStatus.HOLD, JobTab.ON_HOLD),
    ("R49", [S, H], JobStatus.SCHEDULED, JobTab.UPCOMING),
    ("R52", [DONE, H], JobStatus.HOLD, JobTab.ON_HOLD),
    ("R47", [C], JobStatus.CANCELED, JobTab.CANCELED),
    ("R47", [C, C], JobStatus.SCHEDULED, JobTab.CANCELED),
    ("R52", [DONE, C], JobStatus.CANCELED, JobTab.CANCELED),
    ("R52", [DONE, C], JobStatus.COMPLETED, JobTab.COMPLETED),
    ("R52", [U], JobStatus.COMPLETED, JobTab.COMPLETED),
    ("R52", [U], JobStatus.UNKNOWN, None),
    ("R53", [C, H], JobStatus.SCHEDULED, None),
    ("R52", [], JobStatus.SCHEDULED, JobTab.UPCOMING),
    ("R52", [], JobStatus.DISPATCHED, JobTab.IN_PROGRESS),
    ("R52", [], JobStatus.IN_PROGRESS, JobTab.IN_PROGRESS),
    ("R52", [], JobStatus.HOLD, JobTab.ON_HOLD),
    ("R52", [], JobStatus.COMPLETED, JobTab.COMPLETED),
    ("R52", [], JobStatus.CANCELED, JobTab.CANCELED),
    ("R52", [], JobStatus.UNKNOWN, None),
]


@pytest.mark.parametrize(("rule", "statuses", "job", "tab"), TABLE)
def test_the_table(
    rule: str, statuses: list[AppointmentStatus], job: JobStatus, tab: JobTab | None
) -> None:
    assert tab_of(job, to_come(*statuses)) is tab, rule


def test_r53_upcoming_needs_a_scheduled_visit_that_is_not_past() -> None:
    past, ahead = Visit(S, is_past=True), Visit(S, is_past=False)
    assert tab_of(JobStatus.SCHEDULED, [past]) is None
    assert tab_of(JobStatus.SCHEDULED, [past, Visit(H, is_past=False)]) is None
    assert tab_of(JobStatus.SCHEDULED, [past, ahead]) is JobTab.UPCOMING


def test_r53_what_lies_in_the_past_hides_no_other_tab() -> None:
    for status, tab in ((DONE, JobTab.COMPLETED), (C, JobTab.CANCELED), (H, JobTab.ON_HOLD)):
        assert tab_of(JobStatus.SCHEDULED, [Visit(status, is_past=True)]) is tab
    assert tab_of(JobStatus.SCHEDULED, [Visit(W, is_past=True)]) is JobTab.IN_PROGRESS


def every(live: tuple[AppointmentStatus, ...], *allowed: AppointmentStatus) -> bool:
    return bool(live) and all(status in allowed for status in live)


def stated(job: JobStatus, live: tuple[AppointmentStatus, ...]) -> JobTab | None:
    """The rules' own words, one by one, for visits that all lie ahead."""
    rules = {
        JobTab.CANCELED: every(live, C),
        JobTab.COMPLETED: every(live, DONE),
        JobTab.ON_HOLD: every(live, H),
        JobTab.UPCOMING: every(live, S, H) and S in live,
        JobTab.IN_PROGRESS: D in live or W in live or (DONE in live and S in live),
    }
    by_rule = [tab for tab, holds in rules.items() if holds]
    assert len(by_rule) <= 1, "tabs overlap"
    if by_rule:
        return by_rule[0]
    by_job = {
        "Hold": JobTab.ON_HOLD,
        "Completed": JobTab.COMPLETED,
        "Canceled": JobTab.CANCELED,
        "Scheduled": JobTab.UPCOMING,
        "Dispatched": JobTab.IN_PROGRESS,
        "InProgress": JobTab.IN_PROGRESS,
    }.get(job.value)
    return None if by_job is JobTab.UPCOMING and live and S not in live else by_job


@pytest.mark.parametrize("job", JOBS)
def test_every_multiset_of_up_to_four_visits_stands_where_the_rules_say(job: JobStatus) -> None:
    for size in range(5):
        for live in combinations_with_replacement(AppointmentStatus, size):
            assert tab_of(job, to_come(*live)) is stated(job, live), live


@given(
    st.sampled_from(JOBS),
    st.lists(st.builds(Visit, st.sampled_from(AppointmentStatus), st.booleans()), max_size=6),
)
def test_the_order_of_visits_changes_nothing(job: JobStatus, live: list[Visit]) -> None:
    assert tab_of(job, live) is tab_of(job, live[::-1])


def test_r48_every_multiset_of_up_to_four_visits_used_or_not_stands_where_its_live_ones_do() -> (
    None
):
    kinds = [(status, unused) for status in AppointmentStatus for unused in (False, True)]
    for size in range(5):
        for visits in combinations_with_replacement(kinds, size):
            rows = [
                Appointment(
                    id=AppointmentId(at + 1),
                    job_id=JobId(1),
                    customer_id=CustomerId(1),
                    status=status,
                    unused=unused,
                )
                for at, (status, unused) in enumerate(visits)
            ]
            live = [Visit(row.status, is_past=False) for row in rows if is_live(row)]
            used = tuple(status for status, unused in visits if not unused)
            for job in JOBS:
                assert tab_of(job, live) is stated(job, used), (visits, job)
