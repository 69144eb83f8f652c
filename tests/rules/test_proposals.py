"""R37 and R46: which estimates make a proposal, and what it tells, case by case."""

from datetime import date
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.opportunities import (
    Proposal,
    ProposalStatus,
    created_on,
    grouped,
    has_accepted_option,
    key_of,
    name_of_proposal,
    number_of_proposal,
    status_of,
)
from tests.estimate_rows import DISMISSED, OPEN, SOLD, estimate

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"jobId": 5, "projectId": 6}, "j5"),
        ({"jobId": 5}, "j5"),
        ({"projectId": 6}, "p6"),
        ({"jobId": 0, "projectId": 6}, "p6"),
        ({}, "e7"),
        ({"jobId": 0, "projectId": 0}, "e7"),
    ],
)
def test_r37_an_estimate_belongs_to_its_job_else_its_project_else_to_itself(
    told: dict[str, object], key: str
) -> None:
    assert key_of(estimate(**told)) == key


SOME = st.none() | st.integers(1, 3)


@given(st.lists(st.tuples(SOME, SOME), max_size=12), st.randoms())
def test_r37_every_estimate_stands_in_one_proposal_whatever_their_order(
    owners: list[tuple[int | None, int | None]], chance: Random
) -> None:
    rows = [
        estimate(id=at, jobId=job, projectId=project)
        for at, (job, project) in enumerate(owners, start=1)
    ]
    proposals = grouped(chance.sample(rows, len(rows)))
    assert sorted(row.id for one in proposals for row in one.estimates) == [row.id for row in rows]
    assert len({one.id for one in proposals}) == len(proposals)
    for one in proposals:
        assert {key_of(row) for row in one.estimates} == {one.id}
        ids = [row.id for row in one.estimates]
        assert ids == sorted(ids)


STATUSES = [
    ([OPEN], ProposalStatus.OPEN, False),
    ([OPEN, SOLD], ProposalStatus.OPEN, True),
    ([SOLD, OPEN], ProposalStatus.OPEN, True),
    ([SOLD], ProposalStatus.ACCEPTED, True),
    ([SOLD, DISMISSED], ProposalStatus.ACCEPTED, True),
    ([DISMISSED], ProposalStatus.CLOSED, False),
]


@pytest.mark.parametrize(("options", "status", "accepted"), STATUSES)
def test_r46_an_accepted_option_is_told_and_its_siblings_stay(
    options: list[dict[str, object]], status: ProposalStatus, *, accepted: bool
) -> None:
    told = Proposal(
        "j1", tuple(estimate(id=at, status=option) for at, option in enumerate(options, start=1))
    )
    assert status_of(told) is status
    assert has_accepted_option(told) is accepted


def options(*rows: dict[str, Any]) -> Proposal:
    (told,) = grouped(estimate(**{"id": at, "jobId": 1} | row) for at, row in enumerate(rows, 3))
    return told


def test_a_proposal_is_called_as_its_recommended_option_else_as_its_first() -> None:
    assert name_of_proposal(options({"name": "A"}, {"name": "B", "isRecommended": True})) == "B"
    assert name_of_proposal(options({"name": "A"}, {"name": "B"})) == "A"
    assert name_of_proposal(options({"name": " "}, {"name": "B"})) == "Estimate 3"


def test_a_proposal_is_known_by_its_jobs_number_else_by_its_first_estimate() -> None:
    assert number_of_proposal(options({"jobNumber": None}, {"jobNumber": "J-1"})) == "J-1"
    assert number_of_proposal(options({"jobNumber": None})) == "3"
    assert number_of_proposal(Proposal("e7", (estimate(jobNumber="J-2"),))) == "7"


def test_a_proposal_was_drawn_up_with_its_earliest_option_on_the_businesss_day() -> None:
    told = options(
        {"createdOn": "2026-03-02T02:00:00Z"},
        {"createdOn": "2026-03-01T02:00:00.1234567Z"},
        {"createdOn": None},
    )
    assert created_on(told, CHICAGO) == date(2026, 2, 28)
    assert created_on(options({"createdOn": "0001-01-01T00:00:00Z"}), CHICAGO) is None
