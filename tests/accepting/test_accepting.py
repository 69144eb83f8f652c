"""Accepting an estimate through the graph: once, by whom it is for, and as it was read."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from adapters.ledger.acceptance_rows import SignatureKind
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.sandbox.homes import SELLER
from resolvers.ids import global_id
from tests.accepting.conftest import (
    ACCEPT,
    OTHER,
    PAT,
    PLAIN,
    WITH_DEPOSIT,
    Office,
    errors,
    opened,
    selling,
)
from tests.estimate_rows import DISMISSED, SOLD

NOON = "2026-07-14T12:00:00-05:00"


async def accepted(office: Office) -> int:
    """Return how many acceptances were ever written down."""
    return len(await office.till.acceptances.listed())


async def test_r43_it_is_sold_and_told_so_everywhere(office: Office) -> None:
    wish = await office.wish(PLAIN, signature={"typedName": "  Pat   Sullivan "})
    await office.house.calls()
    told = await office.send(wish)
    number = told["acceptance"].pop("confirmationNumber")
    assert told["acceptance"].pop("signedPdfUrl").startswith("http://gateway/documents/")
    assert told == {
        "estimate": {
            "number": "600101",
            "status": "ACCEPTED",
            "acceptedBy": "Pat Sullivan",
            "acceptedAt": NOON,
            "depositDue": None,
            "proposal": {"hasAcceptedOption": True},
        },
        "acceptance": {"acceptedAt": NOON, "acceptedBy": "Pat Sullivan", "recording": "RECORDED"},
        "payment": None,
        "userErrors": [],
    }
    assert await office.house.calls() == Counter(
        {
            "estimates?ids=600101": 2,  # before it is signed, and as it is then
            "estimates/600101/sell?": 1,
            "estimates?locationId=2001": 1,
            "locations?customerId=1001": 1,
            "customers?ids=1001": 1,
            "business-units?": 1,
        }
    )
    row = await office.row(PLAIN)
    assert (row["status"]["name"], row["soldBy"]) == ("Sold", SELLER)
    assert (await office.row(OTHER))["status"]["name"] == "Open"  # R46: its siblings stay
    (kept,) = await office.till.acceptances.listed()
    assert (kept.state, kept.confirmation) == (AcceptanceState.SOLD, number)
    given = kept.given
    assert (given.signer, given.signature_kind) == ("Pat Sullivan", SignatureKind.TYPED)
    assert (given.version, given.signature) == (wish["version"], b"Pat Sullivan")
    assert (given.customer, given.location, str(given.total)) == (1001, 2001, "6156.60")
    assert (given.by.actor, given.address_class) == (PAT, "127.0.0.0/24")
    assert given.agent_class == "program"
    assert b"Furnace only" in given.shown
    assert await office.trail() == ["estimate.accepted 600101", "estimate.sold 600101"]


async def test_r44_the_same_key_tells_what_came_of_it_the_first_time(office: Office) -> None:
    wish = await office.wish(PLAIN)
    first = await office.send(wish)
    await office.house.calls()
    second = await office.send(wish)
    for told in (first, second):
        told["acceptance"].pop("signedPdfUrl")
    assert second == first
    assert await office.house.calls() == Counter()
    assert await accepted(office) == 1


async def test_the_same_key_with_other_input_is_refused(office: Office) -> None:
    wish = await office.wish(PLAIN)
    await office.send(wish)
    for other in (
        {"signature": {"typedName": "Riley"}},
        {"estimateId": global_id("Estimate", OTHER), "version": await office.version(OTHER)},
    ):
        told = await office.send(wish | other)
        assert errors(told) == ["IDEMPOTENCY_CONFLICT"]
        assert told["acceptance"] is None
    assert (await office.row(OTHER))["status"]["name"] == "Open"


@pytest.mark.parametrize("keys", [("a", "a"), ("a", "b"), ("a", "b", "c", "a")])
async def test_r44_a_double_click_sells_it_once(office: Office, keys: tuple[str, ...]) -> None:
    wish = await office.wish(PLAIN)
    await office.house.calls()
    told = await asyncio.gather(*(office.send(wish | {"idempotencyKey": key}) for key in keys))
    assert (await office.house.calls())["estimates/600101/sell?"] == 1
    by_key: dict[str, set[str | None]] = {}
    for key, payload in zip(keys, told, strict=True):
        number = payload["acceptance"] and payload["acceptance"]["confirmationNumber"]
        by_key.setdefault(key, set()).add(number)
        assert errors(payload) in ([], ["ALREADY_ACCEPTED"], ["NOT_AVAILABLE"])
    numbers = [of for (of,) in by_key.values()]  # the same key, the same answer
    assert len([of for of in numbers if of is not None]) == 1
    assert await accepted(office) == 1


async def test_r44_accepted_already_is_a_refusal_of_its_own(office: Office) -> None:
    wish = await office.wish(PLAIN)
    await office.send(wish)
    told = await office.send(wish | {"idempotencyKey": "another"})
    assert errors(told) == ["ALREADY_ACCEPTED"]
    assert told["estimate"]["status"] == "ACCEPTED"
    await office.house.put("estimates", OTHER, status=SOLD)
    assert errors(await office.accept(OTHER, "a third")) == ["ALREADY_ACCEPTED"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subtotal": 5765.01}, "CHANGED_SINCE_VIEWED"),
        ({"name": "Another furnace"}, "CHANGED_SINCE_VIEWED"),
        ({"requireDepositOnSignature": True, "depositAmount": 5}, "CHANGED_SINCE_VIEWED"),
        ({"status": SOLD}, "ALREADY_ACCEPTED"),
        ({"status": DISMISSED}, "NO_LONGER_AVAILABLE"),
        ({"reviewStatus": "NotApproved"}, "NO_LONGER_AVAILABLE"),
        ({"status": DISMISSED, "subtotal": 1}, "NOT_FOUND"),
        ({"active": False}, "NOT_FOUND"),
        ({"customerId": 1009, "locationId": 2009}, "NOT_FOUND"),
    ],
)
async def test_r44_what_is_not_as_it_was_read_is_not_accepted(
    office: Office, change: dict[str, Any], code: str
) -> None:
    wish = await office.wish(PLAIN)
    await office.house.put("estimates", PLAIN, **change)
    await office.house.calls()
    told = await office.send(wish)
    assert errors(told) == [code]
    assert told["acceptance"] is None
    assert (await office.house.calls())["estimates/600101/sell?"] == 0
    assert await accepted(office) == 0


@pytest.mark.parametrize(
    ("signature", "code", "field"),
    [
        ({"typedName": ""}, "NAME_REQUIRED", ["input", "signature"]),
        ({"typedName": " \u00a0 "}, "NAME_REQUIRED", ["input", "signature"]),
        ({"typedName": "..."}, "NAME_REQUIRED", ["input", "signature"]),
        ({"typedName": "P" * 201}, "NAME_REQUIRED", ["input", "signature"]),
        ({"typedName": "Pat\u202eSullivan"}, "NAME_REQUIRED", ["input", "signature"]),
        ({"drawn": {"name": " ", "svgPath": "M0 0L9 9"}}, "NAME_REQUIRED", ["input", "signature"]),
        ({"drawn": {"name": "Pat"}}, "SIGNATURE_REQUIRED", ["input", "signature", "drawn"]),
        (
            {"drawn": {"name": "Pat", "svgPath": "M0 0"}},
            "SIGNATURE_REQUIRED",
            ["input", "signature", "drawn"],
        ),
        (
            {"drawn": {"name": "Pat", "svgPath": "M0 0L9 9", "pngDataUrl": "data:,"}},
            "SIGNATURE_REQUIRED",
            ["input", "signature", "drawn"],
        ),
    ],
)
async def test_r41_it_takes_a_name_and_a_signature(
    office: Office, signature: dict[str, Any], code: str, field: list[str]
) -> None:
    told = await office.accept(PLAIN, signature=signature)
    assert [(error["code"], error["field"]) for error in told["userErrors"]] == [(code, field)]
    assert await accepted(office) == 0


@pytest.mark.parametrize("signature", [{}, {"typedName": "P", "drawn": {"name": "P"}}])
async def test_a_signature_is_one_of_two(office: Office, signature: dict[str, Any]) -> None:
    wish = await office.wish(PLAIN, signature=signature)
    told = await office.house.ask(PAT, ACCEPT, input=wish)
    assert "exactly one" in told["errors"][0]["message"].casefold()


@pytest.mark.parametrize("key", ["", "k" * 256, "k\u00e9", "k\n", "k\x00"])
async def test_pa5_a_key_is_printable(office: Office, key: str) -> None:
    told = await office.house.ask(PAT, ACCEPT, input=await office.wish(PLAIN, key))
    assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await accepted(office) == 0


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("riley@example.com", "NOT_FOUND"),
        ("casey@example.com", "NOT_FOUND"),
        ("jordan@example.com", "NOT_FOUND"),
    ],
)
async def test_r36_it_is_for_whom_it_is(office: Office, who: str, answer: str) -> None:
    told = await office.send(await office.wish(PLAIN), who)
    assert errors(told) == [answer]
    assert (told["estimate"], told["acceptance"]) == (None, None)
    assert await accepted(office) == 0


async def test_nobody_signs_without_signing_in(office: Office) -> None:
    told = await office.house.ask(None, ACCEPT, input=await office.wish(PLAIN))
    assert told["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "estimate", ["", "x", global_id("Invoice", PLAIN), global_id("Estimate", 9)]
)
async def test_an_id_that_names_no_estimate_of_theirs(office: Office, estimate: str) -> None:
    wish = await office.wish(PLAIN, estimateId=estimate)
    assert errors(await office.send(wish)) == ["NOT_FOUND"]


async def test_a_tenant_may_want_none_accepted_here() -> None:
    async with opened(selling(allow_accept=False)) as office:
        assert errors(await office.accept(PLAIN)) == ["NOT_AVAILABLE"]
        assert await accepted(office) == 0


async def test_r38_accepted_ones_that_are_hidden_are_accepted_all_the_same() -> None:
    async with opened(selling(show_accepted=False)) as office:
        told = await office.accept(PLAIN)
        assert told["estimate"] is None
        assert told["acceptance"]["recording"] == "RECORDED"


async def test_deposits_that_are_due_are_not_passed_by(office: Office) -> None:
    told = await office.accept(WITH_DEPOSIT)
    assert errors(told) == ["DEPOSIT_REQUIRED"]
    assert await accepted(office) == 0
