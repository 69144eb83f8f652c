"""From the bytes of a delivery of Stripe's to the PaymentIntent that it is about."""

from typing import Annotated, Final

import msgspec
import stripe

from adapters.payments.notices import NoNotice, Notice, NotSigned

SIGNATURE: Final = "stripe-signature"
TOLERANCE_SECONDS: Final = 300
EVENTS: Final = frozenset(
    (
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.refunded",
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "refund.failed",
        "refund.updated",
    )
)
"""The types that are heard: those after which a payment may stand otherwise than it is known to."""

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class _Object(msgspec.Struct, frozen=True):
    object: str
    id: str | None = None
    payment_intent: str | None = None


class _Data(msgspec.Struct, frozen=True):
    object: msgspec.Raw


class _Event(msgspec.Struct, frozen=True):
    id: _Id
    type: _Id
    data: _Data


_EVENT = msgspec.json.Decoder(_Event)
_OBJECT = msgspec.json.Decoder(_Object)


def read_stripe_event(body: bytes, signature: str, secret: str) -> Notice:
    """Read a delivery that was signed with this secret; raises NotSigned, NoNotice.

    What it says of the payment is not read.
    """
    if not signature.isascii():  # the library would fail at it
        raise NotSigned
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeError):
        raise NotSigned from None
    try:
        event = _EVENT.decode(body)
        about = _OBJECT.decode(event.data.object) if event.type in EVENTS else None
    except (msgspec.DecodeError, RecursionError):
        raise NoNotice("The body is no event of Stripe's.") from None
    if about is None:
        return Notice(event.id, None)
    is_intent = about.object == "payment_intent"
    return Notice(event.id, about.id if is_intent else about.payment_intent)
