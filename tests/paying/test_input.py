"""PA-5, PA-7, M7: what no payment begins with, and what is refused wherever it stands."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.ids import global_id
from tests.house import House, demo_policy, gid, ready_house
from tests.paying.asking import MINE, OPEN, PARTS, PAT, PAY, SITE, asked, by, movements, wish

pytestmark = pytest.mark.asyncio(loop_scope="module")

CARD = "4242424242424242"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """A house in which nothing may be begun."""
    async with ready_house(demo_policy(payments=PARTS), told={"site_url": SITE}) as ready:
        yield ready
        assert await movements(ready) == []
        assert (await asked(ready, MINE))["payments"]["totalCount"] == 0


async def refused(house: House, told: dict[str, Any]) -> str:
    """Ask to pay; return the code of the one error, which is all the answer there is."""
    await house.calls()
    answer = await house.ask(PAT, PAY, input=told)
    assert answer.get("data") is None
    [error] = answer["errors"]
    assert await house.calls() == {}
    return str(error["extensions"]["code"])


MONEY = [
    *(
        "NaN",
        "nan",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1E+2",
        "1e2",
        "1_000.00",
        "\N{FULLWIDTH DIGIT ONE}.00",
        " 5.00",
    ),
    *("5.00 ", "-0", "-0.00", "-5.00", "+5.00", "0.001", "5.000", "1,234.50", ".50", "5.", "05.00"),
    *("", "0x10", "5.0O", "99999999999999.00", "$5.00", "5.00\n", "5.00\x00", None, True),
    "\N{ARABIC-INDIC DIGIT FIVE}.00",
    *(20, 20.0, 1e999, ["20.00"], {"amount": "20.00"}),
]


@pytest.mark.parametrize("amount", MONEY)
@pytest.mark.parametrize("field", ["amount", "expectedTotal"])
async def test_m7_only_digits_are_money(house: House, field: str, amount: Any) -> None:  # noqa: ANN401  # JSON
    if field == "amount" and amount is None:
        return  # a part that is left out
    told = wish(OPEN, amount="20.00") | {field: amount}
    body = {"query": PAY, "variables": {"input": told}}
    headers = {"authorization": f"Bearer {await house.token(PAT)}"}
    text = json.dumps(body).encode()
    answer = await house.gateway.post(
        "/graphql", content=text, headers=headers | {"content-type": "application/json"}
    )
    if amount == float("inf"):  # JSON has no word for it
        assert answer.status_code == 400
        return
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert answer.json().get("data") is None


@pytest.mark.parametrize("literal", ["20", "20.00", "2e1", "true", "NaN", '["20.00"]', '"2e1"'])
async def test_m7_nor_is_a_literal(house: House, literal: str) -> None:
    query = f"""mutation($ids: [ID!]!) {{ payInvoices(input: {{ idempotencyKey: "k",
        invoiceIds: $ids, expectedTotal: {literal}, source: {{ processorToken: "t" }} }})
        {{ userErrors {{ code }} }} }}"""
    answer = await house.ask(PAT, query, ids=[gid(OPEN)])
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
    assert answer.get("data") is None


KEYS = ["", " " * 256, "k" * 256, "kéy", "key\n", "key\x00", "\u202ekey", "ключ", "\x7f"]


@pytest.mark.parametrize("key", KEYS)
async def test_pa5_keys_are_printable_ascii(house: House, key: str) -> None:
    assert await refused(house, wish(OPEN, idempotencyKey=key)) == "BAD_USER_INPUT"


async def test_pa5_a_key_must_be_told(house: House) -> None:
    told = wish(OPEN)
    for key in (None, 7, ["k"]):
        assert await refused(house, told | {"idempotencyKey": key}) == "BAD_USER_INPUT"
    del told["idempotencyKey"]
    assert await refused(house, told) == "BAD_USER_INPUT"


LISTS = {
    "none": ([], "BAD_USER_INPUT"),
    "the same twice": ([gid(OPEN)] * 2, "BAD_USER_INPUT"),
    "a hundred and one": (
        [global_id("Invoice", of) for of in range(1, 102)],
        "LIMIT_EXCEEDED",
    ),
    "null among them": ([gid(OPEN), None], "BAD_USER_INPUT"),
}


@pytest.mark.parametrize("case", LISTS)
async def test_pa7_one_to_a_hundred_invoices_each_once(house: House, case: str) -> None:
    ids, code = LISTS[case]
    assert await refused(house, wish(OPEN) | {"invoiceIds": ids}) == code


SOURCES: list[Any] = [
    *({}, None, {"processorToken": None}, {"processorToken": ""}, {"processorToken": "a b"}),
    *({"processorToken": "t" * 2049}, {"processorToken": "tok\n"}, {"processorToken": "é"}),
    {"processorToken": "t", "paymentMethodId": "m"},
    {"processorToken": "t", "paymentMethodId": None},
    {"card": {"number": "1"}},
]


@pytest.mark.parametrize("source", SOURCES)
async def test_exactly_one_source_is_told(house: House, source: Any) -> None:  # noqa: ANN401  # JSON
    assert await refused(house, wish(OPEN, source=source)) == "BAD_USER_INPUT"


CARDS: dict[str, dict[str, Any]] = {
    "as a token": by(CARD),
    "as a token, in fours": by("4242-4242-4242-4242"),
    "as a method": {"source": {"paymentMethodId": CARD}},
    "as a key": {"idempotencyKey": f"pay {CARD}"},
    "in a name": {"achAuthorization": {"version": "1", "authorizedBy": "Pat 378282246310005"}},
    "as a version": {"achAuthorization": {"version": CARD, "authorizedBy": "Pat"}},
    "as an invoice": {"invoiceIds": [CARD]},
    "as money": {"amount": CARD},
    "as a number": {"amount": int(CARD)},
    "in a field there is not": {"cardNumber": "4242 4242 4242 4242"},
}


@pytest.mark.parametrize("case", CARDS)
async def test_a_cards_number_is_refused_and_never_logged(house: House, case: str) -> None:
    before = len(house.logs)
    answer = await house.ask(PAT, PAY, input=wish(OPEN) | CARDS[case])
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "card" in error["message"]
    told = f"{answer} {house.logs[before:]} {house.steps}"
    # Ids and measured times may happen to hold four digits of a card.
    assert not re.search(r"(?<![0-9A-Za-z.])4242(?![0-9A-Za-z])", told)
    assert not [number for number in (CARD, "378282246310005") if number in told]


async def test_a_cards_number_in_the_document_itself_is_too(house: House) -> None:
    query = f"""mutation {{ payInvoices(input: {{ idempotencyKey: "k", invoiceIds: ["x"],
        expectedTotal: "1.00", source: {{ processorToken: "{CARD}" }} }})
        {{ userErrors {{ code }} }} }}"""
    answer = await house.ask(PAT, query)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert answer["data"] is None
    assert CARD not in str(answer)


async def test_a_search_may_hold_as_many_digits_as_it_likes(house: House) -> None:
    query = "query($of: String) { viewer { equipment(serialNumber: $of) { totalCount } } }"
    told = await house.data(PAT, query, of=CARD)
    assert told == {"viewer": {"equipment": {"totalCount": 0}}}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=40))
async def test_no_token_is_an_accident_of_ours(house: House, token: str) -> None:
    answer = await house.ask(PAT, PAY, input=wish(OPEN, **by(token)))
    told = [error["extensions"]["code"] for error in answer.get("errors", ())]
    if not told:
        told = [error["code"] for error in answer["data"]["payInvoices"]["userErrors"]]
    assert told in (["BAD_USER_INPUT"], ["METHOD_NOT_ACCEPTED"])
