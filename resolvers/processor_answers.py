"""What is told where the payment processor does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable
from adapters.servicetitan.errors import UpstreamUnavailable

NOTHING_DONE: Final = "The payment processor does not answer. Nothing was done. Try again later."
ASK_AGAIN: Final = "The payment processor does not answer. Ask again soon how the payment stands."


@contextmanager
def heard(otherwise: str = NOTHING_DONE) -> Iterator[None]:
    """Ask the processor; raises UpstreamUnavailable with these words where it does not answer.

    What it refuses is left to who asks.
    """
    try:
        yield
    except (ProcessorUnavailable, OutcomeUnknown):
        raise UpstreamUnavailable(otherwise) from None
