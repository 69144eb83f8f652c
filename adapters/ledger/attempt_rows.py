"""Attempts to pay, as they are asked for and as they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from adapters.ledger.audit import By
from adapters.ledger.minor_units import from_minor, to_minor
from adapters.ledger.payment_states import AttemptKind, AttemptState
from adapters.ledger.rights import in_utc

__all__ = ["Attempt", "AttemptKind", "AttemptState", "Changes", "NewAttempt", "Split", "Step"]

MOST_SPLITS = 100
"""How many invoices one payment may be of."""


@dataclass(frozen=True, slots=True)
class Split:
    """What of a payment goes to one invoice; `number` is what people call it.

    `left` is what was left to pay on it when the payment was begun, after all that was on its way;
    None where nobody knows.
    """

    invoice: int
    number: str
    amount: Decimal
    left: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """What somebody wants to pay, and with what; ValueError where its amounts do not fit together.

    `principal` is whose `key` it is: nobody else's is ever compared with it. `request_hash` is of
    all that was asked for under the key. `payer` is an email. `amount` is in the currency's major
    unit. `method_label` is such as "Visa ending in 4242". An authorization is of a bank payment:
    which version of its text, the text itself, and the name it was given under (R30).
    """

    principal: str
    by: By
    kind: AttemptKind
    customer: int
    payer: str | None = field(repr=False)
    key: str
    request_hash: str
    currency: str
    amount: Decimal
    splits: tuple[Split, ...]
    processor: str
    method_kind: str
    method_label: str
    estimate: int | None = None
    authorization_version: str | None = None
    authorization_text: str | None = field(default=None, repr=False)
    authorized_by: str | None = field(default=None, repr=False)
    keep_method: bool = False

    def __post_init__(self) -> None:
        invoices = [split.invoice for split in self.splits]
        amounts = [to_minor(split.amount, self.currency) for split in self.splits]
        total = to_minor(self.amount, self.currency)
        if total <= 0 or any(amount <= 0 for amount in amounts):
            raise ValueError("A payment, and each part of it, is more than nothing.")
        if len(set(invoices)) != len(invoices) or len(invoices) > MOST_SPLITS:
            raise ValueError("A payment names each invoice once, and at most a hundred.")
        if self.kind is AttemptKind.DEPOSIT:
            if invoices or self.estimate is None:
                raise ValueError("A deposit is paid on an estimate, and on no invoice.")
        elif not invoices or sum(amounts) != total:
            raise ValueError("A payment of invoices is the sum of what goes to each.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt as it stood when it was read; NewAttempt tells what was asked for.

    Every write raises `version` by one. `confirmation` is the marker it is known by at the
    processor and in ServiceTitan. `action_kind` is what the payer is asked to do in
    ACTION_REQUIRED; the secrets of it are not here. `next_at` is when somebody has to look at it,
    None where nobody has to; `locked_until` is until when whoever works on it has it alone.
    `sent_back` is what of it went back to its payer, and `entered_back` what of that ServiceTitan's
    books have, or need not have.
    """

    id: int
    confirmation: str
    state: AttemptState
    version: int
    principal: str
    actor: str
    as_whom: str | None
    request_id: str
    kind: AttemptKind
    customer: int
    payer: str | None = field(repr=False)
    key: str
    request_hash: str
    currency: str
    amount: Decimal
    splits: tuple[Split, ...]
    processor: str
    method_kind: str
    method_label: str
    estimate: int | None
    authorization_version: str | None
    authorized_by: str | None = field(repr=False)
    keep_method: bool
    processor_ref: str | None
    servicetitan_payment_id: int | None
    failure_code: str | None
    failure: str | None
    action_kind: str | None
    tries: int
    next_at: datetime | None
    locked_until: datetime | None
    charged_at: datetime | None
    created_at: datetime
    updated_at: datetime
    sent_back: Decimal = Decimal(0)
    entered_back: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """A move of an attempt: the version it thereby got, when, and what was told of it."""

    attempt: int
    version: int
    state: AttemptState
    at: datetime
    told: str


class Changes(TypedDict, total=False):
    """What a write may change beside the state."""

    processor_ref: str | None
    servicetitan_payment_id: int | None
    failure_code: str | None
    failure: str | None
    action_kind: str | None
    method_kind: str
    method_label: str
    tries: int
    next_at: datetime | None
    locked_until: datetime | None
    charged_at: datetime | None


_RENAMED: Mapping[str, str] = {
    "idempotency_key": "key",
    "customer_id": "customer",
    "estimate_id": "estimate",
}
_MOMENTS = ("next_at", "locked_until", "charged_at", "created_at", "updated_at")
_UNTOLD = ("counted", "counted_until")


def attempt_of(row: Mapping[str, Any], splits: Sequence[Split]) -> Attempt:
    """Return the attempt of a row of its table, and of what of it goes to which invoice."""
    told = {_RENAMED.get(name, name): row[name] for name in row if name not in _UNTOLD}
    moments = {name: told[name] and in_utc(told[name]) for name in _MOMENTS}
    return Attempt(
        **told
        | moments
        | {
            "state": AttemptState(row["state"]),
            "kind": AttemptKind(row["kind"]),
            "amount": from_minor(row["amount"], row["currency"]),
            "splits": tuple(splits),
            "sent_back": from_minor(row["sent_back"] or 0, row["currency"]),
            "entered_back": from_minor(row["entered_back"] or 0, row["currency"]),
        }
    )


def row_of(new: NewAttempt) -> dict[str, object]:
    """Return what the table keeps of what was asked for."""
    return {
        "principal": new.principal,
        "idempotency_key": new.key,
        "request_hash": new.request_hash,
        "actor": new.by.actor,
        "as_whom": new.by.as_whom,
        "request_id": new.by.request_id,
        "kind": new.kind.value,
        "customer_id": new.customer,
        "payer": new.payer,
        "estimate_id": new.estimate,
        "currency": new.currency,
        "amount": to_minor(new.amount, new.currency),
        "processor": new.processor,
        "method_kind": new.method_kind,
        "method_label": new.method_label,
        "keep_method": new.keep_method,
        "authorization_version": new.authorization_version,
        "authorized_by": new.authorized_by,
    }
