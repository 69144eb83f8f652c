"""What proposals cost of ServiceTitan's calls, and what of a page stands without them."""

from collections import Counter

import pytest

from resolvers.ids import global_id
from tests.house import House

PAT, JORDAN = "pat@example.com", "jordan@example.com"
AT_HOME = {"estimates?locationId=2001": 1}
JOBS_AND_VISITS = {"jobs?customerId=1001": 1, "appointments?customerId=1001": 1}
PROPOSALS = """proposals { totalCount nodes { number status estimates { name total version
    items { name } proposal { name } } customer { name } location { name } } }"""

SCREENS = {
    "proposals": (PROPOSALS, AT_HOME),
    "proposals with their jobs": (
        "proposals { nodes { job { number } } }",
        AT_HOME | {"jobs?ids=300106,300115": 1},
    ),
    "a customer's proposals": ("customers { nodes { proposals { totalCount } } }", AT_HOME),
    "proposals to review": ("tasks { proposalsToReview { name } }", AT_HOME),
    "jobs with proposals": (
        "jobs(tab: COMPLETED) { nodes { proposals { name } } }",
        JOBS_AND_VISITS | AT_HOME,
    ),
}
BY_ID = {
    "an estimate": (
        f'{{ estimate(id: "{global_id("Estimate", 600101)}") {{ name total }} }}',
        {"estimates?ids=600101": 1},
    ),
    "an estimate and its siblings": (
        f"""{{ estimate(id: "{global_id("Estimate", 600101)}") {{
            proposal {{ estimates {{ name proposal {{ id }} }} }} }} }}""",
        {"estimates?ids=600101": 1} | AT_HOME,
    ),
    "a proposal": (
        f'{{ proposal(id: "{global_id("Proposal", "j300115")}") {{ name job {{ number }} }} }}',
        {"jobs?ids=300115": 1, "estimates?jobId=300115": 1},
    ),
}


@pytest.mark.parametrize("screen", list(SCREENS))
async def test_a_screen_costs_its_calls_cold_and_none_warm(house: House, screen: str) -> None:
    selection, expected = SCREENS[screen]
    cold = await house.viewer(PAT, selection)
    assert await house.calls() == Counter(expected)
    assert await house.viewer(PAT, selection) == cold
    assert await house.calls() == Counter()


@pytest.mark.parametrize("case", list(BY_ID))
async def test_one_by_its_id_costs_its_calls_cold_and_none_warm(house: House, case: str) -> None:
    query, expected = BY_ID[case]
    cold = await house.data(PAT, query)
    assert await house.calls() == Counter(expected)
    assert await house.data(PAT, query) == cold
    assert await house.calls() == Counter()


async def test_a_call_for_each_location_however_many_rows(house: House) -> None:
    await house.viewer(
        JORDAN, f"{PROPOSALS} jobs(tab: COMPLETED, first: 100) {{ nodes {{ proposals {{ id }} }} }}"
    )
    calls = await house.calls()
    estimates = {call: count for call, count in calls.items() if call.startswith("estimates")}
    assert estimates == {f"estimates?locationId={2100 + at}": 1 for at in range(1, 13)}


ENOUGH = 20
PAGE = """{ viewer { email invoices(first: 1) { nodes { number } } proposals { nodes { id } }
    tasks { totalDue count proposalsToReview { id } }
    jobs(tab: ON_HOLD) { nodes { number proposals { id } } } } }"""
FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "down": ({"status": 503, "times": ENOUGH}, "UPSTREAM_UNAVAILABLE"),
    "throttled for an hour": (
        {"status": 429, "retryAfter": 3600, "times": ENOUGH},
        "UPSTREAM_BUSY",
    ),
    "everybody's rows": ({"ignoreFilters": True, "times": ENOUGH}, "UPSTREAM_REJECTED"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_the_fields_that_need_estimates_are_null_and_the_page_stands(
    house: House, fault: str
) -> None:
    served, code = FAULTS[fault]
    await house.fault("/sales/", **served)
    told = await house.ask(PAT, PAGE)
    viewer = told["data"]["viewer"]
    assert viewer == {
        "email": PAT,
        "invoices": {"nodes": [{"number": "500106"}]},
        "proposals": None,
        "tasks": {"totalDue": "1045.69", "count": None, "proposalsToReview": None},
        "jobs": {"nodes": [{"number": "300105", "proposals": None}]},
    }
    assert {(".".join(map(str, e["path"])), e["extensions"]["code"]) for e in told["errors"]} == {
        (f"viewer.{path}", code)
        for path in (
            "proposals",
            "tasks.count",
            "tasks.proposalsToReview",
            "jobs.nodes.0.proposals",
        )
    }


async def test_r84_where_one_location_fails_the_whole_list_is_null(house: House) -> None:
    await house.fault("/sales/", status=403, times=1)
    told = await house.ask(JORDAN, "{ viewer { proposals { totalCount } } }")
    assert told["data"] == {"viewer": {"proposals": None}}
    assert told["errors"][0]["extensions"] == {"code": "UPSTREAM_REJECTED"}


@pytest.mark.parametrize(
    "told",
    [global_id("Estimate", 600101), global_id("Proposal", "j300115"), global_id("Proposal", "p1")],
)
async def test_by_its_id_an_error_is_no_denial(house: House, told: str) -> None:
    await house.fault("/sales/", status=503, times=ENOUGH)
    answer = await house.ask(PAT, f'{{ node(id: "{told}") {{ id }} }}')
    assert answer["data"] == {"node": None}
    assert answer["errors"][0]["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}
