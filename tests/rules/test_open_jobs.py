"""Which invoices wait for their job, where the tenant holds those of open jobs back."""

import pytest

from resolvers.open_jobs import may_be_billed
from resolvers.tabs import JobTab


@pytest.mark.parametrize("tab", [JobTab.COMPLETED, JobTab.CANCELED])
def test_q6_what_a_job_that_is_over_cost_is_shown(tab: JobTab) -> None:
    assert may_be_billed(tab) is True


@pytest.mark.parametrize("tab", [JobTab.UPCOMING, JobTab.IN_PROGRESS, JobTab.ON_HOLD, None])
def test_q6_what_an_open_job_cost_waits(tab: JobTab | None) -> None:
    verdict = may_be_billed(tab)
    assert not verdict
    assert verdict.rule == "Q6"
