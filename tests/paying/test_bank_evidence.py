"""What is known of a bank payment's authorization: its words, and where it was given from (R30)."""

import hashlib

import pytest

from adapters.payments.processor import Charge, ChargeOrder, Origin
from adapters.payments.sandbox_processor import SandboxProcessor
from adapters.sandbox.homes import TIME_ZONE
from resolvers.policy import Payments, Tenant
from tests.house import House, demo_policy
from tests.paying.asking import OPEN, PARTS, PAT, PAY, by, quoted, wish
from tests.paying.recorded import only, till

AGENT = "Mozilla/5.0 (X11; Linux x86_64) of a payer"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Origin | None]:
    """Where each order that is charged was authorized from."""
    charge, found = SandboxProcessor.charge, list[Origin | None]()

    async def charged(self: SandboxProcessor, ref: str, order: ChargeOrder) -> Charge:
        found.append(order.origin)
        return await charge(self, ref, order)

    monkeypatch.setattr(SandboxProcessor, "charge", charged)
    return found


async def by_bank(house: House) -> None:
    """Pay from a bank account, as a browser does."""
    version = (await quoted(house, OPEN))["achAuthorization"]["version"]
    agreed = {"version": version, "authorizedBy": "Pat Sullivan"}
    house.gateway.headers["user-agent"] = AGENT
    told = wish(OPEN, **by("sandbox_bank")) | {"achAuthorization": agreed}
    await house.data(PAT, PAY, input=told)


async def test_a_bank_is_told_where_its_debit_was_authorized(
    house: House, told: list[Origin | None]
) -> None:
    await by_bank(house)
    assert told == [Origin("127.0.0.1", AGENT)]
    assert "127.0.0.1" not in repr(told)
    assert AGENT not in repr(told) + str(house.logs)


async def test_of_a_card_nobody_is_told_where_it_was_used(
    house: House, told: list[Origin | None]
) -> None:
    await house.data(PAT, PAY, input=wish(OPEN))
    assert told == [None]


async def test_the_words_that_were_agreed_to_are_kept_though_they_change(house: House) -> None:
    shown = (await quoted(house, OPEN))["achAuthorization"]
    await by_bank(house)
    attempt = await only(house)
    assert attempt.authorization_version == shown["version"]
    other = Payments(methods=PARTS.methods, bank_authorization="Other words of {business}.")
    await house.choose(demo_policy(payments=other, tenant=Tenant(time_zone=TIME_ZONE)))
    kept = await till(house).attempts.authorization(shown["version"])
    assert kept == shown["text"]
    assert hashlib.sha256(shown["text"].encode()).hexdigest().startswith(shown["version"])
    assert await till(house).attempts.authorization("0" * 16) is None


async def test_a_card_needs_no_words(house: House) -> None:
    await house.data(PAT, PAY, input=wish(OPEN))
    attempt = await only(house)
    assert attempt.authorization_version is None
