"""Bank transfers that settle by themselves, after a while."""

import asyncio

from adapters.sandbox.processor.orders import Order, Orders, OrderState
from adapters.sandbox.processor.tokens import Then


class Settling:
    """Lets each transfer go on after so many seconds; None leaves them to the control plane."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self.orders: Orders | None = None

    def note(self, order: Order) -> None:
        """Hear that an order moved, and plan its next step where it has one to go."""
        comes_back = order.method is not None and order.method.then is Then.COMES_BACK
        going = order.state is OrderState.PROCESSING or (
            order.state is OrderState.SUCCEEDED and comes_back
        )
        if self._seconds is not None and going:
            loop = asyncio.get_running_loop()
            self._waiting[order.id] = loop.call_later(self._seconds, self._go_on, order)

    def clear(self) -> None:
        """Plan nothing."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _go_on(self, order: Order) -> None:
        self._waiting.pop(order.id, None)
        if self.orders is not None:
            self.orders.settle(order)
