"""What stands on a document: texts, amounts and days, worded for whoever reads it.

Everything is plain text, and templates take it as data: no sign in it means anything to Typst.
"""

from datetime import date
from enum import Enum

import msgspec


class PaperKind(Enum):
    """A kind of document; its value is the name of its template."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    ESTIMATE = "estimate"
    SIGNED_ESTIMATE = "signed-estimate"


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a document, with the names that templates know it by."""


class Letterhead(_Part, frozen=True, kw_only=True):
    """Who sends it; `lines` is what the office wants printed under the name."""

    name: str
    lines: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    phone: str | None = None
    email: str | None = None


class Party(_Part, frozen=True, kw_only=True):
    """Who is billed, or where work is done: a name, where one is told, and an address by lines."""

    name: str | None = None
    address: tuple[str, ...] = ()


class Item(_Part, frozen=True, kw_only=True):
    """A line of the table; `description` may have several lines."""

    name: str
    description: str | None = None
    quantity: str | None = None
    price: str | None = None
    amount: str


class Sum(_Part, frozen=True, kw_only=True):
    """A line under the table, such as Tax, and what it comes to."""

    label: str
    amount: str


class PaidPart(_Part, frozen=True, kw_only=True):
    """A payment, as an invoice lists it."""

    day: str | None
    method: str | None
    amount: str


class SettledPart(_Part, frozen=True, kw_only=True):
    """The part of a payment that went to one invoice, and what is left to pay on that."""

    number: str
    day: str | None
    service: str | None
    amount: str
    balance: str


class Paper(_Part, frozen=True, kw_only=True):
    """What every document has; `dated` is the day the file itself says it was made.

    `currency` is the code of every amount.
    """

    business_unit: int | None = None
    number: str
    dated: date
    day: str | None
    letterhead: Letterhead
    currency: str
    message: str | None = None


class InvoicePaper(Paper, frozen=True, kw_only=True, tag_field="kind", tag="invoice"):
    """An invoice; `sums` lead to the total, `settled` from there to the balance."""

    due: str | None
    terms: str | None
    job: str | None
    bill_to: Party
    service_at: Party | None
    summary: str | None
    items: tuple[Item, ...]
    sums: tuple[Sum, ...]
    total: str
    settled: tuple[Sum, ...]
    balance: str
    is_paid: bool
    is_overdue: bool
    payments: tuple[PaidPart, ...]


class ReceiptPaper(Paper, frozen=True, kw_only=True, tag_field="kind", tag="receipt"):
    """A payment received: when, how, and on which invoices."""

    method: str | None
    bill_to: Party
    parts: tuple[SettledPart, ...]
    total: str


class EstimatePaper(Paper, frozen=True, kw_only=True, tag_field="kind", tag="estimate"):
    """One option of a proposal, with a line to sign on until it is accepted.

    `accepted` is the day it was, where that is known; `terms` is what whoever signs agrees to.
    """

    name: str
    option: str | None
    is_recommended: bool
    job: str | None
    prepared_for: Party
    service_at: Party | None
    summary: str | None
    items: tuple[Item, ...]
    sums: tuple[Sum, ...]
    total: str
    deposit: str | None
    is_accepted: bool
    accepted: str | None
    terms: str | None


class Picture(_Part, frozen=True, kw_only=True):
    """A drawn signature: an SVG or a PNG file. `is_wide` says that its width is what bounds it."""

    data: bytes
    is_wide: bool


class SignedEstimatePaper(EstimatePaper, frozen=True, kw_only=True, tag="signed-estimate"):
    """An estimate as it was shown when it was accepted, and how it was signed.

    Without a `picture` the signer typed their name. `signed` is the moment, in the tenant's zone;
    `version` the digest of what was shown.
    """

    signer: str
    signed: str
    confirmation: str
    version: str
    picture: Picture | None


AnyPaper = InvoicePaper | ReceiptPaper | EstimatePaper | SignedEstimatePaper


def kind_of(paper: AnyPaper) -> PaperKind:
    """Return what kind of document this is."""
    return PaperKind(str(type(paper).__struct_config__.tag))
