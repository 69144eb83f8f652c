"""A payment processor of the tests' own: its book of orders, and a line to it that may fail."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum

from adapters.payments.errors import OutcomeUnknown, ProcessorRefused, ProcessorUnavailable
from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import (
    ActionKind,
    Charge,
    ChargeOrder,
    ChargeState,
    Method,
    NextAction,
    PublicClient,
    Source,
)
from tests.payments.fates import LONGEST_LATE, Fate, Life

_C = ChargeState
NAME = "fake"
CHARGES_FAIL = 4.0
"""How many times as often as other calls: what becomes of them matters most."""

_ACTION = NextAction(ActionKind.AUTHENTICATE, client_secret="a secret of the payer's alone")


class Plan(Enum):
    """What a token stands for: ASKS authorizes by the payer's step, LEADS pays by it."""

    PAYS = "PAYS"
    DECLINES = "DECLINES"
    ASKS = "ASKS"
    LEADS = "LEADS"
    BANK = "BANK"
    UNUSABLE = "UNUSABLE"


_STEPS = frozenset({Plan.ASKS, Plan.LEADS})


@dataclass
class Order:
    """An order in the processor's book; `times_taken` is how often money was taken for it.

    So many turns to send it back as `refusals` tells are refused.
    """

    charge: Charge
    plan: Plan
    times_taken: int = 0
    asked_to_charge: int = 0
    asked_to_capture: int = 0
    refusals: int = 0

    @property
    def state(self) -> ChargeState:
        """Where it stands."""
        return self.charge.state

    @property
    def is_taken(self) -> bool:
        """Is money of the payer's taken, or on its way?"""
        return self.state in {_C.SUCCEEDED, _C.PROCESSING}


@dataclass
class Ledgerbook:
    """The processor's own book: what it did, it did, whatever its clients heard of it.

    `taking` is called before money is taken, `authorized` after a payer's step authorized it.
    """

    taking: Callable[[Order], None] = lambda _order: None
    authorized: Callable[[Order], None] = lambda _order: None
    orders: dict[str, Order] = field(default_factory=dict)

    def prepare(self, order: ChargeOrder) -> Charge:
        """Make an order of this marker, once."""
        ref = f"order {order.marker}"
        if ref not in self.orders:
            plan = Plan(order.source.token)
            if plan is Plan.UNUSABLE:
                raise ProcessorRefused("This cannot be used.", DeclineCode.METHOD_NOT_ACCEPTED)
            charge = Charge(ref, _C.PREPARED, order.amount, order.currency, order.marker)
            self.orders[ref] = Order(charge, plan)
        return self.orders[ref].charge

    def charge(self, ref: str) -> Charge:
        """Take the money of a prepared order, as its plan says."""
        order = self.orders[ref]
        order.asked_to_charge += 1
        if order.state is _C.PREPARED:
            if order.plan is Plan.PAYS:
                self.take(order, _C.SUCCEEDED)
            elif order.plan is Plan.BANK:
                self.take(order, _C.PROCESSING)
            elif order.plan in _STEPS:
                self._put(order, _C.REQUIRES_ACTION)
            else:
                self.decline(order)
        return order.charge

    def capture(self, ref: str) -> Charge:
        """Take what was authorized."""
        order = self.orders[ref]
        order.asked_to_capture += 1
        if order.state is _C.AUTHORIZED:
            self.take(order, _C.SUCCEEDED)
        return order.charge

    def look(self, ref: str) -> Charge:
        """Tell how it stands."""
        return self.orders[ref].charge

    def cancel(self, ref: str) -> Charge:
        """Give it up, unless money is taken for it."""
        order = self.orders[ref]
        if order.state in {_C.PREPARED, _C.REQUIRES_ACTION, _C.AUTHORIZED, _C.DECLINED}:
            self._put(order, _C.CANCELED)
        return order.charge

    def refund(self, ref: str, turn: int = 1) -> Charge:
        """Send back what was taken; a turn that was refused once is refused for ever."""
        order = self.orders[ref]
        if order.state is _C.SUCCEEDED and turn <= order.refusals:
            raise ProcessorRefused("This cannot be sent back now.")
        if order.state is _C.SUCCEEDED:
            self._put(order, _C.REFUNDED)
        return order.charge

    def take(self, order: Order, state: ChargeState) -> None:
        """Take its money, now or in a while."""
        self.taking(order)
        order.times_taken += 1
        self._put(order, state)

    def decline(self, order: Order) -> None:
        """Take nothing, for lack of it."""
        charge = replace(order.charge, decline=DeclineCode.INSUFFICIENT_FUNDS)
        order.charge = replace(charge, state=_C.DECLINED, taken=Decimal(0), action=None)

    def payer_acts(self, order: Order, *, does_well: bool) -> None:
        """Have the payer's browser do what was asked of it, or try again after it did not."""
        if order.plan in _STEPS and order.state in {_C.REQUIRES_ACTION, _C.DECLINED}:
            if not does_well:
                self.decline(order)
            elif order.plan is Plan.LEADS:
                self.take(order, _C.SUCCEEDED)
            else:
                self._put(order, _C.AUTHORIZED)
                self.authorized(order)

    def bank_settles(self, order: Order, *, does_well: bool) -> None:
        """Have a bank transfer come in, or not."""
        if order.state is _C.PROCESSING:
            if does_well:
                self._put(order, _C.SUCCEEDED)
            else:
                self.decline(order)

    def sends_back(self, order: Order) -> None:
        """Have somebody else send it back: the bank, or the office at the processor."""
        if order.state is _C.SUCCEEDED:
            self._put(order, _C.RETURNED if order.plan is Plan.BANK else _C.REFUNDED)

    def comes_to_nothing(self, order: Order) -> None:
        """Have a bank not take what was sent back to it."""
        if order.state is _C.REFUNDED:
            self._put(order, _C.SUCCEEDED)

    def sends_back_in_part(self, order: Order, amount: Decimal) -> None:
        """Have the office send so much of it back at the processor."""
        if order.state is _C.SUCCEEDED and amount < order.charge.taken:
            order.charge = replace(order.charge, taken=order.charge.taken - amount)

    def _put(self, order: Order, state: ChargeState) -> None:
        taken = order.charge.amount if state is _C.SUCCEEDED else Decimal(0)
        action = _ACTION if state is _C.REQUIRES_ACTION else None
        order.charge = replace(order.charge, state=state, taken=taken, action=action)


@dataclass
class Line:
    """One process's line to the processor.

    `sends` is called when a charge is sent, `captures` when what was authorized is to be taken.
    """

    book: Ledgerbook
    life: Life
    sends: Callable[[ChargeOrder, str], Awaitable[None]]
    captures: Callable[[str, str], Awaitable[None]]
    calls: list[str] = field(default_factory=list)

    client = PublicClient(NAME, None)
    kinds = frozenset(MethodKind)

    async def prepare(self, order: ChargeOrder) -> Charge:
        """Make the order."""
        return await self._called("prepare", lambda: self.book.prepare(order))

    async def charge(self, ref: str, order: ChargeOrder) -> Charge:
        """Have the money taken."""
        await self.sends(order, ref)
        return await self._called("charge", lambda: self.book.charge(ref), CHARGES_FAIL)

    async def capture(self, ref: str, marker: str) -> Charge:
        """Have taken what was authorized."""
        await self.captures(marker, ref)
        return await self._called("capture", lambda: self.book.capture(ref), CHARGES_FAIL)

    async def look(self, ref: str) -> Charge:
        """Ask how it stands."""
        return await self._called("look", lambda: self.book.look(ref))

    async def cancel(self, ref: str) -> Charge:
        """Have it given up."""
        return await self._called("cancel", lambda: self.book.cancel(ref))

    async def refund(self, ref: str, turn: int = 1) -> Charge:
        """Have it sent back."""
        return await self._called("refund", lambda: self.book.refund(ref, turn))

    async def _called(self, verb: str, doing: Callable[[], Charge], times: float = 1.0) -> Charge:
        fates = self.life.fates
        fate = fates.of_call(times, verb)
        self.calls.append(verb)
        await self.life.step()
        if fate is Fate.NOT_REACHED:
            raise ProcessorUnavailable("not reached")
        if fate is Fate.LOST_BEFORE:
            raise OutcomeUnknown("lost on its way there")
        if fate is Fate.LATE:
            fates.clock.after(fates.late_by(LONGEST_LATE), lambda: _quietly(doing))
            raise OutcomeUnknown("still on its way there")
        answer = doing()
        await self.life.step()
        if fate is Fate.LOST_AFTER:
            raise OutcomeUnknown("lost on its way back")
        return answer

    async def inspect(self, source: Source) -> Method:
        """Say nothing: the cashier does not ask."""
        raise NotImplementedError(source)

    async def account(self, customer: int, name: str) -> str:
        """Say nothing: the cashier does not ask."""
        raise NotImplementedError(customer, name)

    async def methods(self, account: str) -> Sequence[Method]:
        """Say nothing: the cashier does not ask."""
        raise NotImplementedError(account)

    async def keep(self, account: str, token: str) -> Method:
        """Say nothing: the cashier does not ask."""
        raise NotImplementedError(account, token)

    async def forget(self, account: str, method: str) -> None:
        """Say nothing: the cashier does not ask."""
        raise NotImplementedError(account, method)

    async def aclose(self) -> None:
        """Close nothing."""


def _quietly(doing: Callable[[], Charge]) -> None:
    """Do it though nobody hears how it went."""
    try:
        doing()
    except ProcessorRefused:
        return
