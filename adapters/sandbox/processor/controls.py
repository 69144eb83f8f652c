"""The processor's control plane, under `/_sandbox/processor`: what moved, and what moves now."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.sandbox.processor.answers import given, method_told, order_told, refused
from adapters.sandbox.processor.orders import Conflict, Order, Orders
from adapters.sandbox.processor.tokens import TOKENS


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """How much is sent back: all of it, where nothing is told."""

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Controls:
    """For tests, and for who wants to see what happens when; no key is needed."""

    orders: Orders
    public_url: str

    def routes(self) -> list[Route]:
        """Return its routes."""
        order = "/_sandbox/processor/orders/{order}"
        return [
            Route("/_sandbox/processor/tokens", self.tokens),
            Route("/_sandbox/processor/orders", self.all_orders),
            Route("/_sandbox/processor/movements", self.movements),
            Route("/_sandbox/processor/settle", self.settle, methods=["POST"]),
            Route(f"{order}/settle", self.settle_one, methods=["POST"]),
            Route(f"{order}/return", self.send_back, methods=["POST"]),
            Route(f"{order}/refund", self.refund, methods=["POST"]),
        ]

    async def tokens(self, _request: Request) -> Response:
        """Answer with every test token, and what it does."""
        told = [
            {"token": token, "shows": method.shows, **method_told(method)}
            for token, method in TOKENS.items()
        ]
        return given({"tokens": told})

    async def all_orders(self, _request: Request) -> Response:
        """Answer with every order, the oldest first."""
        return given({"orders": [order_told(each, self.public_url) for each in self.orders.all()]})

    async def movements(self, _request: Request) -> Response:
        """Answer with the money that moved, in the order in which it did."""
        told = [asdict(moved) | {"amount": str(moved.amount)} for moved in self.orders.movements]
        return given({"movements": told})

    async def settle(self, _request: Request) -> Response:
        """Let every bank transfer go one step on; answer how many did."""
        return given({"moved": sum(self.orders.settle(each) for each in self.orders.all())})

    async def settle_one(self, request: Request) -> Response:
        """Let one bank transfer go one step on."""
        order = self._order(request)
        return _unknown() if order is None else given({"moved": int(self.orders.settle(order))})

    async def send_back(self, request: Request) -> Response:
        """Have the bank send a payment back."""
        return self._moved(request, self.orders.send_back)

    async def refund(self, request: Request) -> Response:
        """Refund a payment, or an amount of it, as the office does at the processor's own site."""
        body = await request.body()
        try:
            part = msgspec.json.decode(body, type=Part) if body else Part()
        except msgspec.MsgspecError as error:
            return refused(400, "body", str(error))
        return self._moved(request, lambda order: self.orders.refund(order, part.amount))

    def _order(self, request: Request) -> Order | None:
        return self.orders.get(request.path_params["order"])

    def _moved(self, request: Request, move: Callable[[Order], None]) -> Response:
        order = self._order(request)
        if order is None:
            return _unknown()
        try:
            move(order)
        except Conflict as conflict:
            return refused(409, conflict.code, str(conflict))
        return given(order_told(order, self.public_url))


def _unknown() -> Response:
    return refused(404, "not_found", "There is no such order.")
