"""What the Equipment screen costs, and what of it stands where ServiceTitan does not answer."""

import asyncio
from collections import Counter

import pytest

from resolvers.ids import global_id
from resolvers.policy import Feeds
from tests.house import House, demo_policy, ready_house

PAT, SAM, MORGAN, JORDAN, CASEY = (
    f"{name}@example.com" for name in ("pat", "sam", "morgan", "jordan", "casey")
)
AT_HOME = {"installed-equipment?locationIds=2001": 1}
WITH_HISTORY = AT_HOME | {"jobs?customerId=1001": 1}
STORES = (
    "installed-equipment?locationIds="
    "2111,2112,2104,2106,2103,2110,2105,2109,2101,2108,2102,2107"  # by the stores' names
)
LIST = "name serialNumber status manufacturerWarranty { state } customer { name } location { name }"

SCREENS: dict[str, tuple[str, str, dict[str, int]]] = {
    "equipment": (PAT, f"equipment {{ totalCount nodes {{ {LIST} }} }}", AT_HOME),
    "equipment, searched in three ways": (
        PAT,
        """equipment(search: "water") { totalCount } A: equipment(serialNumber: "x") { totalCount }
        B: equipment(warranty: ACTIVE) { nodes { name } }""",
        AT_HOME,
    ),
    "equipment with its history": (
        PAT,
        "equipment { nodes { name serviceHistory { totalCount nodes { number completedOn } } } }",
        WITH_HISTORY,
    ),
    "equipment with its history's tabs": (
        PAT,
        "equipment { nodes { serviceHistory { nodes { number tab } } } }",
        WITH_HISTORY | {"appointments?customerId=1001": 1},
    ),
    "equipment with places": (
        PAT,
        "equipment { nodes { location { address { city } } } }",
        AT_HOME | {"locations?customerId=1001": 1},
    ),
    "equipment of customers and of places": (
        PAT,
        """equipment { totalCount } customers { nodes { equipment { totalCount } } }
        locations { nodes { equipment { totalCount } } }""",
        AT_HOME,
    ),
    "jobs with equipment": (
        PAT,
        "jobs(tab: COMPLETED) { nodes { equipment { name } } }",
        WITH_HISTORY | {"appointments?customerId=1001": 1},
    ),
    "jobs without any equipment": (
        PAT,
        "jobs(tab: ON_HOLD) { nodes { equipment { name } } }",
        {"jobs?customerId=1001": 1, "appointments?customerId=1001": 1},
    ),
    "equipment of a place reached alone": (
        SAM,
        "equipment { nodes { serviceHistory { totalCount } } }",
        {"installed-equipment?locationIds=2021": 1},
    ),
    "equipment of three customers": (
        MORGAN,
        "customers { nodes { name } } equipment { totalCount }",
        {"installed-equipment?locationIds=2011,2012,2013,2014": 1}
        | {f"invoices?customerId={customer}": 1 for customer in (1011, 1012, 1013)},
    ),
    "twelve stores' equipment, place by place, with its history": (
        JORDAN,
        "locations { nodes { equipment { nodes { name serviceHistory { totalCount } } } } }",
        {STORES: 1, "jobs?customerId=1031": 1, "jobs?customerId=1031&page=2": 1},
    ),
}


@pytest.mark.parametrize("screen", list(SCREENS))
async def test_a_screen_costs_its_calls_cold_and_none_warm(house: House, screen: str) -> None:
    email, selection, expected = SCREENS[screen]
    cold = await house.viewer(email, selection)
    assert await house.calls() == Counter(expected)
    warm = await house.viewer(email, selection)
    assert await house.calls() == Counter()
    assert warm == cold


async def test_jobs_at_many_places_ask_for_their_equipment_in_one_block(house: House) -> None:
    page = "jobs(tab: COMPLETED, first: 100) { nodes { equipment { name } } }"
    viewer = await house.viewer(JORDAN, page)
    named = [row["equipment"] for row in viewer["jobs"]["nodes"]]
    assert len(named) == 100
    calls = await house.calls()
    (asked,) = [call for call in calls if call.startswith("installed-equipment")]
    places = asked.partition("=")[2].split(",")
    assert calls[asked] == 1
    assert len(places) == len(set(places)) == len({m["name"] for row in named for m in row})


async def test_machines_by_id_travel_together(house: House) -> None:
    ids = [global_id("Equipment", 800801 + turn) for turn in range(12)]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    told = await house.data(JORDAN, query, ids=ids)
    assert told["nodes"] == [{"id": of} for of in ids]
    (call,) = await house.calls()
    assert call == "installed-equipment?ids=" + ",".join(str(800801 + turn) for turn in range(12))


async def places_known(house: House, count: int) -> None:
    """Wait until the directory knows so many places of Casey's; then forget the calls."""
    for _ in range(500):
        told = await house.viewer(CASEY, "locations { totalCount }")
        if told["locations"]["totalCount"] == count:
            await house.calls()
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the directory did not come to know the places")


async def test_more_than_fifty_places_are_asked_in_blocks_of_fifty() -> None:
    async with ready_house(demo_policy(feeds=Feeds(every_seconds=0.01))) as house:
        for turn in range(60):
            await house.put("locations", 880001 + turn, customerId=1051, name=f"Unit {turn}")
        await house.put(
            "customer-contacts", 777001, customerId=1051, type="Email", value=CASEY, active=True
        )
        await house.put("installed-equipment", 870001, locationId=880001, customerId=1051)
        await house.put("installed-equipment", 870060, locationId=880060, customerId=1051)
        await places_known(house, 60)
        viewer = await house.viewer(CASEY, "equipment { nodes { id } }")
        assert viewer["equipment"]["nodes"] == [
            {"id": global_id("Equipment", of)} for of in (870001, 870060)
        ]
        calls = await house.calls()
    sizes = [len(call.partition("=")[2].split(",")) for call in calls]
    assert sorted(sizes) == [10, 50]
    assert {call.partition("?")[0] for call in calls} == {"installed-equipment"}


PAGE = """{ viewer { email
    equipment { nodes { name } }
    jobs(tab: COMPLETED, first: 2) { nodes { number equipment { name } } }
    customers { nodes { name equipment { totalCount } } } } }"""
STANDS = {
    "email": PAT,
    "equipment": None,
    "jobs": {
        "nodes": [{"number": "300106", "equipment": None}, {"number": "300115", "equipment": []}]
    },
    "customers": {"nodes": [{"name": "Pat Sullivan", "equipment": None}]},
}
FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "down": ({"status": 503}, "UPSTREAM_UNAVAILABLE"),
    "throttled for an hour": ({"status": 429, "retryAfter": 3600}, "UPSTREAM_BUSY"),
    "without the scope": (
        {"status": 403, "body": '{"title":"Scope validation failed"}'},
        "UPSTREAM_REJECTED",
    ),
    "everybody's rows": ({"ignoreFilters": True}, "UPSTREAM_REJECTED"),
    "fewer rows than it counts": (
        {
            "status": 200,
            "body": '{"page":1,"pageSize":1000,"hasMore":false,"totalCount":3,"data":[]}',
        },
        "UPSTREAM_REJECTED",
    ),
    "a row without its place": (
        {
            "body": '{"page":1,"pageSize":1000,"hasMore":false,"totalCount":1,'
            '"data":[{"id":1,"customerId":1001}]}'
        },
        "UPSTREAM_REJECTED",
    ),
}


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_without_equipment_its_fields_are_null_and_the_rest_stands(
    house: House, fault: str
) -> None:
    served, code = FAULTS[fault]
    await house.fault("/equipmentsystems/", times=50, **served)
    told = await house.ask(PAT, PAGE)
    assert told["data"] == {"viewer": STANDS}
    assert {(error["path"][1], error["extensions"]["code"]) for error in told["errors"]} == {
        ("equipment", code),
        ("jobs", code),
        ("customers", code),
    }
    assert "Rooftop" not in str(told)


async def test_without_jobs_a_machine_has_no_history_and_stands(house: House) -> None:
    await house.fault("/jpm/", status=503, times=50)
    told = await house.ask(
        PAT, "{ viewer { equipment(first: 2) { nodes { name serviceHistory { totalCount } } } } }"
    )
    assert told["data"]["viewer"]["equipment"]["nodes"] == [
        {"name": "Condenser", "serviceHistory": None},
        {"name": "Electrical Panel", "serviceHistory": None},
    ]
    assert [error["extensions"]["code"] for error in told["errors"]] == ["UPSTREAM_UNAVAILABLE"] * 2


async def test_an_error_of_one_owner_leaves_the_histories_of_another(house: House) -> None:
    for of, place, owner, job in (
        (870011, 2011, 1011, 300301),
        (870014, 2014, 1013, 300305),
    ):
        await house.put("installed-equipment", of, locationId=place, customerId=owner, name=f"{of}")
        await house.put("jobs", job, equipmentIds=[of])
    await house.fault("/jpm/", status=403, times=1)
    told = await house.ask(
        MORGAN, "{ viewer { equipment { nodes { name serviceHistory { nodes { number } } } } } }"
    )
    machines = told["data"]["viewer"]["equipment"]["nodes"]
    whole: list[dict[str, object]] = [
        {"name": "870011", "serviceHistory": {"nodes": [{"number": "300301"}]}},
        {"name": "870014", "serviceHistory": {"nodes": [{"number": "300305"}]}},
    ]
    failed = [index for index, row in enumerate(machines) if row["serviceHistory"] is None]
    assert len(failed) == len(told["errors"]) == 1
    whole[failed[0]]["serviceHistory"] = None
    assert machines == whole
