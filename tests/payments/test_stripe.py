"""Stripe alone: what it is asked, to the letter; its answers; and what nobody may pay any more."""

import logging
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.payments.errors import (
    OutcomeUnknown,
    ProcessorError,
    ProcessorRefused,
    ProcessorUnavailable,
)
from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import ActionKind, ChargeState, Origin, PublicClient, Source
from adapters.payments.stripe_line import API_VERSION
from adapters.payments.stripe_processor import StripeProcessor
from adapters.payments.stripe_rows import IntentRow, why_declined
from tests.payments.shops import MARKER, TENANT, StripeShop, order, stripe_shop
from tests.payments.stripe_stand_in import PUBLIC_KEY, SECRET_KEY

S = ChargeState


@pytest.fixture
async def shop() -> AsyncIterator[StripeShop]:
    """An account at the stand-in."""
    opened = stripe_shop()
    yield opened
    await opened.aclose()


def asked(shop: StripeShop, ending: str) -> dict[str, Any]:
    """Return the parameters of the last call whose path ends so."""
    return next(told for _, path, told in shop.stripe.asked[::-1] if path.endswith(ending))


# ---------------------------------------------------------------- what it is asked


async def test_an_order_is_an_intent_of_one_type_under_its_marker(shop: StripeShop) -> None:
    made = await shop.processor.prepare(order(shop.token("card"), amount="120.5"))
    assert asked(shop, "/payment_intents") == {
        "amount": "12050",
        "currency": "usd",
        "description": "Invoices 101 and 102",
        "metadata": {"marker": MARKER},
        "allowed_payment_method_types": ["card"],
        "payment_method_options": {"card": {"capture_method": "manual"}},
    }
    assert list(shop.stripe.answers) == [MARKER]
    assert made.ref in shop.stripe.intents


async def test_charging_is_confirming_it_with_the_payers_method(shop: StripeShop) -> None:
    token = shop.token("card")
    made = await shop.processor.prepare(order(token))
    await shop.processor.charge(made.ref, order(token))
    assert asked(shop, "/confirm") == {
        "payment_method": token,
        "use_stripe_sdk": True,
        "expand": ["latest_charge", "payment_method"],
        "return_url": "https://portal.example.com/paid",
    }
    assert asked(shop, "/capture") == {"expand": ["latest_charge", "payment_method"]}
    assert list(shop.stripe.answers) == [MARKER, f"{MARKER}-charge", f"{MARKER}-capture"]


@pytest.mark.parametrize(
    ("origin", "acceptance"),
    [
        (None, {"type": "offline"}),
        (
            Origin("203.0.113.7", "Mozilla/5.0"),
            {
                "type": "online",
                "online": {"ip_address": "203.0.113.7", "user_agent": "Mozilla/5.0"},
            },
        ),
    ],
)
async def test_a_bank_account_is_charged_under_the_payers_mandate(
    shop: StripeShop, origin: Origin | None, acceptance: dict[str, Any]
) -> None:
    token = shop.token("bank")
    wanted = order(token, authorization="v1", origin=origin)
    made = await shop.processor.prepare(wanted)
    made_of = asked(shop, "/payment_intents")
    assert made_of["allowed_payment_method_types"] == ["us_bank_account"]
    assert "payment_method_options" not in made_of
    paid = await shop.processor.charge(made.ref, wanted)
    assert asked(shop, "/confirm")["mandate_data"] == {"customer_acceptance": acceptance}
    assert paid.state is S.PROCESSING
    assert "203.0.113.7" not in repr(wanted)


async def test_a_kept_method_is_charged_in_the_name_of_its_customer(shop: StripeShop) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    wanted = order(source=Source(token=shop.token("card"), account=account), keep=True)
    made = await shop.processor.prepare(wanted)
    told = asked(shop, "/payment_intents")
    assert (told["customer"], told["setup_future_usage"]) == (account, "on_session")
    await shop.processor.charge(made.ref, wanted)
    assert [one.label for one in await shop.processor.methods(account)] == ["Visa ending in 4242"]


async def test_a_confirmation_token_is_taken_as_well(shop: StripeShop) -> None:
    token = shop.stripe.samples.new("apple", "ctoken")
    told = await shop.processor.inspect(Source(token=token))
    assert (told.kind, told.label) == (MethodKind.APPLE_PAY, "Apple Pay (Visa ending in 4242)")
    made = await shop.processor.prepare(order(token))
    paid = await shop.processor.charge(made.ref, order(token))
    assert asked(shop, "/confirm")["confirmation_token"] == token
    assert (paid.state, paid.method) == (S.SUCCEEDED, told)


async def test_a_type_that_is_not_charged_here_is_refused(shop: StripeShop) -> None:
    with pytest.raises(ProcessorRefused) as refused:
        await shop.processor.prepare(order(shop.token("link")))
    assert refused.value.code is DeclineCode.METHOD_NOT_ACCEPTED
    assert shop.stripe.intents == {}


async def test_a_bank_account_is_charged_in_dollars_alone(shop: StripeShop) -> None:
    wanted = order(shop.token("bank"), authorization="v1", currency="CAD")
    with pytest.raises(ProcessorRefused):
        await shop.processor.prepare(wanted)


async def test_one_version_of_stripes_is_spoken_and_the_library_is_of_it(shop: StripeShop) -> None:
    await shop.processor.prepare(order(shop.token("card")))
    assert shop.stripe.versions == {API_VERSION}
    assert stripe.api_version == API_VERSION


async def test_browsers_are_told_the_public_key_alone(shop: StripeShop) -> None:
    assert shop.processor.client == PublicClient("stripe", PUBLIC_KEY)


# ---------------------------------------------------------------- nobody pays what was declined


async def test_what_was_declined_cannot_be_paid_with_its_secret(shop: StripeShop) -> None:
    token = shop.token("declined")
    made = await shop.processor.prepare(order(token))
    secret = shop.stripe.intents[made.ref].secret
    assert (await shop.processor.charge(made.ref, order(token))).state is S.DECLINED
    assert shop.stripe.intents[made.ref].status == "canceled"
    assert shop.stripe.pay_in_browser(secret, shop.token("card")) is False
    assert await shop.moved() == []


@pytest.mark.parametrize("sample", ["step", "bank_fails"])
async def test_what_failed_later_is_given_up_before_it_is_told(
    shop: StripeShop, sample: str
) -> None:
    token = shop.token(sample)
    wanted = order(token, authorization="v1" if sample == "bank_fails" else None)
    made = await shop.processor.prepare(wanted)
    waits = await shop.processor.charge(made.ref, wanted)
    if sample == "step":
        await shop.step(waits, completes=False)
    else:
        await shop.settle(made.ref)
    secret = shop.stripe.intents[made.ref].secret
    assert (await shop.processor.look(made.ref)).state is S.DECLINED
    assert shop.stripe.pay_in_browser(secret, shop.token("card")) is False
    assert await shop.moved() == []


@pytest.mark.parametrize("sample", ["step", "bank_fails"])
async def test_where_it_was_paid_meanwhile_it_is_told_as_paid(
    shop: StripeShop, sample: str
) -> None:
    """The payer was quicker than the look that was to give it up; a card is only authorized."""
    token = shop.token(sample)
    wanted = order(token, authorization="v1" if sample == "bank_fails" else None)
    made = await shop.processor.prepare(wanted)
    waits = await shop.processor.charge(made.ref, wanted)
    if sample == "step":
        await shop.step(waits, completes=False)
    else:
        await shop.settle(made.ref)
    intent = shop.stripe.intents[made.ref]
    looked = await shop.processor._retrieved(made.ref)  # noqa: SLF001  # between its two calls
    intent.types.append("card")
    is_paid = sample == "bank_fails"
    assert shop.stripe.pay_in_browser(intent.secret, shop.token("mastercard")) is is_paid
    assert intent.status == ("succeeded" if is_paid else "requires_capture")
    told = await shop.processor._told(looked)  # noqa: SLF001  # as above
    assert (told.state, told.taken) == (
        (S.SUCCEEDED, Decimal(120)) if is_paid else (S.DECLINED, Decimal(0))
    )
    assert await shop.moved() == (["CHARGE"] if is_paid else [])
    assert intent.status == ("succeeded" if is_paid else "canceled")


async def test_a_decline_whose_fence_is_lost_is_unknown(shop: StripeShop) -> None:
    token = shop.token("declined")
    made = await shop.processor.prepare(order(token))
    await shop.lose("cancel", after=False)
    with pytest.raises(OutcomeUnknown):
        await shop.processor.charge(made.ref, order(token))
    assert (await shop.processor.look(made.ref)).state is S.DECLINED


async def test_a_cancel_is_not_told_as_done_while_it_can_still_be_paid() -> None:
    """Stripe says that it cannot be cancelled, and then that it waits for its payer."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            told = {"id": "pi_1", "status": "requires_action", "amount": 1, "currency": "usd"}
            return httpx.Response(200, json=told)
        error = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}
        return httpx.Response(400, json={"error": error})

    processor = StripeProcessor(SECRET_KEY, PUBLIC_KEY, TENANT, httpx.MockTransport(answer))
    with pytest.raises(OutcomeUnknown):
        await processor.cancel("pi_1")
    await processor.aclose()


async def test_a_method_of_another_customer_is_refused_whatever_stripe_finds() -> None:
    told = {"id": "pm_1", "type": "card", "card": CARD, "customer": "cus_2"}
    wire = httpx.MockTransport(lambda _: httpx.Response(200, json=told))
    processor = StripeProcessor(SECRET_KEY, PUBLIC_KEY, TENANT, wire)
    with pytest.raises(ProcessorRefused):
        await processor.forget("cus_1", "pm_1")
    with pytest.raises(ProcessorRefused):
        await processor.inspect(Source(method="pm_1", account="cus_1"))
    await processor.aclose()


async def test_a_refused_charge_is_given_up_as_well(shop: StripeShop) -> None:
    token = shop.token("card")
    made = await shop.processor.prepare(order(token))
    with pytest.raises(ProcessorRefused):
        await shop.processor.charge(made.ref, order("pm_gone"))
    assert shop.stripe.intents[made.ref].status == "canceled"


# ---------------------------------------------------------------- disputes and refunds


@pytest.mark.parametrize(
    ("sample", "status", "state"),
    [
        ("card", "needs_response", S.SUCCEEDED),
        ("card", "won", S.SUCCEEDED),
        ("card", "warning_needs_response", S.SUCCEEDED),
        ("card", "lost", S.RETURNED),
        ("bank", "needs_response", S.RETURNED),
        ("bank", "lost", S.RETURNED),
    ],
)
async def test_a_dispute_over_a_card_may_be_won_one_over_a_debit_is_lost(
    shop: StripeShop, sample: str, status: str, state: ChargeState
) -> None:
    wanted = order(shop.token(sample), authorization="v1" if sample == "bank" else None)
    made = await shop.processor.prepare(wanted)
    await shop.processor.charge(made.ref, wanted)
    await shop.settle(made.ref)
    shop.stripe.dispute(made.ref, status)
    told = await shop.processor.look(made.ref)
    assert told.state is state
    assert told.taken == (0 if state is S.RETURNED else Decimal(120))


def test_a_part_that_went_back_is_not_counted_as_taken() -> None:
    charge = {"status": "succeeded", "amount_refunded": 2000, "refunded": False}
    row = intent_row(amount_received=12000, latest_charge=charge)
    assert (row.told().state, row.told().taken) == (S.SUCCEEDED, Decimal(100))


# ---------------------------------------------------------------- answers


def intent_row(**more: Any) -> IntentRow:  # noqa: ANN401  # JSON
    """Return an intent as it is read."""
    told = {"id": "pi_1", "status": "succeeded", "amount": 12000, "currency": "usd"} | more
    return msgspec.convert(told, IntentRow)


@pytest.mark.parametrize(
    ("action", "kind", "url"),
    [
        ({"type": "use_stripe_sdk"}, ActionKind.AUTHENTICATE, None),
        ({"type": "something_new"}, ActionKind.AUTHENTICATE, None),
        (
            {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example"}},
            ActionKind.REDIRECT,
            "https://bank.example",
        ),
        (
            {
                "type": "verify_with_microdeposits",
                "verify_with_microdeposits": {"hosted_verification_url": "https://v.example"},
            },
            ActionKind.VERIFY_BANK_ACCOUNT,
            "https://v.example",
        ),
    ],
)
def test_every_kind_of_step_is_told(
    action: dict[str, Any], kind: ActionKind, url: str | None
) -> None:
    row = intent_row(status="requires_action", client_secret="pi_1_secret", next_action=action)
    told = row.told().action
    assert told is not None
    assert (told.kind, told.client_secret, told.redirect_url) == (kind, "pi_1_secret", url)


@pytest.mark.parametrize("status", ["succeeded", "processing", "canceled", "requires_confirmation"])
def test_the_secret_is_told_where_a_step_is_asked_for_and_nowhere_else(status: str) -> None:
    charge = intent_row(status=status, client_secret="pi_1_secret").told()
    assert charge.action is None
    assert "pi_1_secret" not in repr(charge)


@pytest.mark.parametrize(
    ("code", "decline", "told"),
    [
        ("card_declined", "insufficient_funds", DeclineCode.INSUFFICIENT_FUNDS),
        ("insufficient_funds", None, DeclineCode.INSUFFICIENT_FUNDS),
        ("card_declined", "stolen_card", DeclineCode.DECLINED),
        ("card_declined", "fraudulent", DeclineCode.DECLINED),
        ("expired_card", None, DeclineCode.DECLINED),
        (None, None, DeclineCode.DECLINED),
    ],
)
def test_a_payer_is_told_of_a_decline_what_a_bank_would_say(
    code: str | None, decline: str | None, told: DeclineCode
) -> None:
    found, words = why_declined(code, decline)
    assert found is told
    assert "stolen" not in words
    assert "fraud" not in words


STATUSES: list[tuple[int, dict[str, Any], type[ProcessorError]]] = [
    (400, {"type": "invalid_request_error", "param": "amount"}, ProcessorRefused),
    (400, {"type": "idempotency_error"}, ProcessorRefused),
    (400, {"type": "invalid_request_error", "code": "rate_limit"}, ProcessorUnavailable),
    (401, {"type": "invalid_request_error"}, ProcessorUnavailable),
    (403, {"type": "invalid_request_error"}, ProcessorUnavailable),
    (404, {"type": "invalid_request_error", "code": "resource_missing"}, ProcessorRefused),
    (409, {"type": "idempotency_error"}, OutcomeUnknown),
    (429, {"type": "invalid_request_error", "code": "lock_timeout"}, ProcessorUnavailable),
    (500, {"type": "api_error"}, OutcomeUnknown),
    (503, {"type": "api_error"}, OutcomeUnknown),
    (302, {}, OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "error", "meaning"), STATUSES)
async def test_each_error_is_sorted_by_what_can_be_done_next(
    status: int, error: dict[str, Any], meaning: type[ProcessorError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            told = {"id": "pm_1", "type": "card", "card": CARD}
            return httpx.Response(200, json=told)
        words = "sk_test_secret 4242 pat@example.com"
        return httpx.Response(status, json={"error": error | {"message": words}})

    processor = StripeProcessor(SECRET_KEY, PUBLIC_KEY, TENANT, httpx.MockTransport(answer))
    with pytest.raises(meaning) as raised:
        await processor.prepare(order("pm_1"))
    assert type(raised.value) is meaning
    assert "4242" not in str(raised.value)
    assert raised.value.__cause__ is None
    await processor.aclose()


CARD = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2099}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"<html>", b'{"id": 1}', b"\xff", b'{"id":"pi_1"']
)
async def test_an_answer_that_cannot_be_read_is_a_lost_one(body: bytes) -> None:
    processor = StripeProcessor(
        SECRET_KEY,
        PUBLIC_KEY,
        TENANT,
        httpx.MockTransport(lambda _: httpx.Response(200, content=body)),
    )
    with pytest.raises(ProcessorUnavailable):
        await processor.look("pi_1")
    with pytest.raises(OutcomeUnknown):
        await processor.charge("pi_1", order("pm_1"))
    await processor.aclose()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("id", "object", "error", "data", "status")), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)  # other tests may have this machine
@given(body=JSON, status=st.sampled_from((200, 400, 402, 404, 409, 429, 500)))
async def test_whatever_is_answered_is_told_as_an_outcome(body: object, status: int) -> None:
    wire = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    processor = StripeProcessor(SECRET_KEY, PUBLIC_KEY, TENANT, wire)
    with pytest.raises(ProcessorError):
        await processor.charge("pi_1", order("pm_1"))
    await processor.aclose()


async def test_a_status_that_nobody_knows_is_told_as_unknown() -> None:
    told = {"id": "pi_1", "status": "half_paid", "amount": 1, "currency": "usd"}
    processor = StripeProcessor(
        SECRET_KEY,
        PUBLIC_KEY,
        TENANT,
        httpx.MockTransport(lambda _: httpx.Response(200, json=told)),
    )
    with pytest.raises(OutcomeUnknown):
        await processor.look("pi_1")
    await processor.aclose()


async def test_an_account_found_by_a_search_is_not_made_again(shop: StripeShop) -> None:
    one = await shop.processor.account(101, "Pat Doe")
    shop.stripe.searchable = True
    assert await shop.processor.account(101, "Pat Doe-Smith") == one
    assert shop.stripe.customers[one]["metadata"] == {
        "servicetitan_tenant": str(TENANT),
        "servicetitan_customer": "101",
    }


async def test_the_primary_method_comes_first(shop: StripeShop) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    first = await shop.processor.keep(account, shop.token("card"))
    second = await shop.processor.keep(account, shop.token("mastercard"))
    assert await shop.processor.methods(account) == [second, first]
    shop.stripe.customers[account]["invoice_settings"]["default_payment_method"] = first.ref
    assert await shop.processor.methods(account) == [first, second]


async def test_nothing_of_a_payment_is_logged(
    shop: StripeShop,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.WARNING, "httpx")  # as the gateway's own log has it
    caplog.set_level(logging.DEBUG)
    token = shop.token("step")
    made = await shop.processor.prepare(order(token))
    await shop.processor.charge(made.ref, order(token))
    written = caplog.text + "".join(capsys.readouterr())
    assert token not in written
    assert "Invoices 101" not in written
    assert "secret" not in written
