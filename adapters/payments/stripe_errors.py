"""What Stripe's errors mean for whoever asked."""

import stripe

from adapters.payments.errors import ProcessorError, ProcessorRefused
from adapters.payments.kinds import DeclineCode
from adapters.payments.stripe_rows import why_declined
from adapters.payments.wire import lost, unavailable

_UNEXPECTED_STATES = frozenset(("payment_intent_unexpected_state", "charge_already_refunded"))
_METHOD = ("payment_method", "confirmation_token", "customer")
_BEFORE = (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError)


class CardDeclined(ProcessorRefused):
    """The bank said no: the order could be tried again with something else."""


class UnexpectedState(ProcessorRefused):
    """The payment does not stand as what was asked needs it: ask how it does."""


def meaning_of(error: stripe.StripeError, *, reads: bool) -> ProcessorError:
    """Return what is raised in place of this error.

    What is turned away at the door (too many requests, somebody else holds the object, a key that
    opens nothing) was not carried out. What Stripe itself does not answer in order (a status of
    500, a conflict, a body that cannot be read) may have been, unless it only reads.
    """
    if isinstance(error, _BEFORE):
        return unavailable()
    if isinstance(error, stripe.CardError):
        code, words = why_declined(error.code, _decline_code(error))
        return CardDeclined(words, code)
    if isinstance(error, stripe.InvalidRequestError):
        if error.code in _UNEXPECTED_STATES:
            return UnexpectedState("The payment does not stand so that this could be done.")
        about_method = str(error.param or "").startswith(_METHOD)
        words = "This method cannot be used to pay." if about_method else "This was refused."
        code = DeclineCode.METHOD_NOT_ACCEPTED if about_method else DeclineCode.DECLINED
        return ProcessorRefused(words, code)
    if isinstance(error, stripe.IdempotencyError):
        return ProcessorRefused("Something else was asked under the same number before.")
    return lost("GET" if reads else "POST")


def _decline_code(error: stripe.CardError) -> str | None:
    """Return the bank's reason, where Stripe tells it."""
    body = error.json_body
    told = body.get("error") if isinstance(body, dict) else None
    code = told.get("decline_code") if isinstance(told, dict) else None
    return code if isinstance(code, str) else None
