"""Who may accept: the holder of an estimate's link its estimates (R61-R65), staff nobody's."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from resolvers.ids import global_id
from tests.accepting.conftest import (
    ACCEPT,
    DECLINE,
    OTHER,
    PAT,
    PLAIN,
    WITH_DEPOSIT,
    Json,
    Office,
    deposit,
    errors,
    selling,
)
from tests.house import number
from tests.staff import (
    ESTIMATE_LINK,
    PAYMENT_LINK,
    STAFF,
    VIEWER_ONLY,
    as_staff,
    staff_data,
    staffed_house,
)


@pytest.fixture
async def staffed() -> AsyncIterator[Office]:
    """A house that sells what is accepted, with staff at its door."""
    told = {"payment_processor": "sandbox"}
    async with staffed_house(selling(allow_decline=True), told=told) as house:
        yield Office(house)


async def link(office: Office, made: str, **to: Any) -> str:  # noqa: ANN401  # JSON
    """Return a token of a link that staff make so."""
    field = "createEstimateLink" if made == ESTIMATE_LINK else "createPaymentLink"
    url = (await staff_data(office.house, made, input=to))[field]["url"]
    secret = url.rsplit("#", 1)[1]
    told = await office.house.gateway.post("/links/exchange", json={"secret": secret})
    return str(told.json()["accessToken"])


async def by_link(office: Office, token: str, wish: Json) -> Json:
    """Accept as whoever holds a link."""
    headers = {"authorization": f"Bearer {token}"}
    body = {"query": ACCEPT, "variables": {"input": wish}}
    answer = await office.house.gateway.post("/graphql", json=body, headers=headers)
    payload: Json = answer.json()["data"]["acceptEstimate"]
    return payload


async def test_r64_a_link_accepts_its_estimates_and_no_others(staffed: Office) -> None:
    numbers = [str(PLAIN), str(WITH_DEPOSIT)]
    token = await link(staffed, ESTIMATE_LINK, estimateNumbers=numbers)
    for estimate, more in ((PLAIN, {}), (WITH_DEPOSIT, {"deposit": deposit("sandbox_card_visa")})):
        wish = await staffed.wish(estimate, f"key {estimate}", **more)
        payload = await by_link(staffed, token, wish)
        assert errors(payload) == []
        assert payload["acceptance"]["recording"] == "RECORDED"
        assert payload["estimate"]["status"] == "ACCEPTED"
        path = payload["acceptance"]["signedPdfUrl"].removeprefix("http://gateway")
        pdf = await staffed.house.gateway.get(path)
        assert pdf.headers["content-type"] == "application/pdf"
    other = await by_link(staffed, token, await staffed.wish(OTHER))
    assert (errors(other), other["estimate"]) == (["NOT_FOUND"], None)
    kept = await staffed.till.acceptances.listed()
    assert [each.given.by.actor.split(" link ")[0] for each in kept] == ["whoever holds"] * 2


async def test_r61_a_payment_link_accepts_nothing(staffed: Office) -> None:
    token = await link(staffed, PAYMENT_LINK, invoiceNumber=number("open-invoice"))
    assert errors(await by_link(staffed, token, await staffed.wish(PLAIN))) == ["NOT_FOUND"]


@pytest.mark.parametrize("staff", [STAFF, VIEWER_ONLY])
@pytest.mark.parametrize("through", [None, PAT])
async def test_staff_decide_for_nobody(staffed: Office, staff: str, through: str | None) -> None:
    wish = await staffed.wish(PLAIN)
    decline = {name: wish[name] for name in ("estimateId", "version")}
    for query, given in ((ACCEPT, wish), (DECLINE, decline)):
        told = await as_staff(staffed.house, query, staff=staff, through=through, input=given)
        assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await staffed.till.acceptances.listed() == []
    assert (await staffed.row(PLAIN))["status"]["name"] == "Open"


async def test_a_key_is_its_own_principals(staffed: Office) -> None:
    """Nobody else's is ever compared with it (PA-4)."""
    await staffed.accept(PLAIN, "shared")
    token = await link(staffed, ESTIMATE_LINK, estimateNumbers=[str(OTHER)])
    assert errors(await by_link(staffed, token, await staffed.wish(OTHER, "shared"))) == []


async def test_a_signed_copy_is_for_who_may_see_the_estimate(staffed: Office) -> None:
    told = await staffed.accept(PLAIN)
    path = told["acceptance"]["signedPdfUrl"].removeprefix("http://gateway")
    assert (await staffed.house.gateway.get(path)).status_code == 200
    (kept,) = await staffed.till.acceptances.listed()
    query = "query($id: ID!) { estimate(id: $id) { acceptedBy } }"
    estimate = global_id("Estimate", PLAIN)
    seen = await as_staff(staffed.house, query, id=estimate)
    assert seen["data"]["estimate"]["acceptedBy"] == kept.given.signer
    hidden = await as_staff(staffed.house, query, staff=VIEWER_ONLY, id=estimate)
    assert hidden["errors"][0]["extensions"]["code"] == "NOT_FOUND"
