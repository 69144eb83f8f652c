"""What somebody asks to be paid, as it was told; and what no payment begins with."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from resolvers.bank_authorization import Agreed
from resolvers.errors import BadInput, LimitExceeded
from resolvers.ids import number_of

MOST_INVOICES: Final = 100
"""How many invoices one payment, or one quote, may be of."""

_KEY: Final = re.compile(r"[ -~]{1,255}")
_TOKEN: Final = re.compile(r"[!-~]{1,2048}")


@dataclass(frozen=True, slots=True)
class SourceWish:
    """By what it is to be paid: a kept method's global id, or a token of the payer's browser.

    Exactly one is told. Neither is logged, nor kept.
    """

    method_id: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PayWish:
    """A payment as it was asked for: `invoices` are global ids, `expected` is what the payer saw.

    `amount` is a part of it, None for all. `agreed` is the bank authorization. `keep` asks the
    processor to keep the method.
    """

    key: str
    invoices: tuple[str, ...]
    expected: Decimal
    source: SourceWish
    amount: Decimal | None = None
    agreed: Agreed | None = None
    keep: bool = False


def require_readable(wish: PayWish) -> None:
    """Refuse what no payment begins with; raises BadInput."""
    require_key(wish.key)
    require_source(wish.source)
    require_few(wish.invoices)


def require_key(key: str) -> None:
    """Refuse an idempotency key that is none (PA-5); raises BadInput."""
    if _KEY.fullmatch(key) is None:
        raise BadInput("`idempotencyKey` must be 1 to 255 printable ASCII characters.")


def require_source(source: SourceWish) -> None:
    """Refuse a token that no processor gave; raises BadInput."""
    if source.token is not None and _TOKEN.fullmatch(source.token) is None:
        raise BadInput("`processorToken` is not a token of the payment processor.")


def require_few(invoices: Sequence[str]) -> None:
    """Refuse no invoice, the same one twice, and too many; raises BadInput."""
    if not invoices:
        raise BadInput("Name an invoice at least.")
    if len(invoices) > MOST_INVOICES:
        raise LimitExceeded(f"Name at most {MOST_INVOICES} invoices at once.", "ids")
    if len(set(invoices)) < len(invoices):
        raise BadInput("Name each invoice once.")


def invoice_numbers(invoices: Sequence[str]) -> list[int | None]:
    """Return ServiceTitan's id in each global id, None for one that is no invoice's."""
    return [number_of(told, "Invoice") for told in invoices]


def request_hash(wish: PayWish) -> str:
    """Return a digest of all that was asked, but the key: the same input has the same."""
    amount = None if wish.amount is None else str(wish.amount.normalize())
    told = [
        *(sorted(wish.invoices), str(wish.expected.normalize()), amount),
        *(wish.source.method_id, wish.source.token, wish.keep),
        None if wish.agreed is None else [wish.agreed.version, wish.agreed.by],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
