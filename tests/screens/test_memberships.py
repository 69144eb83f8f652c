"""Memberships: which are shown, what they are called and cost, and the visits they promise."""

from collections import Counter

import pytest

from adapters.sandbox.homes import OFFICE_ONLY
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Agreements, Override, Policy
from tests.house import RILEY, House, demo_policy, ready_house

PAT, RILEY_AT, QUINN = (f"{name}@example.com" for name in ("pat", "riley", "quinn"))
GOLD = global_id("Membership", 900101)
BY_ID = "query($id: ID!) { membership(id: $id) { id } }"
LIST = "memberships { totalCount nodes { id } }"
SHOWN = """id name status startsOn endsOn billingFrequency nextBillingOn price
    customer { name } location { name }"""


def quinn_at(customer: AccessLevel, place: AccessLevel | None = None) -> Policy:
    told = [Override(customer=1061, level=customer)]
    if place is not None:
        told.append(Override(customer=1061, location=2061, level=place))
    return demo_policy(access=Access(people=RILEY | {QUINN: tuple(told)}))


async def test_r74_r75_a_membership_with_all_there_is_to_tell(house: House) -> None:
    told = await house.viewer(PAT, f"memberships {{ totalCount nodes {{ {SHOWN} }} }}")
    assert told == {
        "memberships": {
            "totalCount": 1,
            "nodes": [
                {
                    "id": GOLD,
                    "name": "Gold Comfort Plan",
                    "status": "ACTIVE",
                    "startsOn": "2025-12-26",
                    "endsOn": "2026-12-26",
                    "billingFrequency": "Monthly",
                    "nextBillingOn": "2026-07-25",
                    "price": "24.95",
                    "customer": {"name": "Pat Sullivan"},
                    "location": {"name": "Pat Sullivan"},
                }
            ],
        }
    }
    assert [word for word in OFFICE_ONLY if word in str(told)] == []


async def test_r75_r78_one_for_every_location_that_goes_on(house: House) -> None:
    told = await house.viewer(
        QUINN, "memberships { nodes { name endsOn location { name } price billingFrequency } }"
    )
    assert told["memberships"]["nodes"] == [
        {
            "name": "Silver Plan (res)",
            "endsOn": None,
            "location": None,
            "price": "179.00",
            "billingFrequency": "Annually",
        }
    ]


@pytest.mark.parametrize(
    ("customer", "place", "count"),
    [
        (AccessLevel.BILLING, None, 1),
        (AccessLevel.BILLING, AccessLevel.NON_BILLING, 1),
        (AccessLevel.NON_BILLING, AccessLevel.BILLING, 0),
        (AccessLevel.NON_BILLING, None, 0),
    ],
)
async def test_r78_one_for_every_location_takes_the_level_on_the_customer(
    customer: AccessLevel, place: AccessLevel | None, count: int
) -> None:
    async with ready_house(quinn_at(customer, place)) as house:
        told = await house.viewer(QUINN, "memberships { totalCount }")
        assert told == {"memberships": {"totalCount": count}}


async def test_r8_without_billing_access_there_are_none_and_nothing_is_asked(
    house: House,
) -> None:
    empty = {"memberships": {"totalCount": 0, "nodes": []}}
    assert await house.viewer(RILEY_AT, LIST) == empty
    nested = await house.viewer(RILEY_AT, f"customers {{ nodes {{ {LIST} }} }}")
    assert nested == {"customers": {"nodes": [empty]}}
    assert await house.calls() == {}
    answer = await house.ask(RILEY_AT, BY_ID, id=GOLD)
    assert answer["data"] == {"membership": None}
    assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_q2_r8_without_the_gate_they_are_shown_and_their_price_is_not() -> None:
    async with ready_house(demo_policy(agreements=Agreements(gate_by_billing=False))) as house:
        told = await house.viewer(
            RILEY_AT, "memberships { nodes { name price invoices { totalCount } } }"
        )
        assert told["memberships"]["nodes"] == [
            {"name": "Gold Comfort Plan", "price": None, "invoices": {"totalCount": 0}}
        ]
        assert "invoice-templates" not in str(await house.calls())


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Active", ["ACTIVE"]),
        ("Suspended", ["SUSPENDED"]),
        ("Expired", ["EXPIRED"]),
        ("Canceled", ["CANCELED"]),
        ("Deleted", []),
        ("Frozen", ["UNKNOWN"]),
    ],
)
async def test_r76_r77_all_but_deleted_ones_by_our_own_reading_of_the_status(
    house: House, raw: str, shown: list[str]
) -> None:
    await house.put("memberships", 900101, status=raw, active=False)
    told = await house.viewer(PAT, "memberships { nodes { status } }")
    assert [row["status"] for row in told["memberships"]["nodes"]] == shown
    assert "status" not in str(await house.calls())


async def test_r14_a_neighbours_membership_is_not_found(house: House) -> None:
    await house.viewer(PAT, LIST)
    for told in (GOLD, global_id("Membership", 999_999)):
        await house.calls()
        answer = await house.ask(QUINN, BY_ID, id=told)
        assert answer["data"] == {"membership": None}
        assert [call.split("?")[0] for call in await house.calls()] == ["memberships"]


async def test_r74_its_equipment_and_its_invoices(house: House) -> None:
    told = await house.viewer(
        PAT,
        """memberships { nodes {
            equipment { nodes { name } } invoices { nodes { number total } } } }""",
    )
    assert told["memberships"]["nodes"] == [
        {
            "equipment": {
                "nodes": [
                    {"name": name}
                    for name in (
                        "Condenser",
                        "Electrical Panel",
                        "Furnace",
                        "Old water heater",
                        "Water Heater",
                    )
                ]
            },
            "invoices": {"nodes": [{"number": "500121", "total": "24.95"}]},
        }
    ]
    assert await house.calls() == {
        "memberships?customerIds=1001": 1,
        "installed-equipment?locationIds=2001": 1,
        "invoices?customerId=1001": 1,
    }
    of_quinn = await house.viewer(QUINN, "memberships { nodes { equipment { totalCount } } }")
    assert of_quinn["memberships"]["nodes"] == [{"equipment": {"totalCount": 3}}]


async def test_its_price_costs_one_call_where_it_is_asked_and_none_warm(house: House) -> None:
    cold = await house.viewer(PAT, "memberships { nodes { name } }")
    assert await house.calls() == {"memberships?customerIds=1001": 1, "membership-types?": 1}
    await house.viewer(PAT, "memberships { nodes { price } }")
    assert await house.calls() == {"invoice-templates?ids=9601": 1}
    assert await house.viewer(PAT, "memberships { nodes { name } }") == cold
    await house.viewer(PAT, "memberships { nodes { price } }")
    assert await house.calls() == {}


async def test_fifty_memberships_cost_what_one_does(house: House) -> None:
    for turn in range(50):
        await house.put(
            "memberships",
            900_200 + turn,
            customerId=1001,
            locationId=2001,
            membershipTypeId=9501,
            billingTemplateId=9601,
            status="Active",
        )
    told = await house.viewer(
        PAT, "memberships(first: 100) { nodes { name price visits { totalCount } } }"
    )
    assert len(told["memberships"]["nodes"]) == 51
    blocks = Counter(call.split("?")[0] for call in await house.calls())
    assert blocks == {
        "memberships": 1,
        "membership-types": 1,
        "invoice-templates": 1,
        "recurring-services": 2,  # one for each fifty
        "recurring-service-events": 1,
    }


@pytest.mark.parametrize(
    ("location", "count"), [("2001", 1), ("999", None)], ids=["own", "foreign"]
)
async def test_they_are_narrowed_to_a_location(
    house: House, location: str, count: int | None
) -> None:
    at = f'memberships(locationId: "{global_id("Location", location)}") {{ totalCount }}'
    told = await house.ask(PAT, f"{{ viewer {{ {at} }} }}")
    assert told["data"]["viewer"] == {"memberships": count and {"totalCount": count}}


DOWN = [
    # what fails, what of the membership is null
    ("/memberships/.*/invoice-templates", "price", {"price": None}),
    ("/memberships/.*/recurring-services", "visits { totalCount }", {"visits": None}),
    ("/memberships/.*/recurring-service-events", "visits { totalCount }", {"visits": None}),
    ("/jpm/", "visits { nodes { status } }", {"visits": None}),
    ("/equipmentsystems/", "equipment { totalCount }", {"equipment": None}),
    ("/accounting/", "invoices { totalCount }", {"invoices": None}),
]


@pytest.mark.parametrize(("path", "selection", "shown"), DOWN)
async def test_what_fails_is_null_and_the_membership_stands(
    house: House, path: str, selection: str, shown: dict[str, None]
) -> None:
    await house.fault(path, status=503, times=20)
    told = await house.ask(
        PAT, f"{{ viewer {{ memberships {{ nodes {{ name {selection} }} }} }} }}"
    )
    (membership,) = told["data"]["viewer"]["memberships"]["nodes"]
    assert membership == {"name": "Gold Comfort Plan", **shown}
    assert {error["extensions"]["code"] for error in told["errors"]} == {"UPSTREAM_UNAVAILABLE"}


async def test_their_module_down_leaves_the_rest_of_the_page(house: House) -> None:
    await house.fault("/memberships/v2/tenant/[0-9]+/memberships", status=503, times=20)
    told = await house.ask(PAT, f"{{ viewer {{ email {LIST} jobCounts {{ onHold }} }} }}")
    assert told["data"]["viewer"] == {
        "email": PAT,
        "memberships": None,
        "jobCounts": {"onHold": 1},
    }
    assert told["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
