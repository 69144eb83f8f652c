"""The audit trail: who did what, as whom, to what; entries are added, sealed and never changed.

Staff stand in it by name. A customer stands in it under a pseudonym, and is told by their email for
as long as the ledger remembers whose it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.chain import GENESIS, Row, add, hold, read_rows, seal_of
from adapters.ledger.emails import folded
from adapters.ledger.ledger import Ledger
from adapters.ledger.pseudonyms import emails_of, pseudonyms_of

_PAGE = 1000


class Action(Enum):
    """What was done; the words stand in the trail for ever."""

    ACCESS_SET = "access.set"
    LINK_CREATED = "link.created"
    LINK_REVOKED = "link.revoked"
    LINK_EXCHANGED = "link.exchanged"
    STAFF_SIGNED_IN = "staff.sign-in"
    STAFF_SIGNED_OUT = "staff.sign-out"
    VIEWED_AS = "staff.view-as"
    EXPLAINED = "staff.explain"
    PERSON_ERASED = "person.erased"
    PERSON_EXPORTED = "person.exported"
    PAYMENT_ATTEMPTED = "payment.attempted"
    PAYMENT_REFUSED = "payment.refused"
    PAYMENT_DECLINED = "payment.declined"
    PAYMENT_CANCELED = "payment.canceled"
    PAYMENT_PROCESSING = "payment.processing"
    PAYMENT_CHARGED = "payment.charged"
    PAYMENT_RECORDED = "payment.recorded"
    PAYMENT_HANDED_OFF = "payment.handed-off"
    PAYMENT_SETTLED = "payment.settled"
    PAYMENT_REFUND_ORDERED = "payment.refund-ordered"
    PAYMENT_CHARGED_LATE = "payment.charged-after-it-was-given-up"
    PAYMENT_REFUND_FAILED = "payment.refund-failed"
    PAYMENT_REFUNDED = "payment.refunded"
    PAYMENT_REFUNDED_IN_PART = "payment.refunded-in-part"
    PAYMENT_REFUND_SETTLED = "payment.refund-settled"
    PAYMENT_RETURNED = "payment.returned"
    METHOD_SAVED = "payment-method.saved"
    METHOD_DECLINED = "payment-method.declined"
    METHOD_REMOVED = "payment-method.removed"
    ESTIMATE_ACCEPTED = "estimate.accepted"
    ESTIMATE_SOLD = "estimate.sold"
    ESTIMATE_HANDED_OFF = "estimate.handed-off"
    ESTIMATE_NOT_SOLD = "estimate.not-sold"
    ESTIMATE_DECLINED = "estimate.declined"


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed. `as_whom` is the customer through whose eyes the actor looked.

    `version` is which version of the subject it was done to, where it has any. `details` is JSON:
    what was decided, never a secret, nor what a person wrote or owes; what they pay, or accept to
    pay, is told, and why they decline. `by_customer` and `of_customer` where the actor, and the
    subject, is a customer's email.
    """

    actor: str
    action: Action
    subject: str
    request_id: str
    at: datetime
    details: Mapping[str, object] = field(default_factory=dict)
    as_whom: str | None = None
    version: str | None = None
    by_customer: bool = field(default=False, compare=False)
    of_customer: bool = field(default=False, compare=False)

    def emails(self) -> set[str]:
        """Which customers' emails does it tell, that the trail may not keep?"""
        told = {self.actor} if self.by_customer else set[str]()
        told |= {self.subject} if self.of_customer else set()
        return told | (set() if self.as_whom is None else {self.as_whom})


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, when, and in which request; `as_whom` as an entry has it.

    `is_customer` where the actor is a customer's email: of anybody else the trail keeps the name.
    """

    actor: str
    request_id: str
    at: datetime
    as_whom: str | None = None
    is_customer: bool = field(default=False, compare=False)

    def did(self, action: Action, subject: str, **details: object) -> Entry:
        """Return the entry that says so."""
        return Entry(
            actor=self.actor,
            action=action,
            subject=subject,
            request_id=self.request_id,
            at=self.at,
            details=details,
            as_whom=self.as_whom,
            by_customer=self.is_customer,
        )

    def did_to(self, action: Action, email: str, **details: object) -> Entry:
        """Return the entry of what was done about the customer of this email."""
        return replace(self.did(action, email, **details), of_customer=True)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk along the trail found.

    `entries` are whole from the first on; `head` seals the last of them: who notes it elsewhere can
    tell later that none was taken away. `broken` is the id of the first entry that was tampered
    with, or before which one is missing; None where all is as it was written.
    """

    entries: int
    head: str
    broken: int | None = None


async def append(connection: AsyncConnection, *entries: Entry) -> None:
    """Write entries down in the transaction of what they tell of, sealed one upon the other.

    Whoever else appends waits until this transaction ends: append late in it, and raise the rights'
    revision after it, never before, so that no two wait for each other.
    """
    if not entries:
        return
    await hold(connection)
    emails = {folded(email) for entry in entries for email in entry.emails()}
    known = await pseudonyms_of(connection, emails)
    await add(connection, [_row(entry, known) for entry in entries])


class Audit:
    """The trail by itself; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def append(self, entry: Entry) -> None:
        """Write down what is done without a change of the ledger."""
        await self._ledger.write(lambda connection: append(connection, entry))

    async def read(self, after: int = 0, most: int = _PAGE) -> list[tuple[int, Entry]]:
        """Return the entries that follow the one of this id, each with its own, oldest first."""
        return await self._ledger.read(lambda connection: _read(connection, after, most))

    async def verify(self) -> Verified:
        """Walk the whole trail, a thousand entries at a time, and see that each seal holds."""
        count, head, after = 0, GENESIS, 0
        while rows := await self._page(after):
            for of, row, seal in rows:
                if seal_of(head, row) != seal:
                    return Verified(count, head, broken=of)
                count, head, after = count + 1, seal, of
        return Verified(count, head)

    async def _page(self, after: int) -> list[tuple[int, Row, str]]:
        return await self._ledger.read(lambda connection: read_rows(connection, after, _PAGE))


def _row(entry: Entry, known: Mapping[str, str]) -> Row:
    """Return an entry as it is sealed, with these pseudonyms in place of their emails."""

    def told(email: str) -> str:
        return known[folded(email)]

    return Row(
        at=entry.at,
        actor=told(entry.actor) if entry.by_customer else entry.actor,
        as_whom=None if entry.as_whom is None else told(entry.as_whom),
        action=entry.action.value,
        subject=told(entry.subject) if entry.of_customer else entry.subject,
        version=entry.version,
        details=entry.details,
        request_id=entry.request_id,
    )


async def _read(connection: AsyncConnection, after: int, most: int) -> list[tuple[int, Entry]]:
    rows = await read_rows(connection, after, most)
    told = [name for _, row, _ in rows for name in (row.actor, row.as_whom, row.subject) if name]
    known = await emails_of(connection, told)
    return [(of, _entry(row, known)) for of, row, _ in rows]


def _entry(row: Row, known: Mapping[str, str]) -> Entry:
    """Return an entry as it was sealed, with these emails in place of their pseudonyms."""
    return Entry(
        actor=known.get(row.actor, row.actor),
        action=Action(row.action),
        subject=known.get(row.subject, row.subject),
        request_id=row.request_id,
        at=row.at,
        details=row.details,
        as_whom=None if row.as_whom is None else known.get(row.as_whom, row.as_whom),
        version=row.version,
    )
