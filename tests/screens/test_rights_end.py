"""AZ-26: what ends in ServiceTitan ends in the graph with the next reading of its feed."""

import asyncio

import httpx
import pytest

from resolvers.policy import Access, Feeds
from tests.house import House, demo_policy, open_house, ready_house

PAT, CASEY, SAM = "pat@example.com", "casey@example.com", "sam@example.com"
SEEN = """email customers { nodes { name } } locations { nodes { name } }
    invoices(first: 100) { totalCount } jobCounts { upcoming completed }"""
NOTHING = {
    "customers": {"nodes": []},
    "locations": {"nodes": []},
    "invoices": {"totalCount": 0},
    "jobCounts": {"upcoming": 0, "completed": 0},
}
OFTEN = Feeds(every_seconds=0.01)


async def becomes(house: House, email: str, expected: dict[str, object]) -> bool:
    """Ask until it is so; the feeds are read a hundred times a second."""
    for _ in range(300):
        if await house.viewer(email, SEEN) == {"email": email, **expected}:
            return True
        await asyncio.sleep(0.01)
    return False


async def contact_of(house: House, collection: str, email: str) -> int:
    """Return the id of this email's contact, by looking at the feed."""
    name = {"customer-contacts": "customers", "location-contacts": "locations"}[collection]
    credentials = (await house.sandbox.get("/_sandbox/credentials")).json()
    token = await house.sandbox.post(
        "/connect/token",
        data={
            "grant_type": "client_credentials",
            "client_id": credentials["clientId"],
            "client_secret": credentials["clientSecret"],
        },
    )
    path = f"/crm/v2/tenant/{credentials['tenantId']}/export/{name}/contacts"
    headers = {
        "Authorization": f"Bearer {token.json()['access_token']}",
        "ST-App-Key": credentials["appKey"],
    }
    rows = (await house.sandbox.get(path, headers=headers)).json()["data"]
    return next(int(row["id"]) for row in rows if (row["value"] or "").strip().lower() == email)


async def remove(house: House, collection: str, of: int) -> None:
    house.changed = True
    answer: httpx.Response = await house.sandbox.delete(f"/_sandbox/records/{collection}/{of}")
    assert answer.is_success, answer.text


@pytest.mark.parametrize(
    ("collection", "email"), [("customer-contacts", PAT), ("location-contacts", SAM)]
)
async def test_az26_a_contact_removed_opens_nothing_though_its_rows_are_remembered(
    collection: str, email: str
) -> None:
    async with ready_house(demo_policy(feeds=OFTEN)) as house:
        before = await house.viewer(email, SEEN)
        assert before["locations"]["nodes"]
        await remove(house, collection, await contact_of(house, collection, email))
        assert await becomes(house, email, NOTHING)


async def test_az26_a_customer_made_inactive_opens_nothing() -> None:
    async with ready_house(demo_policy(feeds=OFTEN)) as house:
        assert (await house.viewer(PAT, SEEN))["customers"]["nodes"] == [{"name": "Pat Sullivan"}]
        await remove(house, "customers", 1001)
        assert await becomes(house, PAT, NOTHING)


async def test_a_row_that_cannot_be_read_ends_its_right_and_blocks_no_other() -> None:
    async with ready_house(demo_policy(feeds=OFTEN)) as house:
        of = await contact_of(house, "customer-contacts", PAT)
        await house.put("customer-contacts", of, customerId=None)
        email = {"type": "Email", "value": CASEY, "active": True}
        await house.put("customer-contacts", 777001, customerId=1011, **email)
        assert await becomes(house, PAT, NOTHING)
        told = await house.viewer(CASEY, "customers { nodes { name } }")
        assert told == {"customers": {"nodes": [{"name": "Alpha Apartments"}]}}


async def test_feeds_that_cannot_be_read_for_too_long_let_nobody_in() -> None:
    access = Access(directory_stale_after_minutes=1)
    async with ready_house(demo_policy(feeds=OFTEN, access=access)) as house:
        await house.data(PAT, "{ viewer { email } }")
        await house.fault("/export/", status=503, times=100_000)
        await house.choose(demo_policy(feeds=OFTEN, access=Access(directory_stale_after_minutes=0)))
        refused = {}
        for _ in range(300):
            refused = await house.ask(PAT, "{ viewer { email } }")
            if "errors" in refused:
                break
            await asyncio.sleep(0.01)
        assert refused["data"] == {"viewer": None}
        (error,) = refused["errors"]
        assert error["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
        assert error["message"] == (
            "The directory of people could not be read for too long. Ask again later."
        )
        ready = (await house.gateway.get("/health/ready")).json()
        assert ready["waiting"]["directory"] == error["message"]


async def test_a_restart_lets_people_in_while_servicetitan_is_down(tmp_path: object) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with ready_house(database=database) as house:
        before = await house.viewer(PAT, "email customers { nodes { name } }")
    async with open_house(database=database) as house:
        await house.fault("/export/", status=503, times=100_000)
        await house.is_ready()
        assert await house.viewer(PAT, "email customers { nodes { name } }") == before
