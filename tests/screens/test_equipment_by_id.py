"""A machine by its id: what is not yours, or no longer there, is answered like what never was."""

import pytest

from resolvers.ids import global_id
from tests.house import House

PAT, JORDAN = "pat@example.com", "jordan@example.com"
NAMES = "equipment { nodes { name } }"


def machine_id(of: int) -> str:
    return global_id("Equipment", of)


async def test_r67_the_customer_a_row_names_opens_nothing(house: House) -> None:
    await house.put("installed-equipment", 870003, locationId=2022, customerId=1001, name="Boiler")
    await house.put("jobs", 300108, equipmentIds=[800101, 870003])
    query = """query($id: ID!, $job: ID!) {
        equipment(id: $id) { name } job(id: $job) { equipment { name } } }"""
    told = await house.ask(PAT, query, id=machine_id(870003), job=global_id("Job", 300108))
    assert told["data"] == {"equipment": None, "job": {"equipment": [{"name": "Furnace"}]}}
    assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert len((await house.viewer(PAT, NAMES))["equipment"]["nodes"]) == 5


async def test_r66_a_machine_that_is_no_longer_active_is_not_there(house: House) -> None:
    await house.put("installed-equipment", 800104, active=False)
    viewer = await house.viewer(PAT, NAMES)
    assert [row["name"] for row in viewer["equipment"]["nodes"]] == [
        "Condenser",
        "Furnace",
        "Old water heater",
        "Water Heater",
    ]
    query = "query($id: ID!) { equipment(id: $id) { name } }"
    told = await house.ask(PAT, query, id=machine_id(800104))
    assert told["data"] == {"equipment": None}
    assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r66_an_inactive_machine_is_not_shown_though_servicetitan_gives_it(
    house: House,
) -> None:
    row = '{"id":800101,"locationId":2001,"customerId":1001,"name":"Furnace","active":false}'
    body = f'{{"page":1,"pageSize":1000,"hasMore":false,"totalCount":1,"data":[{row}]}}'
    await house.fault("/equipmentsystems/", status=200, body=body, times=50)
    query = """query($id: ID!, $job: ID!) { viewer { equipment { totalCount } }
        equipment(id: $id) { name } job(id: $job) { number equipment { name } } }"""
    told = await house.ask(PAT, query, id=machine_id(800101), job=global_id("Job", 300106))
    assert told["data"] == {
        "viewer": {"equipment": {"totalCount": 0}},
        "equipment": None,
        "job": {"number": "300106", "equipment": []},
    }
    assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]


async def test_r19_r67_who_pays_for_a_job_elsewhere_sees_no_machine_there(house: House) -> None:
    await house.put("installed-equipment", 870001, locationId=2021, customerId=1021, name="Boiler")
    await house.put("jobs", 300402, equipmentIds=[870001])
    query = "query($id: ID!) { job(id: $id) { number equipment { name } } }"
    payer = "ap@lakeview-holdings.example"
    told = await house.data(payer, query, id=global_id("Job", 300402))
    assert told["job"] == {"number": "300402", "equipment": []}
    assert await house.calls() == {"jobs?ids=300402": 1}
    tenant = await house.data("sam@example.com", query, id=global_id("Job", 300402))
    assert tenant["job"] == {"number": "300402", "equipment": [{"name": "Boiler"}]}


async def test_r14_foreign_and_unknown_machines_are_the_same_answer_at_the_same_cost(
    house: House,
) -> None:
    warm = await house.viewer(JORDAN, NAMES)
    assert len(warm["equipment"]["nodes"]) == 12
    query = "query($id: ID!) { node(id: $id) { __typename } equipment(id: $id) { name } }"
    told, costs = [], []
    for of in (800801, 999_999_999):
        await house.calls()
        told.append(await house.ask(PAT, query, id=machine_id(of)))
        costs.append([call.split("?")[0] for call in await house.calls()])
        assert await house.ask(PAT, query, id=machine_id(of)) == told[-1]
        assert await house.calls() == {}
    assert told[0] == told[1]
    assert told[0]["data"] == {"node": None, "equipment": None}
    assert costs == [["installed-equipment"], ["installed-equipment"]]


@pytest.mark.parametrize("argument", ["customerId", "locationId"])
async def test_r14_machines_of_whom_is_out_of_reach_are_not_found(
    house: House, argument: str
) -> None:
    foreign = {
        "customerId": global_id("Customer", 1031),
        "locationId": global_id("Location", 2101),
    }
    query = f'{{ viewer {{ equipment({argument}: "{foreign[argument]}") {{ totalCount }} }} }}'
    told = await house.ask(PAT, query)
    assert told["data"] == {"viewer": {"equipment": None}}
    assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert await house.calls() == {}


async def test_a_machine_is_a_node_and_its_root_field_finds_no_other_kind(house: House) -> None:
    query = "query($id: ID!) { node(id: $id) { __typename id ... on Equipment { name } } }"
    told = await house.data(PAT, query, id=machine_id(800104))
    assert told["node"] == {
        "__typename": "Equipment",
        "id": machine_id(800104),
        "name": "Electrical Panel",
    }
    other = "query($id: ID!) { equipment(id: $id) { name } }"
    refused = await house.ask(PAT, other, id=global_id("Job", 300106))
    assert refused["data"] == {"equipment": None}
    assert refused["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
