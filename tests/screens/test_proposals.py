"""The Proposals screen: estimates side by side, for those who may see what they cost."""

from typing import Any

import pytest

from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override, Policy, Proposals
from tests.house import House, demo_policy, ready_house

PAT, RILEY, SAM, JORDAN = (f"{name}@example.com" for name in ("pat", "riley", "sam", "jordan"))
OFFERED, SOLD = global_id("Proposal", "j300115"), global_id("Proposal", "j300106")
STORE = 2111
LISTED = "proposals { totalCount nodes { number estimates { number } } }"


async def listed(house: House, arguments: str = "", email: str = PAT) -> dict[str, list[str]]:
    """Return each proposal's number with its estimates' numbers, in their order."""
    told = await house.viewer(email, LISTED.replace("proposals", f"proposals{arguments}", 1))
    assert told["proposals"]["totalCount"] == len(told["proposals"]["nodes"])
    return {
        row["number"]: [one["number"] for one in row["estimates"]]
        for row in told["proposals"]["nodes"]
    }


async def test_r37_r38_pats_proposals_as_they_are_shown(house: House) -> None:
    told = await house.viewer(
        PAT,
        """proposals { totalCount nodes { id number name status hasAcceptedOption createdOn
            customer { name } location { id } job { number }
            estimates { number name optionLabel isRecommended status total depositDue } } }""",
    )
    assert told["proposals"] == {
        "totalCount": 2,
        "nodes": [
            {
                "id": SOLD,
                "number": "300106",
                "name": "Two-stage furnace and condenser",
                "status": "ACCEPTED",
                "hasAcceptedOption": True,
                "createdOn": "2026-07-05",
                "customer": {"name": "Pat Sullivan"},
                "location": {"id": global_id("Location", 2001)},
                "job": {"number": "300106"},
                "estimates": [
                    option("600104", "Two-stage furnace and condenser", "11563.60", "ACCEPTED")
                ],
            },
            {
                "id": OFFERED,
                "number": "300115",
                "name": "Furnace and condenser",
                "status": "OPEN",
                "hasAcceptedOption": False,
                "createdOn": "2026-07-02",
                "customer": {"name": "Pat Sullivan"},
                "location": {"id": global_id("Location", 2001)},
                "job": {"number": "300115"},
                "estimates": [
                    option("600101", "Furnace only", "6156.60", optionLabel="Good"),
                    option(
                        "600102",
                        "Furnace and condenser",
                        "11803.60",
                        optionLabel="Better",
                        isRecommended=True,
                    ),
                    option(
                        "600103",
                        "Cold-climate heat pump",
                        "15811.80",
                        optionLabel="Best",
                        depositDue="3162.36",
                    ),
                ],
            },
        ],
    }


def option(
    number: str, name: str, total: str, status: str = "OPEN", **more: object
) -> dict[str, object]:
    plain = {"optionLabel": None, "isRecommended": False, "depositDue": None}
    return plain | {"number": number, "name": name, "total": total, "status": status} | more


async def test_r16_r36_without_billing_access_there_is_nothing_and_nothing_is_asked(
    house: House,
) -> None:
    tasks = "tasks { proposalsToReview { id } }"
    assert await house.viewer(RILEY, f"proposals {{ totalCount nodes {{ id }} }} {tasks}") == {
        "proposals": {"totalCount": 0, "nodes": []},
        "tasks": {"proposalsToReview": []},
    }
    assert await house.calls() == {}


async def test_r36_jobs_show_their_proposal_with_billing_access_alone(house: House) -> None:
    page = "jobs(tab: COMPLETED) { nodes { number proposals { id } } }"
    hidden = (await house.viewer(RILEY, page))["jobs"]["nodes"]
    assert await house.calls() == {"jobs?customerId=1001": 1, "appointments?customerId=1001": 1}
    told = (await house.viewer(PAT, page))["jobs"]["nodes"]
    assert {row["number"]: row["proposals"] for row in told if row["proposals"]} == {
        "300106": [{"id": SOLD}],
        "300115": [{"id": OFFERED}],
    }
    assert [row["number"] for row in hidden] == [row["number"] for row in told]
    assert [row["proposals"] for row in hidden] == [[] for _ in told]


def levels(email: str, customer: int, level: AccessLevel, at: int, there: AccessLevel) -> Policy:
    """Return a policy in which the office set a level for one person, and another at one place."""
    overrides = (
        Override(customer=customer, level=level),
        Override(customer=customer, location=at, level=there),
    )
    return demo_policy(access=Access(people={email: overrides}))


async def test_r5_only_the_places_with_billing_access_are_asked_and_shown() -> None:
    policy = levels(JORDAN, 1031, AccessLevel.NON_BILLING, STORE, AccessLevel.BILLING)
    async with ready_house(policy) as house:
        assert await listed(house, email=JORDAN) == {"310083": ["600801", "600802"]}
        assert await house.calls() == {f"estimates?locationId={STORE}": 1}


async def test_r6_nothing_of_a_place_without_access_is_told() -> None:
    policy = levels(PAT, 1001, AccessLevel.BILLING, 2001, AccessLevel.NONE)
    async with ready_house(policy) as house:
        assert await listed(house) == {}
        assert await house.calls() == {}


@pytest.mark.parametrize(
    ("level", "shown"),
    [(AccessLevel.NON_BILLING, {}), (AccessLevel.BILLING, {"300401": ["600401"]})],
)
async def test_r3_a_place_reached_alone_shows_its_own_where_the_tenant_says_so(
    level: AccessLevel, shown: dict[str, list[str]]
) -> None:
    async with ready_house(demo_policy(access=Access(location_email=level))) as house:
        assert await listed(house, email=SAM) == shown


@pytest.mark.parametrize(
    "change",
    [
        {"status": {"value": 2, "name": "Dismissed"}},
        {"active": False},
        {"reviewStatus": "NeedsApproval"},
        {"reviewStatus": "NotApproved"},
        {"customerId": 1011},
        {"customerId": None},
    ],
)
async def test_r36_r38_an_option_that_may_not_be_shown_is_in_no_proposal(
    house: House, change: dict[str, Any]
) -> None:
    await house.put("estimates", 600102, **change)
    assert (await listed(house))["300115"] == ["600101", "600103"]
    query = "query($id: ID!) { estimate(id: $id) { name } }"
    told = await house.ask(PAT, query, id=global_id("Estimate", 600102))
    assert told["data"] == {"estimate": None}
    assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r38_a_proposal_without_a_visible_option_is_none(house: House) -> None:
    for of in (600101, 600102, 600103):
        await house.put("estimates", of, status={"value": 2, "name": "Dismissed"})
    assert await listed(house) == {"300106": ["600104"]}
    assert (await house.viewer(PAT, "tasks { proposalsToReview { id } }"))["tasks"] == {
        "proposalsToReview": []
    }


async def test_r38_q8_a_tenant_may_hide_accepted_ones() -> None:
    async with ready_house(demo_policy(proposals=Proposals(show_accepted=False))) as house:
        assert list(await listed(house)) == ["300115"]
        told = await house.ask(PAT, f'{{ proposal(id: "{SOLD}") {{ id }} }}')
        assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r46_the_siblings_of_an_accepted_option_stay_open(house: House) -> None:
    accepted: dict[str, Any] = {
        "status": {"value": 1, "name": "Sold"},
        "soldOn": "2026-07-14T03:30:00Z",
    }
    await house.put("estimates", 600101, **accepted)
    await house.put("estimates", 600102, soldOn=accepted["soldOn"])  # sold, and taken back
    told = await house.data(
        PAT,
        f"""{{ proposal(id: "{OFFERED}") {{ status hasAcceptedOption
            estimates {{ number status acceptedAt acceptedBy }} }}
            viewer {{ tasks {{ proposalsToReview {{ id }} }} }} }}""",
    )
    waiting = {"status": "OPEN", "acceptedAt": None, "acceptedBy": None}
    assert told["proposal"] == {
        "status": "OPEN",
        "hasAcceptedOption": True,
        "estimates": [
            {
                "number": "600101",
                "status": "ACCEPTED",
                "acceptedAt": "2026-07-13T22:30:00-05:00",
                "acceptedBy": None,
            },
            {"number": "600102"} | waiting,
            {"number": "600103"} | waiting,
        ],
    }
    assert told["viewer"]["tasks"] == {"proposalsToReview": [{"id": OFFERED}]}


async def test_r37_without_a_job_a_project_and_without_one_the_estimate_itself(
    house: House,
) -> None:
    for of in (600101, 600102):
        await house.put("estimates", of, jobId=None, jobNumber=None, projectId=77)
    await house.put("estimates", 600103, jobId=None, jobNumber=None)
    assert await listed(house) == {
        "300106": ["600104"],
        "600103": ["600103"],
        "600101": ["600101", "600102"],
    }
    for key, count in (("p77", 2), ("e600103", 1)):
        told = global_id("Proposal", key)
        query = f'{{ proposal(id: "{told}") {{ id estimates {{ number }} job {{ id }} }} }}'
        found = (await house.data(PAT, query))["proposal"]
        assert (found["id"], len(found["estimates"]), found["job"]) == (told, count, None)


async def test_r17_what_is_to_review_is_open_on_its_screen(house: House) -> None:
    for email in (PAT, JORDAN, RILEY):
        tasks = "tasks { proposalsToReview(first: 100) { id } }"
        told = await house.viewer(
            email, f"{tasks} proposals(first: 100, status: OPEN) {{ nodes {{ id }} }}"
        )
        assert told["tasks"]["proposalsToReview"] == told["proposals"]["nodes"]


@pytest.mark.parametrize("first", [0, 101])
async def test_a_list_to_review_has_one_to_a_hundred(house: House, first: int) -> None:
    told = await house.ask(
        PAT, f"{{ viewer {{ tasks {{ proposalsToReview(first: {first}) {{ id }} }} }} }}"
    )
    assert told["data"] == {"viewer": {"tasks": {"proposalsToReview": None}}}
    assert told["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
