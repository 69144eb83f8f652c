"""Refunds at both processors: in part, and refused once and carried out in the next turn."""

from decimal import Decimal

import pytest

from adapters.payments.errors import ProcessorRefused
from adapters.payments.processor import Charge, ChargeState
from tests.payments.shops import Shop, order, stripe_shop


async def charged(shop: Shop) -> Charge:
    """Charge a card 120.00."""
    wanted = order(shop.token("card"))
    made = await shop.processor.prepare(wanted)
    return await shop.processor.charge(made.ref, wanted)


async def test_what_the_office_sends_back_in_part_is_told(shop: Shop) -> None:
    paid = await charged(shop)
    assert paid.sent_back == 0
    for amount, back in (("20.00", "20.00"), ("5.00", "25.00")):
        await shop.refund(paid.ref, amount)
        told = await shop.processor.look(paid.ref)
        assert (told.state, told.sent_back) == (ChargeState.SUCCEEDED, Decimal(back))
    rest = await shop.processor.refund(paid.ref)
    assert (rest.state, rest.taken) == (ChargeState.REFUNDED, Decimal(0))
    assert await shop.moved() == ["CHARGE", "REFUND", "REFUND", "REFUND"]


async def test_one_that_failed_at_stripe_is_asked_again_under_another_key() -> None:
    shop = stripe_shop()
    paid = await charged(shop)
    shop.stripe.refunds_end = ["failed"]
    for turn in (1, 1):  # under one key the answer stays the same
        with pytest.raises(ProcessorRefused):
            await shop.processor.refund(paid.ref, turn)
    assert (await shop.processor.refund(paid.ref, 2)).state is ChargeState.REFUNDED
    assert (await shop.processor.refund(paid.ref, 2)).state is ChargeState.REFUNDED
    keys = [key for key in shop.stripe.answers if "refund" in key]
    assert keys == [f"{paid.ref}-refund", f"{paid.ref}-refund-2"]
    assert await shop.moved() == ["CHARGE", "REFUND"]
    await shop.aclose()
