"""Names of Stripe's objects, and how what is to be charged is named in a request."""

import re
from typing import Final, TypeVar

from stripe.params import PaymentIntentConfirmParams, SetupIntentCreateParams

from adapters.payments.processor import Source

Params = TypeVar("Params", PaymentIntentConfirmParams, SetupIntentCreateParams)

_NAME: Final = re.compile(r"([a-z]+)_[A-Za-z0-9_]{1,200}")
"""A prefix for the kind, then letters and digits."""


def is_name(kind: str, text: str) -> bool:
    """Is this spelled as a name of this kind (`pi`, `pm`, `cus`, `ctoken`) is?"""
    found = _NAME.fullmatch(text)
    return found is not None and found[1] == kind


def name_source(params: Params, source: Source) -> None:
    """Name what is to be charged: a browser's confirmation token, or a payment method."""
    token = source.token
    if token is not None and is_name("ctoken", token):
        params["confirmation_token"] = token
    else:
        params["payment_method"] = token or source.method or ""
