"""Records by their id: what is not yours is answered like what never was (R14)."""

import base64

import pytest

from resolvers.ids import global_id
from tests.house import House, gid, number

PAT, RILEY, SAM = (f"{name}@example.com" for name in ("pat", "riley", "sam"))
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
FOREIGN = {
    "invoice": global_id("Invoice", 500303),
    "job": global_id("Job", 300303),
    "appointment": global_id("Appointment", 400303),
    "customer": global_id("Customer", 1011),
    "location": global_id("Location", 2011),
}
UNKNOWN = {kind: global_id(kind.title(), 999_999_999) for kind in FOREIGN}
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


@pytest.mark.parametrize(
    "told",
    [
        gid("open-invoice"),
        gid("working-now"),
        global_id("Appointment", 400103),
        global_id("Customer", 1001),
        global_id("Location", 2001),
    ],
)
async def test_az1_what_is_yours_is_found(house: House, told: str) -> None:
    assert (await house.data(PAT, NODE, id=told))["node"]["id"] == told


@pytest.mark.parametrize("kind", list(FOREIGN))
async def test_az1_az17_r14_foreign_and_unknown_are_the_same_answer_at_the_same_cost(
    house: House, kind: str
) -> None:
    await house.viewer("morgan@example.com", "invoices { nodes { number } } jobCounts { upcoming }")
    costs = []
    for told in (FOREIGN[kind], UNKNOWN[kind]):
        await house.calls()
        assert await house.ask(PAT, NODE, id=told) == NOT_FOUND
        costs.append([call.split("?")[0] for call in await house.calls()])
        assert await house.ask(PAT, NODE, id=told) == NOT_FOUND
        assert await house.calls() == {}
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "told",
    [
        "",
        "garbage",
        "x" * 10_000,
        global_id("Invoice", 500106) + "=",
        global_id("Invoice", 500106) + "A",
        base64.b64encode(b"Invoice:500106??").decode(),
        global_id("Invoice", "0500106"),
        global_id("Invoice", "+500106"),
        global_id("Invoice", "T2:500106"),
        global_id("Invoice", "-1"),
        global_id("Invoice", 2**63),
        global_id("Invoice", "٣"),
        global_id("Job", 500106),
        global_id("Nothing", 1),
        global_id("Viewer", "x"),
        "SW52b2ljZTo1MDAxMDb\N{GREEK SMALL LETTER ALPHA}",
    ],
)
async def test_az4_forged_ids_are_not_found(house: House, told: str) -> None:
    assert await house.ask(PAT, NODE, id=told) == NOT_FOUND


async def test_az2_many_ids_keep_their_order_and_each_its_own_refusal(house: House) -> None:
    ids = [gid("open-invoice"), FOREIGN["invoice"], FOREIGN["job"], "garbage", gid("working-now")]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    told = await house.ask(PAT, query, ids=ids)
    assert told["data"]["nodes"] == [{"id": ids[0]}, None, None, None, {"id": ids[4]}]
    assert [error["path"] for error in told["errors"]] == [["nodes", at] for at in (1, 2, 3)]
    assert {error["extensions"]["code"] for error in told["errors"]} == {"NOT_FOUND"}


async def test_more_than_a_hundred_ids_are_refused(house: House) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    told = await house.ask(PAT, query, ids=[gid("open-invoice")] * 101)
    extensions = {"code": "LIMIT_EXCEEDED", "limit": "ids"}
    message = "`ids` may have at most 100 entries."
    assert told == {"errors": [{"message": message, "extensions": extensions}]}
    assert await house.calls() == {}


@pytest.mark.parametrize("field", ["customer", "invoice", "job", "appointment"])
async def test_a_root_field_finds_its_own_kind_alone(house: House, field: str) -> None:
    own = {
        "customer": global_id("Customer", 1001),
        "invoice": gid("open-invoice"),
        "job": gid("working-now"),
        "appointment": global_id("Appointment", 400103),
    }
    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    assert await house.data(PAT, query, id=own[field]) == {field: {"id": own[field]}}
    for other in set(own.values()) - {own[field]}:
        told = await house.ask(PAT, query, id=other)
        assert told["data"] == {field: None}
        assert told["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_decision_3_a_row_another_viewer_made_warm_tells_nothing(house: House) -> None:
    warm = await house.data(PAT, NODE, id=gid("open-invoice"))
    assert warm["node"]["id"] == gid("open-invoice")
    await house.calls()
    assert await house.ask(RILEY, NODE, id=gid("open-invoice")) == NOT_FOUND
    assert await house.calls() == {"invoices?ids=500106": 1}


@pytest.mark.parametrize("argument", ["customerId", "locationId"])
async def test_r14_a_filter_by_what_is_out_of_reach_is_not_found(
    house: House, argument: str
) -> None:
    for told in (FOREIGN[argument.removesuffix("Id")], "garbage"):
        query = f'{{ viewer {{ invoices({argument}: "{told}") {{ totalCount }} }} }}'
        answer = await house.ask(PAT, query)
        assert answer["data"] == {"viewer": {"invoices": None}}
        assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_az8_a_round_trip_through_edges_stays_at_home(house: House) -> None:
    query = """query($id: ID!) { job(id: $id) { number customer { invoices(first: 5) { nodes {
        number customer { name } job { invoices { number customer { id } } } } } } } }"""
    told = await house.data(PAT, query, id=gid("under-warranty"))
    assert told["job"]["number"] == number("under-warranty")
    assert "500114" not in str(told)
    assert "First Shield" not in str(told)


async def test_sams_landlord_is_no_customer_of_sams(house: House) -> None:
    told = await house.viewer(
        SAM, "customers { totalCount } locations { nodes { name customer { name } } }"
    )
    assert told == {
        "customers": {"totalCount": 0},
        "locations": {"nodes": [{"name": "Lakeview 2B", "customer": None}]},
    }
