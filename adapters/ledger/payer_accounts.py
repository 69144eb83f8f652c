"""Under which name a processor keeps a customer's methods, and which one is offered first."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import PAYER_ACCOUNTS
from adapters.ledger.upserts import insert_into

_ROW = PAYER_ACCOUNTS.c


@dataclass(frozen=True, slots=True)
class PayerAccount:
    """A customer's account at a processor; `primary` is the processor's name for a method."""

    processor: str
    customer: int
    account: str
    primary: str | None = None


class PayerAccounts:
    """Accounts of customers at processors; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def get(self, processor: str, customer: int) -> PayerAccount | None:
        """Return the customer's account at this processor; None where there is none yet."""
        return await self._ledger.read(lambda on: _read(on, processor, customer))

    async def put(self, processor: str, customer: int, account: str) -> PayerAccount:
        """Note the account of a customer that has none yet, and return the one it has now.

        Of two that are noted at once the first stays, for both. ValueError where the account is
        another customer's.
        """

        async def work(connection: AsyncConnection) -> PayerAccount | None:
            row = insert_into(connection, PAYER_ACCOUNTS).values(
                processor=processor, customer_id=customer, account=account
            )
            await connection.execute(row.on_conflict_do_nothing())
            return await _read(connection, processor, customer)

        found = await self._ledger.write(work)
        if found is None:
            raise ValueError("This account is another customer's.")
        return found

    async def set_primary(self, processor: str, customer: int, method: str | None) -> bool:
        """Offer this method first, or none in particular; False where there is no account."""
        where = (_ROW.processor == processor, _ROW.customer_id == customer)
        change = update(PAYER_ACCOUNTS).where(*where).values(primary_method=method)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(change)).rowcount == 1

        return await self._ledger.write(work)


async def _read(connection: AsyncConnection, processor: str, customer: int) -> PayerAccount | None:
    where = (_ROW.processor == processor, _ROW.customer_id == customer)
    asked = select(_ROW.account, _ROW.primary_method).where(*where)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    account, primary = row
    return PayerAccount(processor, customer, account, primary)
