"""`explain` goes by the tenant's choices, and says which list shows what can be opened."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from resolvers.policy import Agreements, Invoices, Proposals, Screen, Screens
from tests.house import House, demo_policy, number
from tests.promises import JORDAN, imported, lines
from tests.staff import explained, staffed_house

PAT, RILEY = (f"{name}@example.com" for name in ("pat", "riley"))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door."""
    async with staffed_house() as ready:
        yield ready


def told(explanation: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(rule["rule"], rule["passed"]) for rule in explanation["rules"]]


def last(explanation: dict[str, Any]) -> tuple[str, bool, str]:
    rule = explanation["rules"][-1]
    return rule["rule"], rule["passed"], rule["because"]


async def test_q6_an_invoice_held_back_says_so() -> None:
    policy = demo_policy(invoices=Invoices(hide_of_open_jobs=True))
    async with staffed_house(policy) as house:
        held = await explained(house, PAT, "INVOICE", number("open-invoice"))
        await house.put("jobs", 300106, jobStatus="Hold")
        await house.put("appointments", 400106, status="Hold")
        shown = await explained(house, PAT, "INVOICE", number("paid-invoice"))
    assert held["visible"] is True
    assert ("Q6", True) in told(held)
    assert shown["visible"] is True


async def test_q6_the_invoice_of_an_open_job_is_told_to_be_held_back() -> None:
    policy = demo_policy(invoices=Invoices(hide_of_open_jobs=True))
    async with staffed_house(policy) as house:
        await house.put("appointments", 400106, status="Working")
        found = await explained(house, PAT, "INVOICE", number("open-invoice"))
    assert found["visible"] is False
    because = "The tenant shows an invoice when its job is over, and this one is not."
    assert last(found) == ("Q6", False, because)


@pytest.mark.parametrize(
    ("landmark", "rule", "passed", "because"),
    [
        ("tune-up-tomorrow", "R50", True, "It is among the jobs upcoming."),
        ("working-now", "R51", True, "It is among the jobs in progress."),
        ("on-hold", "R49", True, "It is among the jobs on hold."),
        ("leftover-visit", "R48", True, "It is among the jobs completed."),
        ("canceled", "R47", True, "It is among the jobs canceled."),
        (
            "passed-by",
            "R53",
            False,
            "All of its visits that were to come lie in the past, so no tab lists it.",
        ),
    ],
)
async def test_a_job_says_under_which_tab_it_stands(
    house: House, landmark: str, rule: str, passed: bool, because: str
) -> None:
    found = await explained(house, PAT, "JOB", number(landmark))
    assert found["visible"] is True
    assert last(found) == (rule, passed, because)


async def test_r54_a_job_of_an_ended_agreement_is_told_to_be_in_no_tab(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    await imported(url, lines("930802,2105,Filters,2026-07-20,Scheduled,310002"))
    async with staffed_house(database=url) as house:
        found = await explained(house, JORDAN, "JOB", 310002)
    assert found["visible"] is True
    because = "It is owed to an agreement that is not Active, so it is not upcoming."
    assert last(found) == ("R54", False, because)


async def test_a_screen_the_tenant_leaves_out_lists_nothing_and_hides_nothing() -> None:
    policy = demo_policy(screens=Screens(shown=(Screen.JOBS,)))
    async with staffed_house(policy) as house:
        found = await explained(house, PAT, "INVOICE", 500106)
    assert found["visible"] is True
    because = "The tenant's portal does not have the screen INVOICES."
    assert last(found) == ("Settings", False, because)


async def test_r38_r70_q2_the_tenants_choices_are_asked_as_they_are() -> None:
    policy = demo_policy(
        proposals=Proposals(show_accepted=False),
        agreements=Agreements(statuses=("Draft",), gate_by_billing=False),
    )
    async with staffed_house(policy) as house:
        sold = await explained(house, PAT, "ESTIMATE", number("sold-estimate"))
        active = await explained(house, JORDAN, "SERVICE_AGREEMENT", 930801)
        draft = await explained(house, JORDAN, "SERVICE_AGREEMENT", 930803)
        plan = await explained(house, RILEY, "MEMBERSHIP", 900101)
    assert last(sold) == ("R38", False, "The portal does not show accepted estimates.")
    assert last(active) == ("R70", False, "The account shows no agreements in this status.")
    assert [one["visible"] for one in (sold, active, draft, plan)] == [False, False, True, True]
