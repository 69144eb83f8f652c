"""Deposits: an estimate that asks for one is accepted by paying it, and never without (R42)."""

from collections import Counter
from typing import Any

import pytest

from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.payment_states import AttemptState
from resolvers.bank_authorization import authorization_of
from tests.accepting.conftest import (
    CANCEL,
    DUE,
    PAT,
    PLAIN,
    WITH_DEPOSIT,
    Office,
    deposit,
    errors,
    opened,
    selling,
)
from tests.estimate_rows import DISMISSED, SOLD

VISA, STEP = "sandbox_card_visa", "sandbox_card_3ds"


async def states(office: Office) -> list[str]:
    """Return where acceptances and attempts stand, oldest first."""
    acceptances = [each.state.value for each in await office.till.acceptances.listed()]
    return acceptances + [each.state.value for each in await office.till.attempts.listed()]


async def test_r42_the_deposit_is_charged_and_then_it_is_sold(office: Office) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(VISA))
    await office.house.calls()
    told = await office.send(wish)
    assert errors(told) == []
    assert told["acceptance"]["recording"] == "RECORDED"
    assert told["estimate"]["status"] == "ACCEPTED"
    payment = told["payment"]
    assert (payment["state"], payment["amount"], payment["method"]) == (
        "SUCCEEDED",
        DUE,
        "Visa ending in 4242",
    )
    assert await office.moved() == [("CHARGE", DUE)]
    calls = await office.house.calls()
    assert {call: calls[call] for call in calls if "600103" in call} == {
        "estimates?ids=600103": 4,  # signed, before the charge, before the sale, as it is then
        "estimates/600103/sell?": 1,
    }
    (kept,) = await office.till.acceptances.listed()
    (attempt,) = await office.till.attempts.listed()
    assert (kept.deposit, kept.state) == (attempt.id, AcceptanceState.SOLD)
    assert (attempt.estimate, attempt.customer, attempt.splits) == (WITH_DEPOSIT, 1001, ())


async def test_the_same_key_charges_once(office: Office) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(VISA))
    first, second = await office.send(wish), await office.send(wish)
    for told in (first, second):
        told["acceptance"].pop("signedPdfUrl")
    assert first == second
    assert await office.moved() == [("CHARGE", DUE)]
    other = wish | {"deposit": deposit("sandbox_card_mastercard")}
    assert errors(await office.send(other)) == ["IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize(
    ("number", "told", "code"),
    [
        (WITH_DEPOSIT, {}, "DEPOSIT_REQUIRED"),
        (WITH_DEPOSIT, {"deposit": deposit(VISA, "3162.35")}, "DEPOSIT_CHANGED"),
        (PLAIN, {"deposit": deposit(VISA)}, "DEPOSIT_CHANGED"),
        (WITH_DEPOSIT, {"deposit": deposit("sandbox_expired")}, "PAYMENT_REFUSED"),
        (WITH_DEPOSIT, {"deposit": deposit("sandbox_apple_pay")}, "PAYMENT_REFUSED"),
        (WITH_DEPOSIT, {"deposit": deposit("sandbox_bank")}, "PAYMENT_REFUSED"),
        (
            WITH_DEPOSIT,
            {"deposit": {"expectedAmount": DUE, "source": {"paymentMethodId": "x"}}},
            "PAYMENT_REFUSED",
        ),
    ],
)
async def test_what_no_deposit_begins_with(
    office: Office, number: int, told: dict[str, Any], code: str
) -> None:
    payload = await office.accept(number, **told)
    assert errors(payload) == [code]
    assert payload["payment"] is None
    assert await states(office) == []
    field = payload["userErrors"][0]["field"]
    assert field[:2] == ["input", "deposit"]


@pytest.mark.parametrize("token", ["sandbox_card_declined", "sandbox_card_insufficient_funds"])
async def test_a_declined_deposit_sells_nothing_and_another_may_be_tried(
    office: Office, token: str
) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(token))
    told = await office.send(wish)
    assert (errors(told), told["acceptance"]) == (["PAYMENT_REFUSED"], None)
    assert told["payment"]["state"] == "FAILED"
    assert errors(await office.send(wish)) == ["PAYMENT_REFUSED"]
    assert (await office.row(WITH_DEPOSIT))["status"]["name"] == "Open"
    assert await states(office) == ["REFUSED", "DECLINED"]
    again = await office.accept(WITH_DEPOSIT, "another", deposit=deposit(VISA))
    assert again["acceptance"]["recording"] == "RECORDED"
    assert await office.moved() == [("CHARGE", DUE)]


async def test_one_more_step_finishes_both(office: Office) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(STEP))
    told = await office.send(wish)
    assert (errors(told), told["acceptance"]) == ([], None)
    assert told["estimate"]["status"] == "OPEN"
    payment = told["payment"]
    assert payment["state"] == "REQUIRES_ACTION"
    assert await states(office) == ["AWAITING_DEPOSIT", "ACTION_REQUIRED"]
    again = await office.send(wish)
    assert again["payment"]["nextAction"] == payment["nextAction"]
    await office.pay_step(payment)
    assert (await office.confirm(payment))["state"] == "SUCCEEDED"
    done = await office.send(wish)
    assert done["acceptance"]["recording"] == "RECORDED"
    assert await states(office) == ["SOLD", "HANDED_OFF"]
    assert await office.moved() == [("CHARGE", DUE)]


async def test_while_it_waits_it_is_not_begun_again(office: Office) -> None:
    first = await office.accept(WITH_DEPOSIT, deposit=deposit(STEP))
    told = await office.accept(WITH_DEPOSIT, "another", deposit=deposit(VISA))
    assert (errors(told), told["acceptance"]) == (["NOT_AVAILABLE"], None)
    assert told["payment"]["id"] == first["payment"]["id"]
    given_up = await office.house.data(PAT, CANCEL, id=first["payment"]["id"])
    assert given_up["cancelPayment"]["payment"]["state"] == "CANCELED"
    done = await office.accept(WITH_DEPOSIT, "a third", deposit=deposit(VISA))
    assert done["acceptance"]["recording"] == "RECORDED"


async def test_an_abandoned_step_ends_and_frees_the_estimate(office: Office) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(STEP))
    await office.send(wish)
    await office.finish(minutes=16)
    assert await states(office) == ["REFUSED", "EXPIRED"]
    assert errors(await office.send(wish)) == ["PAYMENT_REFUSED"]
    done = await office.accept(WITH_DEPOSIT, "another", deposit=deposit(VISA))
    assert done["acceptance"]["recording"] == "RECORDED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subtotal": 1.0}, "CHANGED_SINCE_VIEWED"),
        ({"status": SOLD}, "ALREADY_ACCEPTED"),
        ({"status": DISMISSED}, "NO_LONGER_AVAILABLE"),
    ],
)
async def test_m_i4_what_changed_while_the_payer_was_away_is_never_charged(
    office: Office, change: dict[str, Any], code: str
) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(STEP))
    payment = (await office.send(wish))["payment"]
    await office.house.put("estimates", WITH_DEPOSIT, **change)
    await office.pay_step(payment)
    assert (await office.confirm(payment))["state"] == "FAILED"
    assert await states(office) == ["REFUSED", "REFUSED"]
    assert await office.moved() == []
    told = await office.send(wish)
    assert (errors(told), told["acceptance"]) == ([code], None)


async def test_what_changed_right_before_the_charge_is_not_charged(office: Office) -> None:
    """ServiceTitan shows it as it was read twice, and then as it is."""
    wish = await office.wish(WITH_DEPOSIT, deposit=deposit(VISA))
    row = await office.row(WITH_DEPOSIT)
    await office.house.put("estimates", WITH_DEPOSIT, subtotal=1.0)
    envelope = {"page": 1, "pageSize": 200, "hasMore": False, "totalCount": 1, "data": [row]}
    await office.house.fault("/estimates$", body=envelope, method="GET")
    told = await office.send(wish)
    assert errors(told) == ["CHANGED_SINCE_VIEWED"]
    assert await office.moved() == []
    assert await states(office) == ["REFUSED", "REFUSED"]
    assert errors(await office.send(wish)) == ["CHANGED_SINCE_VIEWED"]


def bank(office: Office, source: str = "sandbox_bank") -> dict[str, Any]:
    """Return a deposit by bank, with the authorization it takes."""
    version = authorization_of(office.house.choices.current()).version
    agreed = {"version": version, "authorizedBy": "Pat Sullivan"}
    return deposit(source, achAuthorization=agreed)


async def test_a_deposit_by_bank_is_waited_for(office: Office) -> None:
    wish = await office.wish(WITH_DEPOSIT, deposit=bank(office))
    told = await office.send(wish)
    assert (errors(told), told["acceptance"]) == ([], None)
    assert told["payment"]["state"] == "PROCESSING"
    await office.finish(minutes=20)
    assert await states(office) == ["AWAITING_DEPOSIT", "PROCESSING"]
    await office.house.sandbox.post("/_sandbox/processor/settle")
    await office.finish(hours=2)
    assert (await states(office))[0] == AcceptanceState.SOLD.value
    assert (await office.send(wish))["acceptance"]["recording"] == "RECORDED"


async def test_a_deposit_by_bank_that_fails_sells_nothing(office: Office) -> None:
    await office.accept(WITH_DEPOSIT, deposit=bank(office, "sandbox_bank_fails"))
    await office.house.sandbox.post("/_sandbox/processor/settle")
    await office.finish(hours=2)
    assert (await states(office))[0] == AcceptanceState.REFUSED.value
    assert (await office.row(WITH_DEPOSIT))["status"]["name"] == "Open"


async def test_a_tenant_may_take_a_submitted_deposit_for_paid() -> None:
    async with opened(selling(wait_for_bank_deposit=False)) as office:
        told = await office.accept(WITH_DEPOSIT, deposit=bank(office))
        assert told["acceptance"]["recording"] == "RECORDED"
        assert told["payment"]["state"] == "PROCESSING"
        assert await states(office) == ["SOLD", AttemptState.PROCESSING.value]


async def test_the_key_of_a_deposit_is_none_that_a_client_can_choose(office: Office) -> None:
    await office.accept(WITH_DEPOSIT, deposit=deposit(VISA))
    (attempt,) = await office.till.attempts.listed()
    assert not attempt.key.isascii()


async def test_where_nobody_takes_payments_the_office_is_to_be_called() -> None:
    async with opened(selling(), "none") as office:
        told = await office.accept(WITH_DEPOSIT, deposit=deposit(VISA))
        assert errors(told) == ["NOT_AVAILABLE"]
        assert Counter(await states(office)) == Counter()


async def test_a_deposit_that_settles_after_its_estimate_was_withdrawn_goes_back() -> None:
    async with opened(selling(sold_by=None, wait_for_bank_deposit=False)) as office:
        await office.accept(WITH_DEPOSIT, deposit=bank(office))
        await office.house.put("estimates", WITH_DEPOSIT, status=DISMISSED)
        await office.finish(minutes=31)
        assert await states(office) == ["REFUSED", "PROCESSING"]
        await office.house.sandbox.post("/_sandbox/processor/settle")
        await office.finish(hours=2)
        await office.finish()
        assert await states(office) == ["REFUSED", "REFUNDED"]
        assert await office.moved() == [("CHARGE", DUE), ("REFUND", DUE)]
