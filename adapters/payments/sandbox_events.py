"""From the bytes of a delivery of the sandbox's processor to the order that it is about."""

import hmac
from typing import Annotated, Final

import msgspec

from adapters.payments.notices import NoNotice, Notice, NotSigned

SIGNATURE: Final = "x-sandbox-processor-signature"
SANDBOX_WEBHOOK_KEY: Final = "sandbox-processor-webhook-key-not-for-production"
"""Everybody may know it: an event has an order asked about, and does nothing else."""

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class _Event(msgspec.Struct, frozen=True):
    id: _Id
    order: str | None = None


_EVENT = msgspec.json.Decoder(_Event)


def read_sandbox_event(body: bytes, signature: str) -> Notice:
    """Read a delivery; raises NotSigned, NoNotice."""
    made = hmac.new(SANDBOX_WEBHOOK_KEY.encode(), body, "sha256").hexdigest()
    if not hmac.compare_digest(made.encode(), signature.encode()):
        raise NotSigned
    try:
        event = _EVENT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoNotice("The body is no event of the sandbox's.") from None
    return Notice(event.id, event.order)
