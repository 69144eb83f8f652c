"""What the house asks of a payment processor, asked of each there is: repeated, lost, given up."""

from decimal import Decimal

import pytest

from adapters.payments.errors import OutcomeUnknown, ProcessorRefused, ProcessorUnavailable
from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import ActionKind, Charge, ChargeState, Source
from tests.payments.shops import MARKER, Shop, StripeShop, order

S = ChargeState
PAID, NONE = Decimal("120.00"), Decimal(0)
VERBS = ("prepare", "charge", "cancel", "refund")


def is_held(shop: Shop) -> bool:
    """Is a charge whose answer was lost only authorized there, since it takes two calls?"""
    return isinstance(shop, StripeShop)


async def prepared(shop: Shop, sample: str = "card") -> tuple[Charge, str]:
    """Prepare an order for a new token."""
    token = shop.token(sample)
    authorized = "v1" if sample.startswith("bank") else None
    return await shop.processor.prepare(order(token, authorization=authorized)), token


async def charged(shop: Shop, sample: str = "card") -> Charge:
    """Prepare an order and charge it."""
    made, token = await prepared(shop, sample)
    authorized = "v1" if sample.startswith("bank") else None
    return await shop.processor.charge(made.ref, order(token, authorization=authorized))


async def paid_by(shop: Shop, source: Source) -> Charge:
    """Prepare an order and charge it to this."""
    wanted = order(source=source)
    made = await shop.processor.prepare(wanted)
    return await shop.processor.charge(made.ref, wanted)


# ---------------------------------------------------------------- what may be charged


@pytest.mark.parametrize(
    ("sample", "kind", "last4"),
    [
        ("card", MethodKind.CARD, "4242"),
        ("mastercard", MethodKind.CARD, "4444"),
        ("bank", MethodKind.BANK_ACCOUNT, "6789"),
        ("apple", MethodKind.APPLE_PAY, "4242"),
        ("google", MethodKind.GOOGLE_PAY, "4242"),
    ],
)
async def test_a_token_is_told_what_it_is_and_nothing_is_charged(
    shop: Shop, sample: str, kind: MethodKind, last4: str
) -> None:
    told = await shop.processor.inspect(Source(token=shop.token(sample)))
    assert (told.kind, told.last4, told.ref) == (kind, last4, None)
    assert kind in shop.processor.kinds
    assert await shop.moved() == []


async def test_a_label_says_the_brand_and_four_digits(shop: Shop) -> None:
    told = await shop.processor.inspect(Source(token=shop.token("card")))
    assert (told.label, told.expiry_month, told.expiry_year) == ("Visa ending in 4242", 12, 2099)


@pytest.mark.parametrize(
    "token", ["pm_nobodys", "sandbox_nothing", "", "../orders", "4242424242424242", "x" * 500, "é"]
)
async def test_what_is_no_token_is_refused(shop: Shop, token: str) -> None:
    with pytest.raises(ProcessorRefused) as refused:
        await shop.processor.inspect(Source(token=token))
    assert refused.value.code is DeclineCode.METHOD_NOT_ACCEPTED
    assert token not in str(refused.value) or not token


# ---------------------------------------------------------------- the two steps


async def test_a_prepared_order_takes_no_money(shop: Shop) -> None:
    made, _ = await prepared(shop)
    assert (made.state, made.amount, made.currency) == (S.PREPARED, PAID, "USD")
    assert (made.marker, made.taken, made.action) == (MARKER, NONE, None)
    assert await shop.processor.look(made.ref) == made
    assert await shop.moved() == []


async def test_a_card_is_charged_at_once(shop: Shop) -> None:
    paid = await charged(shop)
    assert (paid.state, paid.taken, paid.marker) == (S.SUCCEEDED, PAID, MARKER)
    assert paid.method is not None
    assert paid.method.label == "Visa ending in 4242"
    assert await shop.processor.look(paid.ref) == paid
    assert await shop.moved() == ["CHARGE"]


@pytest.mark.parametrize("verb", ["prepare", "charge"])
async def test_what_is_asked_twice_is_done_once(shop: Shop, verb: str) -> None:
    made, token = await prepared(shop)
    once = made
    if verb == "charge":
        once = await shop.processor.charge(made.ref, order(token))
    again = await (
        shop.processor.prepare(order(token))
        if verb == "prepare"
        else shop.processor.charge(made.ref, order(token))
    )
    assert again == once
    assert await shop.moved() == (["CHARGE"] if verb == "charge" else [])


async def test_a_marker_is_of_one_order_alone(shop: Shop) -> None:
    _, token = await prepared(shop)
    with pytest.raises(ProcessorRefused):
        await shop.processor.prepare(order(token, amount="1.00"))


async def test_an_order_prepared_again_after_its_charge_is_told_as_charged(shop: Shop) -> None:
    made, token = await prepared(shop)
    paid = await shop.processor.charge(made.ref, order(token))
    assert await shop.processor.prepare(order(token)) == paid
    assert await shop.moved() == ["CHARGE"]


# ---------------------------------------------------------------- declined


@pytest.mark.parametrize(
    ("sample", "code"),
    [("declined", DeclineCode.DECLINED), ("short", DeclineCode.INSUFFICIENT_FUNDS)],
)
async def test_a_decline_is_told_with_its_reason_and_is_final(
    shop: Shop, sample: str, code: DeclineCode
) -> None:
    made, token = await prepared(shop, sample)
    said_no = await shop.processor.charge(made.ref, order(token))
    assert (said_no.state, said_no.decline, said_no.taken) == (S.DECLINED, code, NONE)
    assert said_no.words
    later = await shop.processor.look(made.ref)
    assert (later.state, later.decline) == (S.DECLINED, code)
    with_another = await shop.processor.charge(made.ref, order(shop.token("card"), marker="other"))
    assert with_another.state is S.DECLINED
    assert await shop.moved() == []


async def test_a_decline_asked_again_is_the_same_decline(shop: Shop) -> None:
    made, token = await prepared(shop, "declined")
    once = await shop.processor.charge(made.ref, order(token))
    again = await shop.processor.charge(made.ref, order(token))
    assert (again.state, again.decline) == (once.state, once.decline)


async def test_a_refused_source_charges_nothing_ever(shop: Shop) -> None:
    made, _ = await prepared(shop)
    with pytest.raises(ProcessorRefused):
        await shop.processor.charge(made.ref, order("pm_nobodys"))
    assert (await shop.processor.cancel(made.ref)).state is S.CANCELED
    assert await shop.moved() == []


@pytest.mark.parametrize("verb", ["look", "cancel", "refund", "charge", "capture"])
async def test_a_reference_that_is_none_is_refused(shop: Shop, verb: str) -> None:
    for ref in ("pi_0000000000", "ord_0", "../customers", "", "é"):
        more: dict[str, tuple[object, ...]] = {
            "charge": (order(shop.token("card")),),
            "capture": (MARKER,),
        }
        with pytest.raises(ProcessorRefused):
            await getattr(shop.processor, verb)(ref, *more.get(verb, ()))


# ---------------------------------------------------------------- one more step


async def test_a_step_is_asked_for_and_then_it_is_charged(shop: Shop) -> None:
    waits = await charged(shop, "step")
    assert (waits.state, waits.taken) == (S.REQUIRES_ACTION, NONE)
    assert waits.action is not None
    assert waits.action.kind is ActionKind.AUTHENTICATE
    assert waits.action.client_secret
    assert waits.action.client_secret not in repr(waits)
    assert (await shop.processor.look(waits.ref)).action == waits.action
    await shop.step(waits, completes=True)
    held = await shop.processor.look(waits.ref)
    assert (held.state, held.taken, held.action) == (S.AUTHORIZED, NONE, None)
    assert await shop.moved() == []
    for _ in range(2):
        paid = await shop.processor.capture(waits.ref, MARKER)
        assert (paid.state, paid.taken, paid.action) == (S.SUCCEEDED, PAID, None)
    assert await shop.moved() == ["CHARGE"]


async def test_m_i4_what_was_authorized_and_is_given_up_is_never_taken(shop: Shop) -> None:
    waits = await charged(shop, "step")
    await shop.step(waits, completes=True)
    assert (await shop.processor.cancel(waits.ref)).state is S.CANCELED
    told = await shop.processor.capture(waits.ref, MARKER)
    assert (told.state, told.taken) == (S.CANCELED, NONE)
    assert await shop.moved() == []


@pytest.mark.parametrize("sample", ["card", "step", "bank"])
async def test_what_is_not_authorized_is_not_captured(shop: Shop, sample: str) -> None:
    before = await charged(shop, sample)
    assert await shop.processor.capture(before.ref, MARKER) == before


@pytest.mark.parametrize("status", [None, 500])
@pytest.mark.parametrize("after", [False, True])
async def test_after_a_lost_capture_the_fence_tells_what_came_of_it(
    shop: Shop, after: bool, status: int | None
) -> None:
    waits = await charged(shop, "step")
    await shop.step(waits, completes=True)
    await shop.lose("capture", after=after, status=status)
    with pytest.raises(OutcomeUnknown):
        await shop.processor.capture(waits.ref, MARKER)
    assert (await shop.processor.look(waits.ref)).state is (S.SUCCEEDED if after else S.AUTHORIZED)
    fenced = await shop.processor.cancel(waits.ref)
    assert fenced.state is (S.SUCCEEDED if after else S.CANCELED)
    assert await shop.moved() == (["CHARGE"] if after else [])


async def test_a_charge_asked_again_while_it_waits_is_told_as_it_stands(shop: Shop) -> None:
    made, token = await prepared(shop, "step")
    waits = await shop.processor.charge(made.ref, order(token))
    assert await shop.processor.charge(made.ref, order(token)) == waits
    await shop.step(waits, completes=True)
    assert (await shop.processor.charge(made.ref, order(token))).state is S.AUTHORIZED
    assert await shop.moved() == []


@pytest.mark.parametrize("sample", ["step", "step_declined"])
async def test_a_step_that_fails_is_a_final_decline(shop: Shop, sample: str) -> None:
    waits = await charged(shop, sample)
    await shop.step(waits, completes=sample == "step_declined")
    said_no = await shop.processor.look(waits.ref)
    assert (said_no.state, said_no.decline) == (S.DECLINED, DeclineCode.DECLINED)
    assert said_no.words
    assert (await shop.processor.cancel(waits.ref)).state in (S.DECLINED, S.CANCELED)
    assert await shop.moved() == []


async def test_a_step_that_is_given_up_can_not_be_done_any_more(shop: Shop) -> None:
    waits = await charged(shop, "step")
    assert (await shop.processor.cancel(waits.ref)).state is S.CANCELED
    assert (await shop.processor.look(waits.ref)).state is S.CANCELED


# ---------------------------------------------------------------- banks


async def test_a_bank_debit_settles_later(shop: Shop) -> None:
    under_way = await charged(shop, "bank")
    assert (under_way.state, under_way.taken) == (S.PROCESSING, NONE)
    assert (await shop.processor.cancel(under_way.ref)).state is S.PROCESSING
    await shop.settle(under_way.ref)
    paid = await shop.processor.look(under_way.ref)
    assert (paid.state, paid.taken) == (S.SUCCEEDED, PAID)


async def test_a_bank_debit_fails_later(shop: Shop) -> None:
    under_way = await charged(shop, "bank_fails")
    await shop.settle(under_way.ref)
    failed = await shop.processor.look(under_way.ref)
    assert (failed.state, failed.decline) == (S.DECLINED, DeclineCode.INSUFFICIENT_FUNDS)
    assert (await shop.processor.look(under_way.ref)).state is S.DECLINED
    assert await shop.moved() == []


async def test_a_bank_sends_back_what_had_settled(shop: Shop) -> None:
    under_way = await charged(shop, "bank")
    await shop.settle(under_way.ref)
    await shop.send_back(under_way.ref)
    back = await shop.processor.look(under_way.ref)
    assert (back.state, back.taken) == (S.RETURNED, NONE)
    assert (await shop.processor.cancel(under_way.ref)).state is S.RETURNED


async def test_no_bank_account_is_charged_without_an_authorization(shop: Shop) -> None:
    token = shop.token("bank")
    with pytest.raises(ProcessorRefused) as refused:
        await paid_by(shop, Source(token=token))
    assert refused.value.code is DeclineCode.METHOD_NOT_ACCEPTED


# ---------------------------------------------------------------- the fence


async def test_what_was_given_up_is_never_charged(shop: Shop) -> None:
    made, token = await prepared(shop)
    assert (await shop.processor.cancel(made.ref)).state is S.CANCELED
    assert (await shop.processor.cancel(made.ref)).state is S.CANCELED
    assert (await shop.processor.charge(made.ref, order(token))).state is S.CANCELED
    assert await shop.moved() == []


async def test_what_was_charged_is_not_given_up(shop: Shop) -> None:
    paid = await charged(shop)
    assert await shop.processor.cancel(paid.ref) == paid


# ---------------------------------------------------------------- back again


async def test_a_refund_sends_back_all_once(shop: Shop) -> None:
    paid = await charged(shop)
    back = await shop.processor.refund(paid.ref)
    assert (back.state, back.taken) == (S.REFUNDED, NONE)
    assert (await shop.processor.refund(paid.ref)).state is S.REFUNDED
    assert (await shop.processor.look(paid.ref)).state is S.REFUNDED
    assert await shop.moved() == ["CHARGE", "REFUND"]


async def test_a_refund_of_the_office_is_seen_and_not_made_twice(shop: Shop) -> None:
    paid = await charged(shop)
    await shop.refund(paid.ref)
    assert (await shop.processor.look(paid.ref)).state is S.REFUNDED
    assert (await shop.processor.refund(paid.ref)).state is S.REFUNDED
    assert await shop.moved() == ["CHARGE", "REFUND"]


@pytest.mark.parametrize("sample", ["declined", "step", "bank"])
async def test_what_was_not_taken_is_not_sent_back(shop: Shop, sample: str) -> None:
    stands = await charged(shop, sample)
    with pytest.raises(ProcessorRefused):
        await shop.processor.refund(stands.ref)
    assert await shop.moved() == []


# ---------------------------------------------------------------- lost answers


@pytest.mark.parametrize("status", [None, 500, 502])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verb", VERBS)
async def test_a_lost_answer_is_unknown_and_asking_again_tells(
    shop: Shop, verb: str, after: bool, status: int | None
) -> None:
    token = shop.token("card")

    async def asked() -> Charge:
        if verb == "prepare":
            return await shop.processor.prepare(order(token))
        made = await shop.processor.prepare(order(token))
        if verb == "refund":
            await shop.processor.charge(made.ref, order(token))
        if verb == "charge":
            return await shop.processor.charge(made.ref, order(token))
        told: Charge = await getattr(shop.processor, verb)(made.ref)
        return told

    await shop.lose(verb, after=after, status=status)
    with pytest.raises(OutcomeUnknown):
        await asked()
    told = await asked()
    took = not (is_held(shop) and verb == "charge" and after)
    charged_now = S.SUCCEEDED if took else S.AUTHORIZED
    ends = {"prepare": S.PREPARED, "charge": charged_now, "cancel": S.CANCELED}
    assert told.state is ends.get(verb, S.REFUNDED)
    moves = {"charge": ["CHARGE"] * took, "refund": ["CHARGE", "REFUND"]}
    assert await shop.moved() == moves.get(verb, [])


@pytest.mark.parametrize("after", [False, True])
async def test_after_a_lost_charge_the_fence_tells_what_came_of_it(shop: Shop, after: bool) -> None:
    made, token = await prepared(shop)
    await shop.lose("charge", after=after)
    with pytest.raises(OutcomeUnknown):
        await shop.processor.charge(made.ref, order(token))
    fenced = await shop.processor.cancel(made.ref)
    took = after and not is_held(shop)
    assert fenced.state is (S.SUCCEEDED if took else S.CANCELED)
    assert fenced.taken == (PAID if took else NONE)
    assert await shop.moved() == (["CHARGE"] if took else [])


@pytest.mark.parametrize("status", [None, 500])
@pytest.mark.parametrize("verb", ["look", "inspect"])
async def test_a_lost_look_has_done_nothing(shop: Shop, verb: str, status: int | None) -> None:
    made, token = await prepared(shop)
    await shop.lose(verb, after=False, status=status)
    with pytest.raises(ProcessorUnavailable):
        await (
            shop.processor.look(made.ref)
            if verb == "look"
            else shop.processor.inspect(Source(token=token))
        )


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_what_is_turned_away_at_the_door_was_not_done(shop: Shop, status: int) -> None:
    made, token = await prepared(shop)
    await shop.lose("charge", after=False, status=status)
    with pytest.raises(ProcessorUnavailable):
        await shop.processor.charge(made.ref, order(token))
    assert (await shop.processor.look(made.ref)).state is S.PREPARED


# ---------------------------------------------------------------- kept methods


async def test_a_customer_has_one_account(shop: Shop) -> None:
    one = await shop.processor.account(101, "Pat Doe")
    assert await shop.processor.account(101, "Pat Doe") == one
    assert await shop.processor.account(202, "Sam Roe") != one
    assert await shop.processor.methods(one) == []


async def test_a_card_is_kept_charged_and_forgotten(shop: Shop) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    kept = await shop.processor.keep(account, shop.token("card"))
    assert (kept.kind, kept.label) == (MethodKind.CARD, "Visa ending in 4242")
    assert kept.ref is not None
    assert await shop.processor.methods(account) == [kept]
    mine = Source(method=kept.ref, account=account)
    assert await shop.processor.inspect(mine) == kept
    made = await shop.processor.prepare(order(source=mine))
    paid = await shop.processor.charge(made.ref, order(source=mine))
    assert (paid.state, paid.taken) == (S.SUCCEEDED, PAID)
    await shop.processor.forget(account, kept.ref)
    assert await shop.processor.methods(account) == []
    with pytest.raises(ProcessorRefused):
        await shop.processor.forget(account, kept.ref)
    with pytest.raises(ProcessorRefused):
        await shop.processor.inspect(mine)


async def test_a_card_kept_twice_is_kept_once(shop: Shop) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    token = shop.token("card")
    await shop.lose("keep", after=True)
    with pytest.raises(OutcomeUnknown):
        await shop.processor.keep(account, token)
    kept = await shop.processor.keep(account, token)
    assert await shop.processor.methods(account) == [kept]


async def test_a_card_is_kept_as_it_is_paid_with(shop: Shop) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    wanted = order(source=Source(token=shop.token("mastercard"), account=account), keep=True)
    made = await shop.processor.prepare(wanted)
    assert await shop.processor.methods(account) == []
    await shop.processor.charge(made.ref, wanted)
    assert [one.label for one in await shop.processor.methods(account)] == [
        "Mastercard ending in 4444"
    ]


async def test_a_card_that_is_paid_with_is_not_kept_unasked(shop: Shop) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    wanted = order(source=Source(token=shop.token("card"), account=account))
    made = await shop.processor.prepare(wanted)
    await shop.processor.charge(made.ref, wanted)
    assert await shop.processor.methods(account) == []


@pytest.mark.parametrize("sample", ["declined", "step", "bank", "apple"])
async def test_what_cannot_be_kept_so_is_refused(shop: Shop, sample: str) -> None:
    account = await shop.processor.account(101, "Pat Doe")
    with pytest.raises(ProcessorRefused) as refused:
        await shop.processor.keep(account, shop.token(sample))
    declined = sample == "declined"
    expected = DeclineCode.DECLINED if declined else DeclineCode.METHOD_NOT_ACCEPTED
    assert refused.value.code is expected
    assert await shop.processor.methods(account) == []


async def test_somebody_elses_method_is_none(shop: Shop) -> None:
    mine = await shop.processor.account(101, "Pat Doe")
    theirs = await shop.processor.account(202, "Sam Roe")
    kept = await shop.processor.keep(theirs, shop.token("card"))
    assert kept.ref is not None
    for source in (Source(method=kept.ref, account=mine), Source(token=kept.ref)):
        with pytest.raises(ProcessorRefused) as refused:
            await shop.processor.inspect(source)
        assert refused.value.code is DeclineCode.METHOD_NOT_ACCEPTED
    with pytest.raises(ProcessorRefused):
        await shop.processor.forget(mine, kept.ref)
    with pytest.raises(ProcessorRefused):
        await paid_by(shop, Source(method=kept.ref, account=mine))
    assert await shop.processor.methods(theirs) == [kept]
    assert await shop.moved() == []


@pytest.mark.parametrize("account", ["cus_nobody", "acc_nobody", "", "../x", "é"])
async def test_an_account_that_is_none_is_refused(shop: Shop, account: str) -> None:
    with pytest.raises(ProcessorRefused):
        await shop.processor.methods(account)
    with pytest.raises(ProcessorRefused):
        await shop.processor.keep(account, shop.token("card"))
