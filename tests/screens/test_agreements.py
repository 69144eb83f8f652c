"""Service agreements: which are shown, what of them, and the visits the office imported."""

from collections import Counter
from pathlib import Path

import pytest
from graphql import build_schema, is_object_type

from adapters.sandbox.homes import OFFICE_ONLY
from gateway.graph import sdl
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Agreements
from tests.house import House, demo_policy, ready_house
from tests.promises import JORDAN, jordan_at, lines, promised_house

ACTIVE, FIRST_YEAR, DRAFT = (global_id("ServiceAgreement", of) for of in (930801, 930802, 930803))
SHOWN = """id name status summary startsOn endsOn autoRenews billingSchedule customer { name }"""
PLANNED_CARE = {
    "id": ACTIVE,
    "name": "Planned Care, all stores",
    "status": "ACTIVE",
    "summary": "Two planned visits a year at each location, filters included.",
    "startsOn": "2026-03-16",
    "endsOn": "2027-03-15",
    "autoRenews": True,
    "billingSchedule": "Quarterly",
    "customer": {"name": "Lakefront Grocers"},
}
LIST = "serviceAgreements { totalCount nodes { id } }"
BY_ID = "query($id: ID!) { serviceAgreement(id: $id) { id } }"
BILLING, PLAIN, NONE = AccessLevel.BILLING, AccessLevel.NON_BILLING, AccessLevel.NONE
OAK_PARK, RIVER_FOREST = 2101, 2102


def listed(*ids: str) -> dict[str, object]:
    return {"serviceAgreements": {"totalCount": len(ids), "nodes": [{"id": of} for of in ids]}}


async def test_r70_active_ones_are_shown_with_all_there_is_to_tell(house: House) -> None:
    told = await house.viewer(JORDAN, f"serviceAgreements {{ totalCount nodes {{ {SHOWN} }} }}")
    assert told == {"serviceAgreements": {"totalCount": 1, "nodes": [PLANNED_CARE]}}


async def test_r70_the_account_chooses_the_statuses_and_the_latest_to_start_is_first() -> None:
    every = Agreements(statuses=("Draft", "Activated", "Expired"))
    async with ready_house(demo_policy(agreements=every)) as house:
        assert await house.viewer(JORDAN, LIST) == listed(DRAFT, ACTIVE, FIRST_YEAR)
        page = "serviceAgreements(last: 1) { nodes { id status } pageInfo { startCursor } }"
        told = (await house.viewer(JORDAN, page))["serviceAgreements"]
        assert told["nodes"] == [{"id": FIRST_YEAR, "status": "EXPIRED"}]
        before = told["pageInfo"]["startCursor"]
        rest = f'serviceAgreements(last: 9, before: "{before}") {{ totalCount nodes {{ id }} }}'
        assert (await house.viewer(JORDAN, rest))["serviceAgreements"]["nodes"] == [
            {"id": DRAFT},
            {"id": ACTIVE},
        ]


async def test_r70_one_in_another_status_is_not_found_by_its_id(house: House) -> None:
    assert await house.data(JORDAN, BY_ID, id=ACTIVE) == {"serviceAgreement": {"id": ACTIVE}}
    for told in (DRAFT, FIRST_YEAR):
        answer = await house.ask(JORDAN, BY_ID, id=told)
        assert answer["data"] == {"serviceAgreement": None}
        assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r71_without_billing_access_there_are_none_and_nothing_is_asked() -> None:
    async with ready_house(jordan_at((None, PLAIN))) as house:
        assert await house.viewer(JORDAN, LIST) == listed()
        nested = await house.viewer(JORDAN, f"customers {{ nodes {{ {LIST} }} }}")
        assert nested == {"customers": {"nodes": [listed()]}}
        assert await house.calls() == {}
        answer = await house.ask(JORDAN, BY_ID, id=ACTIVE)
        assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r71_one_covered_place_opens_it_and_the_others_are_pruned() -> None:
    policy = jordan_at((None, PLAIN), (OAK_PARK, BILLING), (RIVER_FOREST, NONE))
    places = "locations { name } equipment { nodes { name } }"
    async with ready_house(policy) as house:
        told = await house.viewer(JORDAN, f"serviceAgreements {{ nodes {{ name {places} }} }}")
        assert told["serviceAgreements"]["nodes"] == [
            {
                "name": "Planned Care, all stores",
                "locations": [{"name": "Lakefront Grocers Oak Park"}],
                "equipment": {"nodes": [{"name": "RTU-1"}]},
            }
        ]
        for place, found in ((OAK_PARK, 1), (2103, 0)):
            at = f'serviceAgreements(locationId: "{global_id("Location", place)}")'
            asked = await house.viewer(JORDAN, f"{at} {{ totalCount }}")
            assert asked == {"serviceAgreements": {"totalCount": found}}


async def test_q2_an_account_may_open_them_without_billing_access() -> None:
    policy = jordan_at((None, PLAIN), agreements=Agreements(gate_by_billing=False))
    async with ready_house(policy) as house:
        assert await house.viewer(JORDAN, LIST) == listed(ACTIVE)


async def test_r71_a_neighbours_is_not_found_at_the_cost_of_one_that_never_was(
    house: House,
) -> None:
    await house.viewer(JORDAN, LIST)
    costs = []
    for told in (ACTIVE, global_id("ServiceAgreement", 999_999)):
        await house.calls()
        answer = await house.ask("pat@example.com", BY_ID, id=told)
        assert answer["data"] == {"serviceAgreement": None}
        assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        costs.append([call.split("?")[0] for call in await house.calls()])
    assert costs == [["service-agreements"]] * 2
    assert await house.viewer("pat@example.com", LIST) == listed()


async def test_r72_nothing_is_guessed_where_no_visits_were_imported(house: House) -> None:
    edges = "visits { totalCount nodes { id } } invoices { totalCount nodes { id } }"
    told = await house.viewer(JORDAN, f"serviceAgreements {{ nodes {{ {edges} }} }}")
    nothing = {"totalCount": 0, "nodes": []}
    assert told["serviceAgreements"]["nodes"] == [{"visits": nothing, "invoices": nothing}]


FILE = lines(
    f"930801,{OAK_PARK},Spring,2026-04-15,Scheduled,310181",
    f"930801,{OAK_PARK},Filters,2026-07-20,Unscheduled,310001",
    f"930801,{OAK_PARK},Belts,2026-07-20,Dismissed,",
    f"930801,{OAK_PARK},Gone,2026-07-21,Deleted,",
    f"930801,{RIVER_FOREST},Fall,2026-10-15,Unscheduled,",
    f"930801,{RIVER_FOREST},Coils,2026-10-15,Canceled,",
    f"930801,{RIVER_FOREST},Elsewhere,2026-11-01,Completed,300303",
    f"930802,{OAK_PARK},Last year,2025-04-15,Completed,310170",
)
VISITS = "visits(first: 20) { totalCount nodes { name status dueOn job { number } } }"


def row(name: str, status: str, due: str, job: str | None = None) -> dict[str, object]:
    return {"name": name, "status": status, "dueOn": due, "job": job and {"number": job}}


async def test_r57_r72_its_visits_with_status_and_job(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        told = await house.viewer(JORDAN, f"serviceAgreements {{ nodes {{ {VISITS} }} }}")
        assert told["serviceAgreements"]["nodes"][0]["visits"] == {
            "totalCount": 6,
            "nodes": [
                row("Spring", "COMPLETED", "2026-04-15", "310181"),
                row("Filters", "SCHEDULED", "2026-07-20", "310001"),
                row("Belts", "COMPLETED", "2026-07-20"),
                row("Fall", "UNSCHEDULED", "2026-10-15"),
                row("Coils", "CANCELED", "2026-10-15"),
                row("Elsewhere", "COMPLETED", "2026-11-01"),
            ],
        }
        assert await house.calls() == Counter(
            {
                "service-agreements?customerIds=1031": 1,
                "jobs?ids=310181,310001,300303": 1,
                "appointments?customerId=1031": 1,
                "appointments?customerId=1031&page=2": 1,
                "appointments?customerId=1031&page=3": 1,
            }
        )


async def test_r72_its_invoices_are_those_of_its_visits_jobs_by_their_own_rule(
    tmp_path: Path,
) -> None:
    asked = (
        "serviceAgreements { nodes { invoices { totalCount nodes { number job { number } } } } }"
    )
    async with promised_house(tmp_path, FILE) as house:
        (agreement,) = (await house.viewer(JORDAN, asked))["serviceAgreements"]["nodes"]
        assert agreement["invoices"] == {
            "totalCount": 1,
            "nodes": [{"number": "510081", "job": {"number": "310181"}}],
        }
    plain_there = jordan_at((OAK_PARK, PLAIN))
    async with promised_house(tmp_path, FILE, plain_there) as house:
        (agreement,) = (await house.viewer(JORDAN, asked))["serviceAgreements"]["nodes"]
        assert agreement["invoices"] == {"totalCount": 0, "nodes": []}


async def test_visits_come_in_pages(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        page = "visits(first: 2%s) { nodes { name } pageInfo { hasNextPage endCursor } }"
        query = f"query($id: ID!) {{ serviceAgreement(id: $id) {{ {page} }} }}"
        told = (await house.data(JORDAN, query % "", id=ACTIVE))["serviceAgreement"]["visits"]
        assert told["nodes"] == [{"name": "Spring"}, {"name": "Filters"}]
        assert told["pageInfo"]["hasNextPage"]
        after = f', after: "{told["pageInfo"]["endCursor"]}"'
        told = (await house.data(JORDAN, query % after, id=ACTIVE))["serviceAgreement"]["visits"]
        assert told["nodes"] == [{"name": "Belts"}, {"name": "Fall"}]


async def test_r6_visits_at_a_place_without_access_are_not_told(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE, jordan_at((OAK_PARK, NONE))) as house:
        told = await house.viewer(
            JORDAN, "serviceAgreements { nodes { visits { totalCount nodes { name } } } }"
        )
        assert told["serviceAgreements"]["nodes"] == [
            {
                "visits": {
                    "totalCount": 3,
                    "nodes": [{"name": "Fall"}, {"name": "Coils"}, {"name": "Elsewhere"}],
                }
            }
        ]


async def test_it_costs_one_call_and_none_warm(house: House) -> None:
    asked = (
        f"serviceAgreements {{ nodes {{ {SHOWN} locations {{ name }} visits {{ totalCount }} }} }}"
    )
    cold = await house.viewer(JORDAN, asked)
    assert await house.calls() == {"service-agreements?customerIds=1031": 1}
    assert await house.viewer(JORDAN, asked) == cold
    assert await house.calls() == {}
    machines = "serviceAgreements { nodes { equipment { totalCount } } }"
    await house.viewer(JORDAN, machines)
    stores = ",".join(str(of) for of in range(2101, 2113))
    assert await house.calls() == {f"installed-equipment?locationIds={stores}": 1}


async def test_the_customers_of_a_manager_are_asked_about_together(house: House) -> None:
    await house.viewer("morgan@example.com", f"{LIST} customers {{ nodes {{ {LIST} }} }}")
    calls = await house.calls()
    assert [call for call in calls if not call.startswith("invoices")] == [
        "service-agreements?customerIds=1011,1012,1013"
    ]


@pytest.mark.parametrize(
    ("fault", "code"),
    [({"status": 503}, "UPSTREAM_UNAVAILABLE"), ({"ignoreFilters": True}, "UPSTREAM_REJECTED")],
)
async def test_their_module_down_leaves_the_rest_of_the_page(
    house: House, fault: dict[str, object], code: str
) -> None:
    await house.fault("/service-agreements/", times=20, **fault)
    page = f"{{ viewer {{ email {LIST} jobCounts {{ onHold }} }} }}"
    told = await house.ask("pat@example.com", page)
    assert told["data"]["viewer"] == {
        "email": "pat@example.com",
        "serviceAgreements": None,
        "jobCounts": {"onHold": 1},
    }
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["viewer", "serviceAgreements"], code)


async def test_equipment_down_leaves_the_agreement(house: House) -> None:
    await house.fault("/equipmentsystems/", status=503, times=20)
    asked = "{ viewer { serviceAgreements { nodes { name equipment { totalCount } } } } }"
    told = await house.ask(JORDAN, asked)
    assert told["data"]["viewer"]["serviceAgreements"]["nodes"] == [
        {"name": "Planned Care, all stores", "equipment": None}
    ]
    assert told["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"


def test_r73_the_graph_has_no_field_for_what_is_the_offices_alone() -> None:
    kind = build_schema(sdl()).type_map["ServiceAgreement"]
    assert is_object_type(kind)
    assert set(kind.fields) == {
        *("id", "name", "status", "summary", "startsOn", "endsOn", "autoRenews"),
        *("billingSchedule", "customer", "locations", "visits", "invoices", "equipment"),
    }


async def test_r73_nothing_that_is_the_offices_alone_is_told(house: House) -> None:
    told = str(await house.viewer(JORDAN, f"serviceAgreements {{ nodes {{ {SHOWN} }} }}"))
    assert [word for word in OFFICE_ONLY if word in told] == []
