"""Lists of proposals: their order, their pages, and what narrows them."""

from typing import Any

import pytest

from resolvers.ids import global_id
from tests.house import House

PAT, JORDAN, MORGAN = (f"{name}@example.com" for name in ("pat", "jordan", "morgan"))
STORE = 2111
NUMBERS = "{ totalCount nodes { number } }"


async def listed(house: House, arguments: str, email: str = PAT) -> list[str]:
    told = await house.viewer(email, f"proposals({arguments}) {NUMBERS}")
    return [row["number"] for row in told["proposals"]["nodes"]]


@pytest.mark.parametrize(
    ("status", "numbers"), [("OPEN", ["300115"]), ("ACCEPTED", ["300106"]), ("CLOSED", [])]
)
async def test_a_status_narrows_the_list(house: House, status: str, numbers: list[str]) -> None:
    assert await listed(house, f"status: {status}") == numbers


async def test_a_customer_and_a_place_narrow_the_list_and_the_calls(house: House) -> None:
    store = global_id("Location", STORE)
    assert await listed(house, f'locationId: "{store}"', JORDAN) == ["310083"]
    assert await house.calls() == {f"estimates?locationId={STORE}": 1}
    mine = global_id("Customer", 1001)
    assert await listed(house, f'customerId: "{mine}"') == ["300106", "300115"]
    of_customer = await house.viewer(PAT, f"customers {{ nodes {{ proposals {NUMBERS} }} }}")
    of_viewer = await house.viewer(PAT, f"proposals {NUMBERS}")
    assert of_customer["customers"]["nodes"] == [of_viewer]


async def test_a_customers_list_has_its_own_estimates_at_its_own_places(house: House) -> None:
    offers = ((600301, 1011, 2011), (600302, 1012, 2012), (600303, 1012, 2011))
    for of, customer, place in offers:  # the last was taken over by another Bill-To
        await house.put("estimates", of, customerId=customer, locationId=place)
    alpha, beta = (global_id("Customer", of) for of in (1011, 1012))
    assert await listed(house, f'customerId: "{alpha}"', MORGAN) == ["600301"]
    calls = await house.calls()
    assert calls["estimates?locationId=2011"] == 1
    assert "estimates?locationId=2012" not in calls
    assert await listed(house, f'customerId: "{beta}"', MORGAN) == ["600302"]
    assert await listed(house, "first: 100", MORGAN) == ["600303", "600302", "600301"]


@pytest.mark.parametrize(
    "argument", [f'customerId: "{global_id("Customer", 1011)}"', 'locationId: "garbage"']
)
async def test_r14_a_filter_by_what_is_out_of_reach_is_not_found(
    house: House, argument: str
) -> None:
    told = await house.ask(PAT, f"{{ viewer {{ proposals({argument}) {{ totalCount }} }} }}")
    assert told["data"] == {"viewer": {"proposals": None}}
    assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_proposals_come_newest_first_and_page_both_ways(house: House) -> None:
    for of, job in ((600101, 300101), (600102, 300102), (600103, 300103)):
        await house.put("estimates", of, jobId=job, jobNumber=str(job))
    order = ["300106", "300103", "300102", "300101"]
    page = "edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage }"
    forward: list[dict[str, Any]] = []
    for _ in order:
        after = f', after: "{forward[-1]["cursor"]}"' if forward else ""
        told = await house.viewer(PAT, f"proposals(first: 1{after}) {{ {page} }}")
        forward += told["proposals"]["edges"]
        assert told["proposals"]["pageInfo"]["hasNextPage"] is (len(forward) < len(order))
    assert [edge["node"]["number"] for edge in forward] == order
    back = f'proposals(last: 2, before: "{forward[3]["cursor"]}") {{ {page} }}'
    told = (await house.viewer(PAT, back))["proposals"]
    assert [edge["node"]["number"] for edge in told["edges"]] == order[1:3]
    assert told["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}


async def test_a_cursor_is_of_its_own_list_alone(house: House) -> None:
    told = await house.viewer(PAT, "proposals(first: 1) { pageInfo { endCursor } }")
    cursor = told["proposals"]["pageInfo"]["endCursor"]
    assert await listed(house, f'after: "{cursor}"') == ["300115"]
    other = f'proposals(status: OPEN, after: "{cursor}") {NUMBERS}'
    answer = await house.ask(PAT, f"{{ viewer {{ {other} }} }}")
    assert answer["errors"][0]["extensions"] == {"code": "BAD_CURSOR"}
