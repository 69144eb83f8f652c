"""Asking the payment processor whether its key opens it, and whether it takes real money."""

from typing import Final

import httpx

from adapters.payments.errors import ProcessorError
from gateway.checks.finding import Finding
from gateway.paying import processor_of
from gateway.settings import Settings

_NOTES: Final = {
    "sandbox": "It is the sandbox's: nobody's money is taken.",
    "test": "Its key is a test key: nobody's money is taken.",
    "live": "Its key is a live key: real money is taken.",
}


async def check_payments(
    settings: Settings, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Return how the processor answers, where there is one. Nothing is made or charged."""
    processor = processor_of(settings, transport)
    if processor is None:
        return []
    part = f"Payments, {settings.payment_processor}"
    try:
        mode = await processor.mode()
    except ProcessorError:
        return [Finding(part, _PROBLEMS[settings.payment_processor])]
    finally:
        await processor.aclose()
    return [Finding(part, note=_NOTES[mode])]


_PROBLEMS: Final = {
    "sandbox": "The sandbox's payment processor does not answer. Is the sandbox running?",
    "stripe": (
        "Stripe does not answer, or not to this key. Is PORTAL_STRIPE_SECRET_KEY still good, and "
        "may it read PaymentIntents?"
    ),
}
