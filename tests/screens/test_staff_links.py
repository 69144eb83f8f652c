"""Links that staff make in the graph: what they open, who may look them up, and how they end."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.ledger.audit import Action, Audit
from adapters.ledger.ledger import Ledger
from resolvers.ids import global_id
from tests.house import House, gid, number
from tests.staff import (
    ESTIMATE_LINK,
    PAYMENT_LINK,
    REVOKE,
    SITE,
    STAFF,
    VIEWER_ONLY,
    as_staff,
    staff_data,
    staffed_house,
)

LOOK = """query($id: ID!) { node(id: $id) {
  ... on DirectLink { id kind createdBy createdAt expiresAt revokedAt lastUsedAt } } }"""
MADE = {
    "kind": "PAYMENT_LINK",
    "createdBy": STAFF,
    "createdAt": "2026-07-14T12:00:00-05:00",
    "expiresAt": "2026-08-13T12:00:00-05:00",
    "revokedAt": None,
    "lastUsedAt": None,
}
FIRST = global_id("DirectLink", 1)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door."""
    async with staffed_house() as ready:
        yield ready


async def paying(house: House, **wish: object) -> Any:  # noqa: ANN401  # JSON
    told = {"invoiceNumber": number("open-invoice")} | wish
    return (await staff_data(house, PAYMENT_LINK, input=told))["createPaymentLink"]


async def offering(house: House, *numbers: object, **wish: object) -> Any:  # noqa: ANN401  # JSON
    told = {"estimateNumbers": [str(of) for of in numbers]} | wish
    return (await staff_data(house, ESTIMATE_LINK, input=told))["createEstimateLink"]


async def ending(house: House, link: str) -> Any:  # noqa: ANN401  # JSON
    return (await staff_data(house, REVOKE, input={"linkId": link}))["revokeDirectLink"]


async def exchanged(house: House, url: str) -> httpx.Response:
    secret = url.partition("#")[2]
    return await house.gateway.post("/links/exchange", json={"secret": secret})


async def with_link(house: House, token: str, query: str, **variables: object) -> Any:  # noqa: ANN401  # JSON
    body = {"query": query, "variables": variables}
    headers = {"authorization": f"Bearer {token}"}
    told: dict[str, Any] = (await house.gateway.post("/graphql", json=body, headers=headers)).json()
    told.pop("extensions", None)
    return told


async def test_r61_a_payment_link_opens_its_invoice_until_it_is_ended(house: House) -> None:
    made = await paying(house)
    assert made["link"] == {"id": FIRST} | MADE
    assert made["url"].startswith(f"{SITE}/i#")
    assert made["userErrors"] == []
    opened = (await exchanged(house, made["url"])).json()
    assert opened["ids"] == [gid("open-invoice")]
    query = "{ viewer { kind linkedInvoice { number balance } } }"
    assert await with_link(house, opened["accessToken"], query) == {
        "data": {
            "viewer": {
                "kind": "PAYMENT_LINK",
                "linkedInvoice": {"number": number("open-invoice"), "balance": "436.50"},
            }
        }
    }
    used = (await staff_data(house, LOOK, id=FIRST))["node"]
    assert used == {"id": FIRST} | MADE | {"lastUsedAt": MADE["createdAt"]}
    ended = await ending(house, FIRST)
    assert ended["link"]["revokedAt"] == MADE["createdAt"]
    assert (ended["url"], ended["userErrors"]) == (None, [])
    assert (await exchanged(house, made["url"])).status_code == 404
    after = await with_link(house, opened["accessToken"], query)
    assert [error["extensions"]["code"] for error in after["errors"]] == ["UNAUTHENTICATED"]


async def test_r63_an_estimate_link_opens_the_estimates_it_was_made_for(house: House) -> None:
    made = await offering(house, 600101, 600103, expiresInDays=7)
    assert made["url"].startswith(f"{SITE}/e#")
    assert made["link"]["kind"] == "ESTIMATE_LINK"
    assert made["link"]["expiresAt"] == "2026-07-21T12:00:00-05:00"
    opened = (await exchanged(house, made["url"])).json()
    query = "{ viewer { kind linkedEstimates { number } linkedInvoice { number } } }"
    assert await with_link(house, opened["accessToken"], query) == {
        "data": {
            "viewer": {
                "kind": "ESTIMATE_LINK",
                "linkedEstimates": [{"number": "600101"}, {"number": "600103"}],
                "linkedInvoice": None,
            }
        }
    }


NO_PAYMENT = [
    (
        {"invoiceNumber": "nope"},
        "NOT_FOUND",
        "ServiceTitan has no invoice nope.",
        "invoiceNumber",
    ),
    (
        {"invoiceNumber": number("paid-invoice")},
        "NOT_AVAILABLE",
        f"Nothing is left to pay on invoice {number('paid-invoice')}.",
        "invoiceNumber",
    ),
    (
        {"invoiceNumber": number("inactive-invoice")},
        "NOT_AVAILABLE",
        f"Invoice {number('inactive-invoice')} is no longer active.",
        "invoiceNumber",
    ),
    (
        {"invoiceNumber": " "},
        "BAD_INPUT",
        "Name the invoice by its number in ServiceTitan.",
        "invoiceNumber",
    ),
    ({"expiresInDays": 0}, "BAD_INPUT", "A link lasts for 1 to 365 days.", "expiresInDays"),
    ({"expiresInDays": 366}, "BAD_INPUT", "A link lasts for 1 to 365 days.", "expiresInDays"),
]


@pytest.mark.parametrize(("wish", "code", "message", "field"), NO_PAYMENT)
async def test_r65_what_cannot_be_paid_gets_no_link(
    house: House, wish: dict[str, object], code: str, message: str, field: str
) -> None:
    error = {"code": code, "message": message, "field": ["input", field]}
    assert await paying(house, **wish) == {"link": None, "url": None, "userErrors": [error]}
    assert (await staff_data_or_none(house, FIRST)) is None


async def staff_data_or_none(house: House, link: str) -> Any:  # noqa: ANN401  # JSON
    return (await as_staff(house, LOOK, id=link))["data"]["node"]


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((), "BAD_INPUT"),
        (("600101", "x"), "BAD_INPUT"),
        ((600101, 999999), "NOT_FOUND"),
        ((600105,), "NOT_AVAILABLE"),
        ((600106,), "NOT_AVAILABLE"),
        ((number("sold-estimate"),), "NOT_AVAILABLE"),
        ((600101, 600801), "CONFLICT"),
    ],
)
async def test_r38_r63_what_is_not_offered_gets_no_link(
    house: House, numbers: tuple[object, ...], code: str
) -> None:
    told = await offering(house, *numbers)
    assert (told["link"], told["url"]) == (None, None)
    assert [(e["code"], e["field"]) for e in told["userErrors"]] == [
        (code, ["input", "estimateNumbers"])
    ]


async def test_days_left_out_or_null_are_thirty(house: House) -> None:
    for wish in ({}, {"expiresInDays": None}):
        assert (await paying(house, **wish))["link"]["expiresAt"] == MADE["expiresAt"]


async def test_without_a_front_end_there_is_nowhere_to_lead() -> None:
    async with staffed_house(told={"site_url": None}) as house:
        told = await paying(house)
        assert await house.calls() == {}
    [error] = told["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_AVAILABLE", None)
    assert "PORTAL_SITE_URL" in error["message"]


async def test_making_a_link_costs_one_call(house: House) -> None:
    await paying(house)
    assert await house.calls() == Counter({"invoices?activeState=All&number=500106": 1})
    await offering(house, 600101)
    assert await house.calls() == Counter({"estimates?ids=600101": 1})


async def test_r14_a_link_is_nobodys_to_look_up_but_staffs(house: House) -> None:
    await paying(house)
    refused = {"code": "NOT_FOUND"}
    for email in ("pat@example.com", "casey@example.com"):
        told = await house.ask(email, LOOK, id=FIRST)
        assert [error["extensions"] for error in told["errors"]] == [refused]
    through = await as_staff(house, LOOK, id=FIRST, through="pat@example.com")
    assert [error["extensions"] for error in through["errors"]] == [refused]
    unknown = await as_staff(house, LOOK, id=global_id("DirectLink", 2))
    assert [error["extensions"] for error in unknown["errors"]] == [refused]
    seen = await as_staff(house, LOOK, staff=VIEWER_ONLY, id=FIRST)
    assert seen["data"]["node"]["id"] == FIRST


@pytest.mark.parametrize(
    "told", ["", "garbage", global_id("Invoice", 1), global_id("DirectLink", 9)]
)
async def test_a_link_that_is_none_cannot_be_ended(house: House, told: str) -> None:
    ended = await ending(house, told)
    assert ended["link"] is None
    assert [(e["code"], e["field"]) for e in ended["userErrors"]] == [
        ("NOT_FOUND", ["input", "linkId"])
    ]


async def test_to_end_a_link_takes_no_billing_right_and_twice_does_no_harm(house: House) -> None:
    await paying(house)
    for _ in range(2):
        told = await as_staff(house, REVOKE, staff=VIEWER_ONLY, input={"linkId": FIRST})
        assert told["data"]["revokeDirectLink"]["link"]["revokedAt"] == MADE["createdAt"]


async def test_who_made_and_ended_what_is_written_down_without_the_secret(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with staffed_house(database=url) as house:
        made = await paying(house)
        await ending(house, FIRST)
        secret = made["url"].partition("#")[2]
        assert secret not in str(house.logs)
    ledger = Ledger(url)
    await ledger.open()
    entries = [entry for _, entry in await Audit(ledger).read()]
    await ledger.aclose()
    told = [
        entry for entry in entries if entry.action in {Action.LINK_CREATED, Action.LINK_REVOKED}
    ]
    assert [(entry.actor, entry.subject) for entry in told] == [(STAFF, "link 1")] * 2
    assert secret not in str(entries)
