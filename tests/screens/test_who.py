"""Who is asking: nobody, somebody, and what the directory knows of them when."""

import asyncio

import pytest

from resolvers.levels import AccessLevel
from resolvers.policy import Access, Feeds, Override
from tests.house import House, demo_policy, gid, open_house, ready_house

PAT, SAM, MORGAN, CASEY = (f"{name}@example.com" for name in ("pat", "sam", "morgan", "casey"))
REACH = """customers { nodes { name accessLevel } } locations { nodes { name accessLevel } }
    invoices(first: 100) { nodes { number } } jobCounts { upcoming completed }"""


async def test_decision_15_nobody_may_ask_who_nobody_is(house: House) -> None:
    told = await house.ask(None, "{ __typename viewer { email } }")
    assert told == {"data": {"__typename": "Query", "viewer": None}}


@pytest.mark.parametrize("field", ["node", "invoice", "customer"])
async def test_decision_15_nobody_may_ask_for_a_record(house: House, field: str) -> None:
    told = await house.ask(None, f'{{ {field}(id: "{gid("open-invoice")}") {{ id }} }}')
    assert told["data"] == {field: None}
    assert told["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_credentials_that_do_not_verify_are_refused(house: House) -> None:
    answer = await house.gateway.post(
        "/graphql",
        json={"query": "{ __typename }"},
        headers={"authorization": f"Bearer {(await house.token(PAT))[:-4]}AAAA"},
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize("body", [b"", b"{", b'"abc"', b"1", b"null", b"[]", b'{"query": 1}'])
async def test_a_body_that_is_no_request_is_bad_input(house: House, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await house.gateway.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_r2_r10_nobodys_contact_reaches_nothing_and_is_looked_for_nowhere_else(
    house: House,
) -> None:
    told = await house.viewer(CASEY, f"email {REACH}")
    assert told == {
        "email": CASEY,
        "customers": {"nodes": []},
        "locations": {"nodes": []},
        "invoices": {"nodes": []},
        "jobCounts": {"upcoming": 0, "completed": 0},
    }
    assert await house.calls() == {}


async def test_r13_a_merged_customer_opens_nothing(house: House) -> None:
    told = await house.viewer("dana@example.com", REACH)
    assert told["customers"] == {"nodes": []}
    assert told["locations"] == {"nodes": []}


async def test_r11_an_email_is_compared_trimmed_and_case_folded(house: House) -> None:
    told = await house.viewer("PAT@Example.COM", "email customers { nodes { name } }")
    assert told == {"email": PAT, "customers": {"nodes": [{"name": "Pat Sullivan"}]}}


async def levels(*overrides: Override, email: str = PAT) -> dict[str, object]:
    async with ready_house(demo_policy(access=Access(people={email: overrides}))) as house:
        told: dict[str, object] = await house.viewer(email, REACH)
        return told


async def test_r4_the_levels_of_a_place_win_over_its_customers() -> None:
    told = await levels(
        Override(customer=1012, location=2013, level=AccessLevel.NON_BILLING), email=MORGAN
    )
    names = {place["name"]: place["accessLevel"] for place in told["locations"]["nodes"]}  # type: ignore[index]  # JSON
    assert names == {
        "Alpha Apartments": "BILLING",
        "Beta Buildings": "BILLING",
        "Beta Buildings South": "NON_BILLING",
        "Gamma Gardens": "BILLING",
    }
    shown = [row["number"] for row in told["invoices"]["nodes"]]  # type: ignore[index]  # JSON
    assert shown == ["500303", "500305", "500302", "500301"]


async def test_r5_billing_access_on_a_place_alone_shows_its_invoices_alone() -> None:
    told = await levels(
        Override(customer=1012, level=AccessLevel.NON_BILLING),
        Override(customer=1012, location=2013, level=AccessLevel.BILLING),
        email=MORGAN,
    )
    shown = [row["number"] for row in told["invoices"]["nodes"]]  # type: ignore[index]  # JSON
    assert shown == ["500305", "500302", "500301", "500304"]


async def test_r6_no_access_to_a_place_hides_all_of_it() -> None:
    told = await levels(Override(customer=1001, location=2001, level=AccessLevel.NONE))
    assert told["locations"] == {"nodes": []}
    assert told["jobCounts"] == {"upcoming": 0, "completed": 0}
    shown = [row["number"] for row in told["invoices"]["nodes"]]  # type: ignore[index]  # JSON
    assert shown == ["500121"]  # the membership's, billed to the customer at no place


async def test_r4_no_access_to_a_customer_shows_nothing_and_asks_nothing() -> None:
    policy = demo_policy(
        access=Access(people={PAT: (Override(customer=1001, level=AccessLevel.NONE),)})
    )
    async with ready_house(policy) as house:
        told = await house.viewer(PAT, REACH)
        assert told["customers"] == {"nodes": []}
        assert told["jobCounts"] == {"upcoming": 0, "completed": 0}
        assert await house.calls() == {}


async def test_r7_the_tenant_chooses_what_an_email_opens_by_itself() -> None:
    policy = demo_policy(
        access=Access(customer_email=AccessLevel.NON_BILLING, location_email=AccessLevel.NONE)
    )
    async with ready_house(policy) as house:
        told = await house.viewer(PAT, REACH)
        assert told["customers"]["nodes"] == [
            {"name": "Pat Sullivan", "accessLevel": "NON_BILLING"}
        ]
        assert told["invoices"] == {"nodes": []}
        assert (await house.viewer(SAM, REACH))["locations"] == {"nodes": []}


async def test_r3_a_place_alone_may_be_given_billing_access() -> None:
    policy = demo_policy(access=Access(location_email=AccessLevel.BILLING))
    async with ready_house(policy) as house:
        assert (await house.viewer(SAM, REACH))["invoices"] == {"nodes": []}
        await house.put("invoices", 500401, customer={"id": 1021, "name": "Lakeview Rentals"})
    async with ready_house(policy) as house:
        await house.put("invoices", 500401, customer={"id": 1021, "name": "Lakeview Rentals"})
        assert (await house.viewer(SAM, REACH))["invoices"] == {"nodes": [{"number": "500401"}]}


async def test_the_gateway_says_when_people_cannot_be_let_in_yet() -> None:
    async with open_house() as house:
        await house.fault("/export/", status=503, times=1000)
        token = await house.token(PAT)
        headers = {"authorization": f"Bearer {token}"}
        answer = await house.gateway.post(
            "/graphql", json={"query": "{ viewer { id } }"}, headers=headers
        )
        assert answer.json()["data"] == {"viewer": None}
        assert answer.json()["errors"][0]["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}
        ready = await house.gateway.get("/health/ready")
        assert ready.status_code == 503
        assert list(ready.json()["waiting"]) == ["directory"]
        assert (await house.gateway.get("/health/live")).status_code == 200


async def reaches(house: House, expected: list[dict[str, str]]) -> bool:
    """Ask until it is so; the feeds are read a hundred times a second."""
    for _ in range(500):
        told = await house.viewer(CASEY, "customers { nodes { name } }")
        if told["customers"]["nodes"] == expected:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_r1_r9_the_directory_follows_its_feeds() -> None:
    async with ready_house(demo_policy(feeds=Feeds(every_seconds=0.01))) as house:
        assert await reaches(house, [])
        email = {"type": "Email", "value": " Casey@EXAMPLE.com", "active": True}
        await house.put("customer-contacts", 777001, customerId=1011, **email)
        assert await reaches(house, [{"name": "Alpha Apartments"}])
        await house.put("customers", 1011, name="Alpha Living")
        assert await reaches(house, [{"name": "Alpha Living"}])
        await house.put("customer-contacts", 777001, active=False)
        assert await reaches(house, [])
