"""Who takes payments, put together from settings, and where they tell of what became of one."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import httpx
from starlette.routing import Route

from adapters.ledger.seen_events import SeenEvents
from adapters.payments.notices import Notice
from adapters.payments.processor import PaymentProcessor
from adapters.payments.sandbox_events import SIGNATURE as SANDBOX_SIGNATURE
from adapters.payments.sandbox_events import read_sandbox_event
from adapters.payments.sandbox_processor import SandboxProcessor
from gateway.http.processor_webhooks import Heard, ProcessorWebhooks
from gateway.paying_settings import ProcessorName
from gateway.settings import Settings


class Processor(PaymentProcessor, Protocol):
    """A processor that can be asked what kind it is, for who looks after the gateway."""

    async def mode(self) -> str:
        """Return `live` where real money is taken, else `test` or `sandbox`.

        Its key is tried by that; raises ProcessorError.
        """


def processor_of(
    settings: Settings, transport: httpx.AsyncBaseTransport | None = None
) -> Processor | None:
    """Return who takes payments, None where nobody does; `client.processor` is its name.

    `transport` carries its calls in place of the network.
    """
    if settings.payment_processor is ProcessorName.SANDBOX:
        return SandboxProcessor(f"{settings.api_url}/processor", transport)
    if settings.payment_processor is not ProcessorName.STRIPE:
        return None
    # The library is large: only who pays by it has it in memory.
    from adapters.payments.stripe_processor import StripeProcessor  # noqa: PLC0415  # as said

    secret = settings.stripe_secret_key
    return StripeProcessor(
        secret_key="" if secret is None else secret.get_secret_value(),
        public_key=settings.stripe_public_key or "",
        tenant=settings.servicetitan_tenant_id,
        transport=transport,
    )


def payment_webhooks(
    settings: Settings, processor: PaymentProcessor | None, heard: Heard, seen: SeenEvents
) -> Sequence[Route]:
    """Return where this processor tells of charges; nothing where nobody takes payments."""
    if processor is None:
        return ()
    name = processor.client.processor
    signature, read = _reading(settings)
    endpoint = ProcessorWebhooks(name, signature, read, processor.look, heard, seen)
    path = "sandbox-processor" if name == ProcessorName.SANDBOX else name
    return (Route(f"/webhooks/{path}", endpoint.receive, methods=["POST"]),)


def _reading(settings: Settings) -> tuple[str, Callable[[bytes, str], Notice]]:
    """Return in which header its events are signed, and what reads them."""
    if settings.payment_processor is not ProcessorName.STRIPE:
        return SANDBOX_SIGNATURE, read_sandbox_event
    from adapters.payments.stripe_events import SIGNATURE, read_stripe_event  # noqa: PLC0415  # as above

    secret = settings.stripe_webhook_secret
    return SIGNATURE, partial(
        read_stripe_event, secret="" if secret is None else secret.get_secret_value()
    )
