"""Who hears of a change: those who see the record as it is then, and nobody else."""

import asyncio

import pytest
from starlette.routing import WebSocketRoute

from adapters.sandbox.homes import PEOPLE
from gateway.http.exchange import GraphQLRequest, HTTPInfo
from gateway.http.websocket import WebSocketEndpoint
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Feeds, Override
from resolvers.viewer import Viewer, ViewerKind
from tests.changes.hearing import INVOICE, PAT, quietly
from tests.house import HOME, demo_policy, gid
from tests.staff import STAFF, token_of
from tests.subscriptions.talking import CHANGED, Street, street

pytestmark = pytest.mark.authz

MORGAN = next(person for person in PEOPLE if person.email == "morgan@example.com")
RILEY = "riley@example.com"
THEIRS = MORGAN.records["invoices"][0]
JOB = 300_106
SAMS_VISIT = 400_403


async def test_a_viewer_hears_of_their_own_record_and_nobody_else_does() -> None:
    async with street() as of, of.listen(PAT) as pat, of.listen(MORGAN.email) as morgan:
        await of.house.put("invoices", INVOICE, balance="1.00")
        assert await pat.change() == ("Invoice", gid("open-invoice"))
        await of.house.put("invoices", THEIRS, balance="2.00")
        assert await morgan.change() == ("Invoice", global_id("Invoice", THEIRS))
        await asyncio.gather(pat.nothing(), morgan.nothing())


async def test_what_is_told_is_read_again_anew_and_costs_the_reading_alone() -> None:
    async with street() as of, of.listen(PAT) as pat:
        await of.house.calls()
        await of.house.put("invoices", INVOICE, balance="1.00")
        _, node = await pat.change()
        query = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"
        told = await pat.ask(query, variables={"id": node})
        assert told["data"] == {"node": {"balance": "1.00"}}
        assert await of.house.calls() == {f"invoices?ids={INVOICE}": 1}


async def test_others_cost_nothing_by_a_change_that_is_not_theirs() -> None:
    async with street() as of, of.listen(PAT) as pat, of.listen(MORGAN.email) as morgan:
        await of.house.calls()
        for turn in range(5):
            await of.house.put("invoices", THEIRS, balance=f"{turn}.00")
        await morgan.change()
        await pat.nothing()
        told = await of.house.calls()
        assert told.keys() == {f"invoices?ids={THEIRS}"}
        assert told.total() <= 5


async def test_by_the_feed_without_an_event() -> None:
    async with street(0.05) as of, of.listen(PAT) as pat:
        await quietly(of.house, "invoices", INVOICE, balance="1.00")
        assert await pat.change() == ("Invoice", gid("open-invoice"))


async def test_of_every_kind_that_has_an_id_of_its_own() -> None:
    kinds = {
        "customers": "Customer",
        "locations": "Location",
        "jobs": "Job",
        "invoices": "Invoice",
        "estimates": "Estimate",
        "installed-equipment": "Equipment",
        "memberships": "Membership",
    }
    async with street(0.05) as of, of.listen(PAT) as pat:
        await quietly(of.house, "appointments", 400_101, status="Hold")
        assert await pat.change() == ("Appointment", global_id("Appointment", 400_101))
        rows = next(person for person in PEOPLE if person.email == PAT).records
        expected = set()
        for collection, kind in kinds.items():
            number = rows[collection][0]
            expected.add((kind, global_id(kind, number)))
            await quietly(of.house, collection, number, name="Other")
        heard: set[tuple[str, str]] = set()
        while not expected <= heard:
            heard.add(await pat.change())


async def test_a_payment_is_told_as_its_invoice() -> None:
    async with street(0.05) as of, of.listen(PAT) as pat:
        part = {"appliedId": 1, "appliedTo": INVOICE, "appliedAmount": "36.50"}
        row = {"customer": {"id": HOME}, "appliedTo": [part], "total": "36.50"}
        await quietly(of.house, "payments", 799_999, **row)
        assert await pat.change() == ("Invoice", gid("open-invoice"))
        await pat.nothing(1.3)


async def test_who_rents_a_place_hears_of_what_is_done_there() -> None:
    """An appointment names its customer, who is somebody else, and no place."""
    async with street(0.05) as of, of.listen("sam@example.com") as sam, of.listen(PAT) as pat:
        await quietly(of.house, "appointments", SAMS_VISIT, status="Hold")
        assert await sam.change() == ("Appointment", global_id("Appointment", SAMS_VISIT))
        await pat.nothing()


async def test_what_waits_to_be_taken_is_judged_again_when_it_is() -> None:
    nobody = {RILEY: (Override(customer=HOME, level=AccessLevel.NONE),)}
    async with street() as of, of.listen(RILEY) as riley:
        await riley.nothing(0.1)
        routes = of.house.app.routes  # type: ignore[union-attr]  # the app of this street
        [endpoint] = [each.app for each in routes if isinstance(each, WebSocketRoute)]
        assert isinstance(endpoint, WebSocketEndpoint)
        viewer = Viewer(kind=ViewerKind.CUSTOMER, key="riley", email=RILEY)
        info = HTTPInfo(method="POST", media_type="application/json", request_id="1")
        answers = endpoint.graph.results(GraphQLRequest(query=CHANGED), viewer, info)
        first = asyncio.create_task(anext(answers))
        await of.listeners(2)
        await of.house.put("jobs", JOB, jobNumber="300106")  # the event names its visit too
        assert not (await first).failed
        await of.house.choose(
            demo_policy(access=Access(people=nobody), feeds=Feeds(every_seconds=3600))
        )
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await anext(answers)


async def test_without_the_right_to_see_money_no_invoice_is_told() -> None:
    async with street() as of, of.listen(PAT) as pat, of.listen(RILEY) as riley:
        await of.house.put("invoices", INVOICE, balance="1.00")
        assert await pat.change() == ("Invoice", gid("open-invoice"))
        await riley.nothing()
        await of.house.put("jobs", JOB, jobNumber="300106")
        assert await riley.change() == ("Job", global_id("Job", JOB))


async def test_a_right_that_ends_meanwhile_is_told_of_nothing_more() -> None:
    async with street() as of, of.listen(RILEY) as riley:
        await of.house.put("jobs", JOB, jobNumber="300106")
        assert await riley.change() == ("Job", global_id("Job", JOB))
        assert (await riley.change())[0] == "Appointment"
        await riley.nothing()
        nobody = {RILEY: (Override(customer=HOME, level=AccessLevel.NONE),)}
        await of.house.choose(
            demo_policy(access=Access(people=nobody), feeds=Feeds(every_seconds=3600))
        )
        await of.house.put("jobs", JOB, jobNumber="300107")
        await riley.nothing(2)


async def test_what_comes_into_sight_is_told_though_it_was_refused_a_moment_ago() -> None:
    query = "query($id: ID!) { node(id: $id) { id } }"
    async with street(0.05) as of, of.listen(PAT) as pat, of.listen(MORGAN.email) as morgan:
        node = global_id("Job", JOB)
        to = {"customerId": MORGAN.records["customers"][0]}
        there = {"locationId": MORGAN.records["locations"][0]}
        await quietly(of.house, "jobs", JOB, **to, **there)
        assert await morgan.change() == ("Job", node)
        refused = await pat.ask(query, variables={"id": node})
        assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        await quietly(of.house, "jobs", JOB, customerId=HOME, locationId=2001)
        assert await pat.change() == ("Job", node)
        await morgan.nothing()


async def link_token(of: Street) -> str:
    """Return a token of a payment link to Pat's open invoice."""
    mutation = """mutation($input: CreatePaymentLinkInput!) {
      createPaymentLink(input: $input) { url userErrors { message } } }"""
    headers = {"authorization": f"Bearer {await token_of(of.house, STAFF)}"}
    variables = {"input": {"invoiceNumber": str(INVOICE)}}
    body = {"query": mutation, "variables": variables}
    told = (await of.house.gateway.post("/graphql", json=body, headers=headers)).json()
    secret = told["data"]["createPaymentLink"]["url"].partition("#")[2]
    answer = await of.house.gateway.post("/links/exchange", json={"secret": secret})
    return str(answer.json()["accessToken"])


async def test_who_holds_a_link_hears_of_its_record_alone() -> None:
    async with street() as of:
        token = await link_token(of)
        async with of.talk(token) as talk:
            await talk.listen(of)
            other = next(p for p in PEOPLE if p.email == PAT).records["invoices"]
            for number in other:
                if number != INVOICE:
                    await of.house.put("invoices", number, balance="3.00")
            await of.house.put("jobs", JOB, jobNumber="300106")
            await talk.nothing()
            await of.house.put("invoices", INVOICE, balance="1.00")
            assert await talk.change() == ("Invoice", gid("open-invoice"))


async def test_through_a_customers_eyes_what_that_customer_would_hear() -> None:
    async with street() as of:
        token = await token_of(of.house, STAFF)
        async with of.talk(token, payload={"X-View-As": PAT}) as talk:
            await talk.listen(of)
            await of.house.put("invoices", THEIRS, balance="2.00")
            await talk.nothing()
            await of.house.put("invoices", INVOICE, balance="1.00")
            assert await talk.change() == ("Invoice", gid("open-invoice"))


async def test_staff_by_themselves_hear_of_every_record() -> None:
    async with street() as of, of.talk(await token_of(of.house, STAFF)) as talk:
        await talk.listen(of)
        await of.house.put("invoices", THEIRS, balance="2.00")
        assert await talk.change() == ("Invoice", global_id("Invoice", THEIRS))


async def test_nobody_hears_of_nothing() -> None:
    async with street() as of, of.talk() as talk:
        assert (await talk.ask("{ portal { currency } }"))["data"] == {
            "portal": {"currency": "USD"}
        }
        await talk.begin("1", CHANGED)
        told = await talk.hear()
        assert (told["type"], told["id"]) == ("error", "1")
        assert [of["extensions"]["code"] for of in told["payload"]] == ["UNAUTHENTICATED"]
        assert of.heard == 0
