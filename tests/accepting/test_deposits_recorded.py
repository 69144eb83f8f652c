"""A deposit that is recorded in ServiceTitan's books, and then goes back."""

import pytest

from adapters.payments.kinds import MethodKind
from adapters.servicetitan.books import Books, PaymentToRecord
from resolvers.policy import Payments, Proposals
from tests.accepting.conftest import DUE, WITH_DEPOSIT, deposit, errors, opened
from tests.house import demo_policy

RECORDING = demo_policy(
    proposals=Proposals(sold_by=None),
    payments=Payments(
        record_in_servicetitan=True,
        payment_types=dict.fromkeys((MethodKind.CARD, MethodKind.BANK_ACCOUNT), 9),
    ),
)


async def test_what_is_being_recorded_goes_back_once_it_is_known_to_stand_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = Books.record_payment
    async with opened(RECORDING) as office:

        async def withdrawn_meanwhile(self: Books, new: PaymentToRecord) -> int:
            await office.house.put("estimates", WITH_DEPOSIT, status={"name": "Dismissed"})
            [acceptance] = await office.till.acceptances.listed()
            await office.till.desk.selling.finish(acceptance)
            return await record(self, new)

        monkeypatch.setattr(Books, "record_payment", withdrawn_meanwhile)
        told = await office.accept(WITH_DEPOSIT, deposit=deposit("sandbox_card_visa"))
        assert (errors(told), told["payment"]["state"]) == ([], "SUCCEEDED")
        [attempt] = await office.till.attempts.listed()
        assert attempt.state.value == "RECORDED"
        for _ in range(3):
            await office.finish(minutes=20)
        [attempt] = await office.till.attempts.listed()
        [acceptance] = await office.till.acceptances.listed()
        assert (attempt.state.value, acceptance.state.value) == ("REFUNDED", "REFUSED")
        assert attempt.servicetitan_payment_id is not None  # for the office, which voids it there
        assert await office.moved() == [("CHARGE", DUE), ("REFUND", DUE)]
