"""What was done here and is not yet in ServiceTitan's books, wherever it is told.

What is charged is owed no more, and an estimate that was accepted is open no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar, cast

import msgspec

from adapters.ledger.pending_amounts import Pending
from adapters.servicetitan.estimates import (
    ESTIMATES,
    Estimate,
    EstimateState,
    EstimateStatusField,
)
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)

NOTHING = Decimal(0)
_SOLD = EstimateStatusField(name=EstimateState.SOLD.value)


@dataclass(slots=True)
class OnTheWay:
    """What is pending, as one operation goes by it (R34).

    It is what stood when the operation began, until the operation itself pays and takes it in
    anew: `told` is then replaced. A part of an operation goes by what was taken off `_before` it,
    too.
    """

    told: Pending = field(default_factory=lambda: Pending(revision=0))
    _before: Mapping[int, Decimal] = field(default_factory=dict)
    _taken: dict[int, Decimal] = field(default_factory=dict)

    def take_in(self, told: Pending) -> None:
        """Go by this from here on."""
        self.told = told
        self._before = {}
        self._taken.clear()

    def apart(self) -> "OnTheWay":
        """Return the same for a part of the operation: what that takes off is noted there alone."""
        return OnTheWay(self.told, {**self._before, **self._taken})

    def take_over(self, part: "OnTheWay") -> None:
        """Go by what was taken off in that part too."""
        self._taken.update(part._taken)  # noqa: SLF001  # another of the same

    def on(self, invoice: int) -> Decimal:
        """How much of this invoice is charged and not yet in ServiceTitan's books?

        What was recorded there just now, and was lacking in the balance that was told, is not.
        """
        amount = self._taken.get(invoice, self._before.get(invoice))
        return self.told.by_invoice.get(invoice, NOTHING) if amount is None else amount

    def is_held(self, invoice: int) -> bool:
        """Is somebody paying this invoice at this moment?"""
        return invoice in self.told.held

    def less(self, resource: Resource[M], row: M) -> M:
        """Return the row as it is shown, as `taken_off` does."""
        (shown,) = self.taken_off(resource, (row,))
        return shown

    def taken_off(self, resource: Resource[M], rows: tuple[M, ...]) -> tuple[M, ...]:
        """Return the rows as they are shown: invoices with what is left to pay, anything as it is.

        An estimate that was accepted here is shown so, though ServiceTitan has it open.
        """
        if resource is ESTIMATES and self.told.accepted:
            offered = cast("tuple[Estimate, ...]", rows)
            return cast("tuple[M, ...]", tuple(map(self.decided, offered)))
        if resource is not INVOICES or not (self.told.by_invoice or self.told.recorded):
            return rows
        return cast("tuple[M, ...]", tuple(map(self.owed, cast("tuple[Invoice, ...]", rows))))

    def owed(self, row: Invoice) -> Invoice:
        """Return the invoice with what is left to pay on it, never below 0 for what is pending."""
        if row.balance is None or row.balance <= 0:
            return row
        amount = self._taken[row.id] = self.told.on(row.id, row.balance)
        if amount == NOTHING:
            return row
        return msgspec.structs.replace(row, balance=max(row.balance - amount, NOTHING))

    def decided(self, row: Estimate) -> Estimate:
        """Return the estimate as accepted, where it was accepted here and is not sold yet."""
        at = self.told.accepted.get(row.id)
        if at is None or row.state is not EstimateState.OPEN:
            return row
        return msgspec.structs.replace(row, status=_SOLD, sold_on=at)

    def account(self, customer: int, balance: Decimal | None) -> Decimal | None:
        """Return what a customer's account comes to with what is on its way there."""
        if balance is None:
            return None
        return balance - self.told.by_customer.get(customer, NOTHING)
