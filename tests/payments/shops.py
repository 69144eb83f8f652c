"""Both processors as one thing to test: its payers, banks and office, and how it is broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

import httpx
from starlette.types import ASGIApp

from adapters.payments.processor import Charge, ChargeOrder, Origin, PaymentProcessor, Source
from adapters.payments.sandbox_processor import SandboxProcessor
from adapters.payments.stripe_processor import StripeProcessor
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from tests.payments.stripe_stand_in import PUBLIC_KEY, SECRET_KEY, StripeStandIn

SANDBOX: Final = "http://127.0.0.1:8010"
MARKER: Final = "7H2K-9QXA-0001"
TENANT: Final = 1234567
SAMPLES: Final = {
    "card": "sandbox_card_visa",
    "mastercard": "sandbox_card_mastercard",
    "declined": "sandbox_card_declined",
    "short": "sandbox_card_insufficient_funds",
    "step": "sandbox_card_3ds",
    "step_declined": "sandbox_card_3ds_declined",
    "bank": "sandbox_bank",
    "bank_fails": "sandbox_bank_fails",
    "apple": "sandbox_apple_pay",
    "google": "sandbox_google_pay",
}


class Shop(Protocol):
    """One processor, and what happens around it. Verbs are `prepare`, `charge`, `cancel` ….

    A lost answer: the call is carried out first where `after`, and then its connection breaks, or
    it is answered with this bare status.
    """

    @property
    def processor(self) -> PaymentProcessor:
        """Return it, as the house asks it."""

    def token(self, sample: str) -> str:
        """Return a token, as a payer's browser gets one."""

    async def settle(self, ref: str) -> None:
        """Let a bank debit go one step on."""

    async def step(self, charge: Charge, *, completes: bool) -> None:
        """Do what the payer is asked for, or refuse to."""

    async def send_back(self, ref: str) -> None:
        """Have the bank take the money back."""

    async def refund(self, ref: str, amount: str | None = None) -> None:
        """Refund at the processor's own site: all of it, or so much."""

    async def lose(self, verb: str, *, after: bool, status: int | None = None) -> None:
        """Lose the answer to the next call of this verb."""

    async def moved(self, marker: str = MARKER) -> list[str]:
        """Return the money that moved for this marker: CHARGE, REFUND, RETURN, in that order."""

    async def aclose(self) -> None:
        """Close it."""


@dataclass
class SandboxShop:
    """The sandbox's own processor."""

    processor: SandboxProcessor
    control: httpx.AsyncClient

    def token(self, sample: str) -> str:
        """Return a token."""
        return SAMPLES[sample]

    async def settle(self, ref: str) -> None:
        """Settle."""
        await self._post(f"/_sandbox/processor/orders/{ref}/settle")

    async def step(self, charge: Charge, *, completes: bool) -> None:
        """Answer the step."""
        assert charge.action is not None
        outcome = {"outcome": "complete" if completes else "fail"}
        await self._post(f"/processor/v1/actions/{charge.action.client_secret}", outcome)

    async def send_back(self, ref: str) -> None:
        """Send back."""
        await self._post(f"/_sandbox/processor/orders/{ref}/return")

    async def refund(self, ref: str, amount: str | None = None) -> None:
        """Refund."""
        part = None if amount is None else {"amount": amount}
        await self._post(f"/_sandbox/processor/orders/{ref}/refund", part)

    async def lose(self, verb: str, *, after: bool, status: int | None = None) -> None:
        """Lose an answer."""
        path = {
            "prepare": "/v1/orders$",
            "keep": "/methods$",
            "look": "/v1/orders/[^/]+$",
            "inspect": "/v1/tokens/",
        }.get(verb, f"/{verb}$")
        broken = {"reset": True} if status is None else {"status": status, "body": {}}
        await self._post("/_sandbox/faults", {"path": path, "after": after, **broken})

    async def moved(self, marker: str = MARKER) -> list[str]:
        """Return what moved."""
        told = (await self.control.get("/_sandbox/processor/movements")).json()["movements"]
        return [one["kind"] for one in told if one["marker"] == marker]

    async def aclose(self) -> None:
        """Close it."""
        await self.processor.aclose()
        await self.control.aclose()

    async def _post(self, path: str, body: Mapping[str, object] | None = None) -> None:
        answer = await self.control.post(path, json=body)
        assert answer.is_success, answer.text


@dataclass
class StripeShop:
    """Stripe, as the stand-in has it."""

    processor: StripeProcessor
    stripe: StripeStandIn

    def token(self, sample: str) -> str:
        """Return a token."""
        return self.stripe.samples.new(sample)

    async def settle(self, ref: str) -> None:
        """Settle."""
        self.stripe.settle(ref)

    async def step(self, charge: Charge, *, completes: bool) -> None:
        """Answer the step."""
        assert charge.action is not None
        self.stripe.act(charge.ref, completes=completes)

    async def send_back(self, ref: str) -> None:
        """Send back."""
        self.stripe.dispute(ref)

    async def refund(self, ref: str, amount: str | None = None) -> None:
        """Refund."""
        self.stripe.refund(ref, None if amount is None else int(Decimal(amount) * 100))

    async def lose(self, verb: str, *, after: bool, status: int | None = None) -> None:
        """Lose an answer."""
        path = {
            "prepare": "/payment_intents$",
            "charge": "/confirm$",
            "refund": "/refunds$",
            "keep": "/setup_intents$",
            "look": "/payment_intents/pi_[^/]+$",
            "inspect": "/payment_methods/",
        }.get(verb, f"/{verb}$")
        self.stripe.lose(path, after=after, status=status)

    async def moved(self, marker: str = MARKER) -> list[str]:
        """Return what moved."""
        return [kind for of, kind, _ in self.stripe.movements if of == marker]

    async def aclose(self) -> None:
        """Close it."""
        await self.processor.aclose()


def sandbox_shop() -> SandboxShop:
    """Open a sandbox of few homes."""
    wire = httpx.ASGITransport(create_sandbox(SandboxOptions(public_url=SANDBOX, homes=0)))
    control = httpx.AsyncClient(transport=wire, base_url=SANDBOX)
    return SandboxShop(SandboxProcessor(f"{SANDBOX}/processor", wire), control)


def stripe_shop() -> StripeShop:
    """Open an account at the stand-in."""
    stand_in = StripeStandIn()
    return StripeShop(stripe_at(stand_in.app()), stand_in)


def stripe_at(app: ASGIApp) -> StripeProcessor:
    """Return Stripe's processor, whose calls go to this app."""
    return StripeProcessor(SECRET_KEY, PUBLIC_KEY, TENANT, httpx.ASGITransport(app))


def order(
    token: str | None = None,
    *,
    amount: str = "120.00",
    marker: str = MARKER,
    source: Source | None = None,
    keep: bool = False,
    authorization: str | None = None,
    origin: Origin | None = None,
    currency: str = "USD",
) -> ChargeOrder:
    """Return an order for a token."""
    return ChargeOrder(
        marker=marker,
        amount=Decimal(amount),
        currency=currency,
        source=source or Source(token=token),
        description="Invoices 101 and 102",
        keep=keep,
        authorization=authorization,
        origin=origin,
        return_url="https://portal.example.com/paid",
    )
