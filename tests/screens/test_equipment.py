"""The Equipment screen: machines at the places in reach, their warranties and their history."""

from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override, Screen, Screens
from tests.house import House, demo_policy, ready_house

PAT, RILEY, SAM, MORGAN, JORDAN, QUINN, CASEY = (
    f"{name}@example.com" for name in ("pat", "riley", "sam", "morgan", "jordan", "quinn", "casey")
)
CONDENSER, PANEL, FURNACE, OLD_HEATER, HEATER = (
    "Condenser",
    "Electrical Panel",
    "Furnace",
    "Old water heater",
    "Water Heater",
)
PATS = [CONDENSER, PANEL, FURNACE, OLD_HEATER, HEATER]
EVERYTHING = """name type manufacturer model serialNumber status installedOn
    manufacturerWarranty { startsOn endsOn state } serviceProviderWarranty { startsOn endsOn state }
    customer { name } location { name }"""


def machine_id(of: int) -> str:
    return global_id("Equipment", of)


async def listed(house: House, email: str, arguments: str = "first: 100") -> list[str]:
    viewer = await house.viewer(email, f"equipment({arguments}) {{ nodes {{ name }} }}")
    return [row["name"] for row in viewer["equipment"]["nodes"]]


async def one(house: House, email: str, of: int, selection: str) -> Any:  # noqa: ANN401  # JSON
    query = f"query($id: ID!) {{ equipment(id: $id) {{ {selection} }} }}"
    return (await house.data(email, query, id=machine_id(of)))["equipment"]


async def test_r66_a_machine_tells_what_it_is_and_both_its_warranties(house: House) -> None:
    assert await one(house, PAT, 800102, EVERYTHING) == {
        "name": "Condenser",
        "type": "Condenser",
        "manufacturer": "Trane",
        "model": "4TTR4036N1000A",
        "serialNumber": "TR36007738",
        "status": "INSTALLED",
        "installedOn": "2020-10-13",
        "manufacturerWarranty": {
            "startsOn": "2020-10-13",
            "endsOn": "2030-10-11",
            "state": "ACTIVE",
        },
        "serviceProviderWarranty": {
            "startsOn": "2020-10-13",
            "endsOn": "2022-10-13",
            "state": "EXPIRED",
        },
        "customer": {"name": "Pat Sullivan"},
        "location": {"name": "Pat Sullivan"},
    }


async def test_r66_machines_stand_by_name_and_replaced_ones_say_so(house: House) -> None:
    viewer = await house.viewer(PAT, "equipment { totalCount nodes { name status } }")
    states = ["INSTALLED", "INSTALLED", "INSTALLED", "REPLACED", "INSTALLED"]
    assert viewer["equipment"] == {
        "totalCount": 5,
        "nodes": [{"name": n, "status": s} for n, s in zip(PATS, states, strict=True)],
    }


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ('serialNumber: "TR36007738"', [CONDENSER]),
        ('serialNumber: " tr 3600 7738 "', [CONDENSER]),
        ('serialNumber: "TR3600773"', []),
        ('serialNumber: "  "', PATS),
        ('search: "water"', [OLD_HEATER, HEATER]),
        ('search: "trane CONDENSER"', [CONDENSER]),
        ('search: "square"', [PANEL]),
        ('search: "59sc6a"', [FURNACE]),
        ('search: "br36031495"', [OLD_HEATER]),
        ('search: "rooftop"', []),
        ('search: ""', PATS),
        ("warranty: ACTIVE", [CONDENSER, HEATER]),
        ("warranty: EXPIRED", [CONDENSER, PANEL, FURNACE, OLD_HEATER]),
        ("warranty: NONE", []),
        ('warranty: ACTIVE, search: "heater"', [HEATER]),
        ('serialNumber: "TR36007738", search: "furnace"', []),
        (f'customerId: "{global_id("Customer", 1001)}"', PATS),
        (f'locationId: "{global_id("Location", 2001)}", search: "panel"', [PANEL]),
        ("serialNumber: null, search: null, warranty: null", PATS),
    ],
)
async def test_r66_the_list_is_narrowed(house: House, arguments: str, names: list[str]) -> None:
    assert await listed(house, PAT, arguments) == names


async def test_r66_a_search_is_a_text_whatever_it_holds(house: House) -> None:
    query = """query($told: String) {
        viewer { equipment(search: $told, serialNumber: $told) { totalCount } } }"""
    for told in ("%", "' OR 1=1", "\x00", "x" * 200, "İ", "\N{NO-BREAK SPACE}."):
        answer = await house.data(PAT, query, told=told)
        assert answer["viewer"] == {"equipment": {"totalCount": 0}}


@pytest.mark.parametrize("argument", ["search", "serialNumber"])
async def test_r66_nobody_searches_for_a_book(house: House, argument: str) -> None:
    query = f"query($told: String) {{ viewer {{ equipment({argument}: $told) {{ totalCount }} }} }}"
    told = await house.ask(PAT, query, told="x" * 201)
    assert told["data"] == {"viewer": {"equipment": None}}
    assert told["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await house.calls() == {}


async def test_r66_a_warrantys_last_day_is_over_at_midnight_of_the_business() -> None:
    last_day = {"serviceProviderWarrantyEnd": "2026-07-14T00:00:00Z"}
    selection = "serviceProviderWarranty { startsOn endsOn state }"
    for now, state in (
        (datetime(2026, 7, 15, 4, 59, tzinfo=UTC), "ACTIVE"),
        (datetime(2026, 7, 15, 5, 1, tzinfo=UTC), "EXPIRED"),
    ):
        async with ready_house(now=now) as house:
            await house.put("installed-equipment", 800103, **last_day)
            told = await one(house, PAT, 800103, selection)
            assert told["serviceProviderWarranty"] == {
                "startsOn": "2026-02-04",
                "endsOn": "2026-07-14",
                "state": state,
            }


async def test_r66_without_days_there_is_no_warranty_and_without_an_end_it_goes_on(
    house: House,
) -> None:
    days = ("manufacturerWarrantyStart", "manufacturerWarrantyEnd")
    ours = ("serviceProviderWarrantyStart", "serviceProviderWarrantyEnd")
    await house.put("installed-equipment", 800101, **dict.fromkeys((*days, *ours)))
    await house.put("installed-equipment", 800104, manufacturerWarrantyEnd=None)
    await house.put("installed-equipment", 800105, **dict.fromkeys((*days, ours[0])))
    assert await listed(house, PAT, "warranty: NONE") == [FURNACE]
    assert await listed(house, PAT, "warranty: ACTIVE") == [CONDENSER, PANEL, HEATER]
    assert await listed(house, PAT, "warranty: EXPIRED") == [CONDENSER, PANEL, OLD_HEATER]
    assert await one(house, PAT, 800101, "manufacturerWarranty { startsOn endsOn state }") == {
        "manufacturerWarranty": {"startsOn": None, "endsOn": None, "state": "NONE"}
    }


async def test_what_the_office_left_out_is_null_or_unknown(house: House) -> None:
    viewer = await house.viewer(QUINN, "equipment { nodes { name type manufacturer status } }")
    assert viewer["equipment"]["nodes"] == [
        {
            "name": "Electrical Panel",
            "type": "Electrical Panel",
            "manufacturer": "Square D",
            "status": "UNKNOWN",
        },
        {"name": "Furnace", "type": "Furnace", "manufacturer": None, "status": "INSTALLED"},
        {"name": "Sump Pump", "type": None, "manufacturer": "Zoeller", "status": "UNKNOWN"},
    ]


async def test_r67_billing_access_is_not_needed(house: House) -> None:
    assert await listed(house, RILEY) == PATS
    history = "serviceHistory { nodes { number total } }"
    assert (await one(house, RILEY, 800104, history))["serviceHistory"]["nodes"] == [
        {"number": "300110", "total": None}
    ]


async def test_r6_r67_no_access_to_a_place_hides_its_machines_and_their_number() -> None:
    hidden = Override(customer=1031, location=2103, level=AccessLevel.NONE)
    async with ready_house(demo_policy(access=Access(people={JORDAN: (hidden,)}))) as house:
        names = await listed(house, JORDAN)
        assert sorted(names) == sorted(f"RTU-{turn}" for turn in range(1, 13) if turn != 3)
        (call,) = await house.calls()
        assert "2103" not in call
        query = "query($id: ID!) { equipment(id: $id) { name } }"
        told = await house.ask(JORDAN, query, id=machine_id(800803))
        assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r3_r67_a_place_alone_shows_its_own_machines_and_none_next_door(
    house: House,
) -> None:
    theirs = {"customerId": 1021, "name": "Boiler"}
    await house.put("installed-equipment", 870001, locationId=2021, **theirs)
    await house.put("installed-equipment", 870002, locationId=2022, **theirs)
    await house.put("jobs", 300401, equipmentIds=[870001])
    await house.put("jobs", 300402, equipmentIds=[870001])
    selection = "name customer { name } location { name } serviceHistory { nodes { number } }"
    viewer = await house.viewer(SAM, f"equipment {{ nodes {{ {selection} }} }}")
    assert viewer["equipment"]["nodes"] == [
        {
            "name": "Boiler",
            "customer": None,
            "location": {"name": "Lakeview 2B"},
            "serviceHistory": {"nodes": [{"number": "300401"}, {"number": "300402"}]},
        }
    ]
    assert await house.calls() == {
        "installed-equipment?locationIds=2021": 1,
        "jobs?locationId=2021": 1,
    }


async def test_r68_the_history_is_every_job_in_sight_that_was_part_of_it_newest_first(
    house: House,
) -> None:
    selection = "serviceHistory { totalCount nodes { number completedOn tab } }"
    told = await one(house, PAT, 800101, selection)
    assert told["serviceHistory"] == {
        "totalCount": 3,
        "nodes": [
            {"number": "300112", "completedOn": None, "tab": "IN_PROGRESS"},
            {"number": "300106", "completedOn": "2026-07-05", "tab": "COMPLETED"},
            {"number": "300114", "completedOn": "2026-05-30", "tab": "COMPLETED"},
        ],
    }


async def test_r59_r68_jobs_of_one_business_day_stand_by_their_ids_and_not_by_the_hour(
    house: House,
) -> None:
    for job, completed in (
        (300106, "2026-07-06T04:30:00Z"),  # still the fifth in Chicago
        (300107, "2026-07-05T06:00:00Z"),
        (300108, "2026-07-06T05:30:00Z"),
    ):
        await house.put("jobs", job, equipmentIds=[800104, 800104], completedOn=completed)
    selection = "serviceHistory(first: 3) { nodes { number completedOn } }"
    assert (await one(house, PAT, 800104, selection))["serviceHistory"]["nodes"] == [
        {"number": "300108", "completedOn": "2026-07-06"},
        {"number": "300107", "completedOn": "2026-07-05"},
        {"number": "300106", "completedOn": "2026-07-05"},
    ]


async def test_r68_a_history_is_read_in_pages_that_are_its_own(house: House) -> None:
    page = "totalCount nodes { number } pageInfo { hasNextPage endCursor }"
    whole = await one(house, JORDAN, 800801, "serviceHistory(first: 100) { nodes { number } }")
    numbers = [row["number"] for row in whole["serviceHistory"]["nodes"]]
    first = (await one(house, JORDAN, 800801, f"serviceHistory(first: 10) {{ {page} }}"))[
        "serviceHistory"
    ]
    assert first["totalCount"] == len(set(numbers)) == 24
    after = f'first: 20, after: "{first["pageInfo"]["endCursor"]}"'
    second = (await one(house, JORDAN, 800801, f"serviceHistory({after}) {{ {page} }}"))[
        "serviceHistory"
    ]
    assert [row["number"] for row in (*first["nodes"], *second["nodes"])] == numbers
    query = f"query($id: ID!) {{ equipment(id: $id) {{ serviceHistory({after}) {{ {page} }} }} }}"
    other = await house.ask(JORDAN, query, id=machine_id(800802))
    assert other["data"] == {"equipment": {"serviceHistory": None}}
    assert other["errors"][0]["extensions"] == {"code": "BAD_CURSOR"}


async def test_r68_a_job_tells_the_machines_it_is_done_on_and_none_it_only_names(
    house: House,
) -> None:
    await house.put("jobs", 300115, equipmentIds=[800801, 999999])
    jobs = "jobs(tab: COMPLETED) { nodes { number equipment { name } } }"
    going_on = jobs.replace("COMPLETED", "IN_PROGRESS")
    told = await house.viewer(PAT, f"{jobs} IN_PROGRESS: {going_on}")
    done = {row["number"]: [m["name"] for m in row["equipment"]] for row in told["jobs"]["nodes"]}
    assert done == {
        "300106": [FURNACE],
        "300107": [CONDENSER],
        "300108": [],
        "300109": [HEATER],
        "300110": [PANEL],
        "300114": [FURNACE],
        "300115": [],
    }
    assert told["IN_PROGRESS"]["nodes"][2] == {
        "number": "300112",
        "equipment": [{"name": CONDENSER}, {"name": FURNACE}],
    }
    assert (await house.calls())["installed-equipment?locationIds=2001"] == 1


async def test_customers_and_places_tell_the_machines_at_them(house: House) -> None:
    stores = "nodes { name equipment { nodes { name } } }"
    told = await house.viewer(
        JORDAN,
        f"""customers {{ nodes {{ equipment(first: 1, search: "rtu-7") {{ nodes {{ name
            location {{ name }} }} }} }} }} locations(first: 2) {{ {stores} }}""",
    )
    (grocers,) = told["customers"]["nodes"]
    assert grocers["equipment"]["nodes"] == [
        {"name": "RTU-7", "location": {"name": "Lakefront Grocers Skokie"}}
    ]
    assert told["locations"]["nodes"] == [
        {"name": "Lakefront Grocers Des Plaines", "equipment": {"nodes": [{"name": "RTU-11"}]}},
        {"name": "Lakefront Grocers Downers Grove", "equipment": {"nodes": [{"name": "RTU-12"}]}},
    ]


async def test_pages_of_machines_meet_and_a_cursor_is_good_for_its_own_search(
    house: House,
) -> None:
    page = "nodes { name } pageInfo { endCursor hasNextPage }"
    first = (await house.viewer(PAT, f"equipment(first: 2) {{ {page} }}"))["equipment"]
    cursor = first["pageInfo"]["endCursor"]
    assert await listed(house, PAT, f'first: 9, after: "{cursor}"') == PATS[2:]
    assert await listed(house, PAT, f'last: 1, before: "{cursor}"') == PATS[:1]
    for narrowed in ('search: "e"', 'serialNumber: ""', "warranty: EXPIRED"):
        query = f'{{ viewer {{ equipment(after: "{cursor}", {narrowed}) {{ totalCount }} }} }}'
        told = await house.ask(PAT, query)
        assert told["data"] == {"viewer": {"equipment": None}}
        assert told["errors"][0]["extensions"] == {"code": "BAD_CURSOR"}


@pytest.mark.parametrize("arguments", ["first: 0", "first: 101", "last: 0", "first: 1, last: 1"])
async def test_bad_pages_are_refused_before_anything_is_asked(house: House, arguments: str) -> None:
    told = await house.ask(PAT, f"{{ viewer {{ equipment({arguments}) {{ totalCount }} }} }}")
    assert told["data"] == {"viewer": {"equipment": None}}
    assert told["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await house.calls() == {}


async def test_r2_who_reaches_nothing_has_no_machines_and_asks_nothing(house: House) -> None:
    assert await listed(house, CASEY) == []
    assert await house.calls() == {}


async def test_a_portal_without_the_screen_has_no_way_into_it() -> None:
    shown = tuple(screen for screen in Screen if screen is not Screen.EQUIPMENT)
    async with ready_house(demo_policy(screens=Screens(shown=shown))) as house:
        told = await house.viewer(
            PAT,
            """equipment { totalCount } customers { nodes { equipment { totalCount } } }
            locations { nodes { equipment { totalCount } } }""",
        )
        assert told == {
            "equipment": None,
            "customers": {"nodes": [{"equipment": None}]},
            "locations": {"nodes": [{"equipment": None}]},
        }
        assert await house.calls() == {}


PROPOSALS = "proposalHistory { totalCount nodes { number status estimates { number } } }"


async def test_r68_the_proposal_history_is_what_was_offered_on_those_jobs(house: House) -> None:
    told = await one(house, PAT, 800101, PROPOSALS)
    assert told["proposalHistory"] == {
        "totalCount": 1,
        "nodes": [{"number": "300106", "status": "ACCEPTED", "estimates": [{"number": "600104"}]}],
    }
    assert await house.calls() == {
        "installed-equipment?ids=800101": 1,
        "jobs?customerId=1001": 1,
        "estimates?locationId=2001": 1,
    }


async def test_r68_q18_without_billing_access_the_proposal_history_is_empty_and_no_error(
    house: House,
) -> None:
    told = await one(house, RILEY, 800101, PROPOSALS)
    assert told["proposalHistory"] == {"totalCount": 0, "nodes": []}
    assert not [call for call in await house.calls() if call.startswith("estimates")]


async def test_without_estimates_a_machine_has_no_proposal_history_and_stands(
    house: House,
) -> None:
    await house.fault("/sales/", status=503, times=20)
    query = f"query($id: ID!) {{ equipment(id: $id) {{ name {PROPOSALS} }} }}"
    told = await house.ask(PAT, query, id=machine_id(800101))
    assert told["data"] == {"equipment": {"name": FURNACE, "proposalHistory": None}}
    assert [error["extensions"]["code"] for error in told["errors"]] == ["UPSTREAM_UNAVAILABLE"]
