"""The processor put together: what it holds, its doors, its controls, its events."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from adapters.sandbox.options import SandboxOptions
from adapters.sandbox.processor.accounts import Accounts
from adapters.sandbox.processor.controls import Controls
from adapters.sandbox.processor.endpoints import Endpoints
from adapters.sandbox.processor.events import OrderMoved
from adapters.sandbox.processor.keys import PROCESSOR_WEBHOOK_KEY, SIGNATURE
from adapters.sandbox.processor.orders import Order, Orders
from adapters.sandbox.processor.settling import Settling
from adapters.sandbox.processor.steps import Steps
from adapters.sandbox.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Processor:
    """A payment processor of the sandbox's."""

    orders: Orders
    accounts: Accounts
    webhooks: Webhooks
    settling: Settling
    public_url: str

    def controls(self) -> list[Route]:
        """Return the routes under `/_sandbox/processor`."""
        return Controls(self.orders, self.public_url).routes()

    def mounted(self, spoiled: Callable[[ASGIApp], ASGIApp]) -> BaseRoute:
        """Return what stands at `/processor`; `spoiled` has its calls go wrong as is ordered."""
        merchant = Endpoints(self.orders, self.accounts, self.public_url).routes()
        router = Router([*merchant, *Steps(self.orders).routes()])
        anywhere = Middleware(
            CORSMiddleware,
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["content-type"],
        )
        return Mount("/processor", app=spoiled(router), middleware=[anywhere])

    def reset(self) -> None:
        """Go back to the start: no orders, no accounts, no events on their way."""
        self.settling.clear()
        self.webhooks.clear()
        self.orders.clear()
        self.accounts.clear()

    async def close(self) -> None:
        """Stop settling and sending."""
        self.settling.clear()
        await self.webhooks.close()


def make_processor(
    options: SandboxOptions, transport: httpx.AsyncBaseTransport | None = None
) -> Processor:
    """Return a processor; `transport` carries its events in place of the network."""
    settling = Settling(options.settle_seconds)
    webhooks = Webhooks(
        options.processor_webhook_url,
        PROCESSOR_WEBHOOK_KEY,
        options.webhook_retries,
        transport,
        SIGNATURE,
    )

    def changed(order: Order) -> None:
        webhooks.send([OrderMoved(order.id)])
        settling.note(order)

    accounts = Accounts()
    orders = settling.orders = Orders(accounts, changed)
    return Processor(orders, accounts, webhooks, settling, options.public_url)
