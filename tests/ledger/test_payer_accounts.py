"""Accounts at processors: one for a customer, whoever made it first."""

import asyncio

import pytest

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.payer_accounts import PayerAccount, PayerAccounts


@pytest.fixture
def accounts(ledger: Ledger) -> PayerAccounts:
    return PayerAccounts(ledger)


async def test_an_account_is_found_by_its_processor_and_customer(accounts: PayerAccounts) -> None:
    assert await accounts.get("stripe", 1) is None
    made = await accounts.put("stripe", 1, "cus_1")
    assert made == PayerAccount("stripe", 1, "cus_1")
    assert await accounts.get("stripe", 1) == made
    assert await accounts.get("sandbox", 1) is None
    assert await accounts.get("stripe", 2) is None


async def test_the_first_that_is_noted_stays(accounts: PayerAccounts) -> None:
    await accounts.put("stripe", 1, "cus_1")
    assert (await accounts.put("stripe", 1, "cus_2")).account == "cus_1"
    found = await asyncio.gather(*(accounts.put("stripe", 2, f"cus_2{n}") for n in range(8)))
    assert len(set(found)) == 1


async def test_no_account_is_of_two_customers(accounts: PayerAccounts) -> None:
    await accounts.put("stripe", 1, "cus_1")
    with pytest.raises(ValueError, match="another customer's"):
        await accounts.put("stripe", 2, "cus_1")
    assert await accounts.get("stripe", 2) is None
    await accounts.put("sandbox", 2, "cus_1")  # another processor's names are its own


async def test_which_method_comes_first_is_set_and_taken_back(accounts: PayerAccounts) -> None:
    await accounts.put("stripe", 1, "cus_1")
    assert await accounts.set_primary("stripe", 1, "pm_1")
    assert await accounts.get("stripe", 1) == PayerAccount("stripe", 1, "cus_1", "pm_1")
    assert (await accounts.put("stripe", 1, "cus_2")).primary == "pm_1"
    assert await accounts.set_primary("stripe", 1, None)
    assert await accounts.get("stripe", 1) == PayerAccount("stripe", 1, "cus_1")
    assert not await accounts.set_primary("stripe", 2, "pm_1")


async def test_without_the_ledger_nobody_has_an_account() -> None:
    accounts = PayerAccounts(Ledger("sqlite+aiosqlite:////nowhere/at/all.db"))
    for ask in (accounts.get("stripe", 1), accounts.put("stripe", 1, "cus_1")):
        with pytest.raises(LedgerUnavailable):
            await ask
