"""A digest of an estimate as it was shown, so that what is signed is what was read (R44)."""

import hashlib
from base64 import urlsafe_b64encode
from decimal import Decimal

import msgspec

from adapters.servicetitan.estimates import Estimate, EstimateItem
from resolvers.estimates import item_name_of
from resolvers.prose import cleaned

_BYTES = 24
"""192 bits, which Base64 spells in 32 characters without padding."""


def version_of(estimate: Estimate) -> str:
    """Return the digest of every word and figure of this estimate that is shown; safe in a URL.

    Its status is left out, and so is when and by whom it was accepted: accepting changes them, and
    what was signed must still be told by the same version afterwards (that it is no longer open is
    a refusal of its own). Financing is left out: it is the tenant's policy, and no part of what is
    signed. How amounts are written (1 or 1.00) makes no difference.
    """
    shown = [
        estimate.id,
        estimate.name,
        estimate.proposal_tag_name,
        estimate.is_recommended,
        cleaned(estimate.summary),
        _told(estimate.subtotal),
        _told(estimate.tax),
        bool(estimate.require_deposit_on_signature),
        _told(estimate.deposit_amount),
        _told(estimate.deposit_percent),
        None if estimate.items is None else [_shown(item) for item in estimate.items],
    ]
    digest = hashlib.sha256(msgspec.json.encode(shown)).digest()
    return urlsafe_b64encode(digest[:_BYTES]).decode()


def _shown(item: EstimateItem) -> list[object]:
    return [
        item.id,
        item_name_of(item),
        cleaned(item.description),
        _told(item.qty),
        _told(item.unit_rate),
        _told(item.total),
    ]


def _told(amount: Decimal | None) -> str | None:
    """Return the amount in its one spelling, to the last digit that says anything."""
    if amount is None:
        return None
    told = f"{amount:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
