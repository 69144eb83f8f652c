"""Orders to pay: what each may become, and the money that moved."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from secrets import token_hex, token_urlsafe

from adapters.sandbox.processor.accounts import Accounts
from adapters.sandbox.processor.tokens import Sample, Then


class OrderState(Enum):
    """Where an order stands."""

    PREPARED = "PREPARED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    AUTHORIZED = "AUTHORIZED"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    REFUNDED = "REFUNDED"
    RETURNED = "RETURNED"


_GIVES_UP = (OrderState.PREPARED, OrderState.REQUIRES_ACTION, OrderState.AUTHORIZED)


class Conflict(Exception):  # noqa: N818  # told to who asked; nothing here failed
    """What is asked does not go with what stands; `code` says how."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order is to be; the same marker with other wishes is a conflict."""

    marker: str
    amount: Decimal
    currency: str
    description: str
    account: str | None
    keep: bool
    return_url: str | None


@dataclass(slots=True)
class Order:
    """An order as it stands. `secret` opens the step that its payer is asked for."""

    id: str
    wanted: Wanted
    state: OrderState = OrderState.PREPARED
    method: Sample | None = None
    secret: str | None = None
    decline: str | None = None
    words: str | None = None
    taken: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved: `kind` is CHARGE, REFUND or RETURN."""

    order: str
    marker: str
    kind: str
    amount: Decimal


class Orders:
    """Every order; `changed` is told of each move."""

    def __init__(self, accounts: Accounts, changed: Callable[[Order], None]) -> None:
        self._accounts = accounts
        self._changed = changed
        self._by_id: dict[str, Order] = {}
        self._by_marker: dict[str, Order] = {}
        self._by_secret: dict[str, Order] = {}
        self.movements: list[Movement] = []

    def all(self) -> list[Order]:
        """Return every order, the oldest first."""
        return list(self._by_id.values())

    def get(self, order: str) -> Order | None:
        """Return an order by its id."""
        return self._by_id.get(order)

    def behind(self, secret: str) -> Order | None:
        """Return the order whose payer this secret was given to."""
        return self._by_secret.get(secret)

    def make(self, wanted: Wanted) -> Order:
        """Make an order, once for each marker; raises Conflict for another under the same."""
        known = self._by_marker.get(wanted.marker)
        if known is not None and known.wanted != wanted:
            raise Conflict("marker_used", "There is another order under this marker.")
        if known is not None:
            return known
        made = Order(f"ord_{token_hex(12)}", wanted)
        self._by_id[made.id] = self._by_marker[wanted.marker] = made
        return made

    def charge(self, order: Order, method: Sample) -> None:
        """Charge an order that was not charged before; leave any other as it is."""
        if order.state is not OrderState.PREPARED:
            return
        order.method = method
        if method.step is None:
            self._conclude(order, method)
            return
        order.secret = f"act_{token_urlsafe(24)}"
        self._by_secret[order.secret] = order
        self._move(order, OrderState.REQUIRES_ACTION)

    def act(self, order: Order, *, completes: bool) -> None:
        """Go on after the payer's step, where one is waited for; a card is authorized by it."""
        if order.state is not OrderState.REQUIRES_ACTION or order.method is None:
            return
        if completes:
            self._conclude(order, order.method)
        else:
            self._decline(order, "DECLINED", "The payment was not confirmed.")

    def capture(self, order: Order) -> None:
        """Take what the payer's step authorized; leave any other order as it is."""
        if order.state is OrderState.AUTHORIZED:
            self._keep(order)
            self._take(order)

    def cancel(self, order: Order) -> None:
        """Give up an order that nothing was taken for; leave any other as it is."""
        if order.state in _GIVES_UP:
            self._move(order, OrderState.CANCELED)

    def refund(self, order: Order, amount: Decimal | None = None) -> None:
        """Send back what was taken, or so much of it; raises Conflict where it was not taken."""
        if amount is not None and amount != order.taken:
            self._give_back_part(order, amount)
        elif order.state is OrderState.SUCCEEDED:
            self._give_back(order, "REFUND", OrderState.REFUNDED)
        elif order.state is not OrderState.REFUNDED:
            raise Conflict("not_refundable", "There is nothing to send back.")

    def send_back(self, order: Order) -> None:
        """Have the bank send back what was taken; raises Conflict where nothing was."""
        if order.state is not OrderState.SUCCEEDED:
            raise Conflict("not_returnable", "There is nothing to send back.")
        self._give_back(order, "RETURN", OrderState.RETURNED)

    def settle(self, order: Order) -> bool:
        """Let a bank transfer go one step on; False where it has none to go."""
        then = None if order.method is None else order.method.then
        if order.state is OrderState.PROCESSING:
            if then is Then.FAILS_LATE:
                self._decline(order, "INSUFFICIENT_FUNDS", "The bank did not pay.")
            else:
                self._take(order)
            return True
        if order.state is OrderState.SUCCEEDED and then is Then.COMES_BACK:
            self.send_back(order)
            return True
        return False

    def clear(self) -> None:
        """Know of nothing."""
        for held in (self._by_id, self._by_marker, self._by_secret):
            held.clear()
        self.movements.clear()

    def _conclude(self, order: Order, method: Sample) -> None:
        short = method.holds is not None and order.wanted.amount > method.holds
        if short:
            self._decline(order, "INSUFFICIENT_FUNDS", "There is not enough money in the account.")
        elif method.then is Then.DECLINED:
            lacks = method.decline == "INSUFFICIENT_FUNDS"
            words = "There is not enough money on the card." if lacks else "The card was declined."
            self._decline(order, method.decline, words)
        elif method.is_bank_account:
            self._keep(order)
            self._move(order, OrderState.PROCESSING)
        elif order.state is OrderState.REQUIRES_ACTION and method.is_card:
            self._move(order, OrderState.AUTHORIZED)
        else:
            self._keep(order)
            self._take(order)

    def _keep(self, order: Order) -> None:
        account = self._accounts.get(order.wanted.account or "")
        method = order.method
        if order.wanted.keep and account is not None and method is not None and method.is_keepable:
            account.keep(method)

    def _take(self, order: Order) -> None:
        order.taken = order.wanted.amount
        self._note(order, "CHARGE", order.taken)
        self._move(order, OrderState.SUCCEEDED)

    def _give_back(self, order: Order, kind: str, state: OrderState) -> None:
        self._note(order, kind, order.taken)
        order.taken = Decimal(0)
        self._move(order, state)

    def _give_back_part(self, order: Order, amount: Decimal) -> None:
        if order.state is not OrderState.SUCCEEDED or not 0 < amount < order.taken:
            raise Conflict("not_refundable", "There is not so much to send back.")
        self._note(order, "REFUND", amount)
        order.taken -= amount
        self._move(order, order.state)

    def _note(self, order: Order, kind: str, amount: Decimal) -> None:
        self.movements.append(Movement(order.id, order.wanted.marker, kind, amount))

    def _decline(self, order: Order, code: str, words: str) -> None:
        order.decline, order.words = code, words
        self._move(order, OrderState.DECLINED)

    def _move(self, order: Order, state: OrderState) -> None:
        order.state = state
        self._changed(order)
