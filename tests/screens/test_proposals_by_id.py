"""Proposals and estimates by their ids: one spelling each, and nothing of anybody else's (R14)."""

import pytest

from resolvers.ids import global_id
from tests.house import House

PAT, RILEY, JORDAN = (f"{name}@example.com" for name in ("pat", "riley", "jordan"))
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
OWN = [
    global_id("Estimate", 600101),
    global_id("Estimate", 600104),
    global_id("Proposal", "j300115"),
    global_id("Proposal", "j300106"),
]
NOT_FOUND = {
    "data": {"node": None},
    "errors": [
        {
            "message": "Not found.",
            "locations": [{"line": 1, "column": 19}],
            "path": ["node"],
            "extensions": {"code": "NOT_FOUND"},
        }
    ],
}


@pytest.mark.parametrize("told", OWN)
async def test_az1_what_is_yours_is_found(house: House, told: str) -> None:
    assert (await house.data(PAT, NODE, id=told))["node"]["id"] == told


FOREIGN = {
    # the kind; Jordan's, and nobody's
    "estimate": ("Estimate", "600801", "600899"),
    "by job": ("Proposal", "j310083", "j399999"),
    "by project": ("Proposal", "p88", "p89"),
    "alone": ("Proposal", "e600803", "e600899"),
}


@pytest.mark.parametrize("case", list(FOREIGN))
async def test_az17_r14_foreign_and_unknown_are_the_same_answer_at_the_same_cost(
    house: House, case: str
) -> None:
    kind, foreign, unknown = FOREIGN[case]
    await house.put("estimates", 600802, jobId=None, projectId=88)
    await house.put("estimates", 600803, jobId=None)
    jordans = await house.data(JORDAN, NODE, id=global_id(kind, foreign))
    assert jordans["node"]["__typename"] == kind  # and now it is warm
    costs = []
    for key in (foreign, unknown):
        await house.calls()
        assert await house.ask(PAT, NODE, id=global_id(kind, key)) == NOT_FOUND
        costs.append(sorted(call.split("?")[0] for call in await house.calls()))
        assert await house.ask(PAT, NODE, id=global_id(kind, key)) == NOT_FOUND
        assert await house.calls() == {}
    if case != "by project":  # the viewer's own screen was asked, once for both
        assert costs[0] == costs[1] == (["jobs"] if case == "by job" else ["estimates"])
    else:
        assert costs == [["estimates"], []]


@pytest.mark.parametrize(
    "key",
    [
        "e600101",  # it has a job
        "p600101",
        "j600101",
        "j0300115",
        "J300115",
        "j+300115",
        "j 300115",
        "j",
        "",
        "300115",
        "jj300115",
        "j300115.0",
        "j-1",
        "j300107",  # a job whose one estimate was dismissed
        f"j{2**63}",
        "j٣",
        "x300115",
    ],
)
async def test_az4_any_other_spelling_is_not_found(house: House, key: str) -> None:
    assert await house.ask(PAT, NODE, id=global_id("Proposal", key)) == NOT_FOUND


async def test_r36_without_billing_access_no_estimate_of_its_own_job_is_asked_for(
    house: House,
) -> None:
    for job in (300115, 300101):  # one with a proposal, and one without
        assert await house.ask(RILEY, NODE, id=global_id("Proposal", f"j{job}")) == NOT_FOUND
        assert await house.calls() == {f"jobs?ids={job}": 1}


async def test_r14_what_another_made_warm_is_asked_for_again(house: House) -> None:
    for told in (OWN[2], OWN[0]):
        await house.data(PAT, NODE, id=told)
    await house.calls()
    assert await house.ask(RILEY, NODE, id=OWN[2]) == NOT_FOUND
    assert await house.calls() == {}  # the job is Riley's too
    assert await house.ask(RILEY, NODE, id=OWN[0]) == NOT_FOUND
    assert await house.calls() == {"estimates?ids=600101": 1}


async def test_r14_the_edge_to_a_job_out_of_reach_is_null_and_silent(house: House) -> None:
    await house.put("estimates", 600104, jobId=300303)
    told = await house.viewer(PAT, "proposals(first: 1) { nodes { name job { number } } }")
    assert told["proposals"]["nodes"] == [{"name": "Two-stage furnace and condenser", "job": None}]


@pytest.mark.parametrize("field", ["proposal", "estimate"])
async def test_a_root_field_finds_its_own_kind_alone(house: House, field: str) -> None:
    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    for told in OWN:
        found = await house.ask(PAT, query, id=told)
        own = global_id(field.title(), "").rstrip("6")[:8] == told[:8]
        assert found["data"] == {field: {"id": told} if own else None}


async def test_an_estimate_leads_to_its_proposal_and_its_siblings(house: House) -> None:
    query = f"""{{ estimate(id: "{OWN[0]}") {{ proposal {{ id job {{ number proposals {{ id }} }}
        estimates {{ number proposal {{ id }} }} }} }} }}"""
    told = (await house.data(PAT, query))["estimate"]["proposal"]
    assert told == {
        "id": OWN[2],
        "job": {"number": "300115", "proposals": [{"id": OWN[2]}]},
        "estimates": [
            {"number": number, "proposal": {"id": OWN[2]}}
            for number in ("600101", "600102", "600103")
        ],
    }


async def test_without_a_location_it_is_found_by_its_job_alone(house: House) -> None:
    await house.put("estimates", 600102, locationId=None)
    told = await house.data(
        PAT,
        f"""{{ viewer {{ proposals {{ nodes {{ estimates {{ number }} }} }} }}
            proposal(id: "{OWN[2]}") {{ estimates {{ number }} }}
            estimate(id: "{global_id("Estimate", 600102)}") {{
                proposal {{ estimates {{ number }} }} }} }}""",
    )
    seen = [
        [one["number"] for one in row["estimates"]] for row in told["viewer"]["proposals"]["nodes"]
    ]
    assert seen == [["600104"], ["600101", "600103"]]
    every = {"estimates": [{"number": number} for number in ("600101", "600102", "600103")]}
    assert told["proposal"] == every
    assert told["estimate"]["proposal"] == every


async def test_without_a_location_or_a_job_an_estimate_is_its_own_proposal(house: House) -> None:
    await house.put("estimates", 600102, locationId=None, jobId=None)
    query = f'{{ estimate(id: "{global_id("Estimate", 600102)}") {{ proposal {{ id }} }} }}'
    assert (await house.data(PAT, query))["estimate"] == {
        "proposal": {"id": global_id("Proposal", "e600102")}
    }
    await house.put("estimates", 600103, locationId=None, jobId=None, projectId=9)
    query = f'{{ estimate(id: "{global_id("Estimate", 600103)}") {{ proposal {{ id }} }} }}'
    assert (await house.data(PAT, query))["estimate"] == {"proposal": None}
