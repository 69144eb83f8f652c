"""What the ledger keeps of a person: told whole, or forgotten as far as the law allows.

A person is an email, or a customer of ServiceTitan's. By email all that is theirs alone is meant;
by customer all of the record, and nothing of who else is named at it (LG-10, LG-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.acceptance_states import ACCEPTANCE_FINAL
from adapters.ledger.audit import Action, By, append
from adapters.ledger.chain import hold
from adapters.ledger.payment_states import FINAL
from adapters.ledger.pseudonyms import PERSON, new_number, pseudonym_of
from adapters.ledger.rights import in_utc, raise_payments_revision, raise_revision
from adapters.ledger.tables import (
    ACCEPTANCES,
    ACCESS_LEVELS,
    AUDIT,
    DIRECT_LINKS,
    DIRECTORY_CONTACTS,
    DIRECTORY_CUSTOMERS,
    DIRECTORY_LOCATIONS,
    PAYER_ACCOUNTS,
    PAYMENT_ATTEMPTS,
    PAYMENT_SPLITS,
    PSEUDONYMS,
)

PSEUDONYM: Final = "erased "
"""What the name of who was forgotten begins with; a number that is nobody's follows."""

_PAID = (
    *("confirmation", "state", "customer_id", "estimate_id", "currency", "amount", "method_label"),
    *("actor", "as_whom", "payer", "authorized_by", "created_at", "charged_at"),
    "servicetitan_payment_id",
)
_ACCEPTED = (
    *("confirmation", "state", "customer_id", "location_id", "estimate_id", "proposal_number"),
    *("signer", "signature_kind", "signature", "shown", "currency", "total", "actor", "as_whom"),
    *("address_class", "agent_class", "accepted_at"),
)
_TRAIL = ("at", "actor", "as_whom", "action", "subject", "details", "request_id")
_LEVEL = ("customer_id", "location_id", "level", "changed_at")
_LINK = ("id", "kind", "record_ids", "created_at", "expires_at", "revoked_at", "last_used_at")

Rows = list[dict[str, Any]]


def who(table: Table) -> list[Column[Any]]:
    """Return the columns that may name a person."""
    return [table.c[name] for name in ("actor", "as_whom", "payer") if name in table.c]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom it is about: an email as emails are compared, or a customer's number."""

    email: str | None = None
    customer: int | None = None

    def named(self, table: Table) -> ColumnElement[bool]:
        """Which rows that say who acted are this person's?"""
        if self.email is None:
            return table.c.customer_id == self.customer
        return or_(*(column == self.email for column in who(table)))


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind were forgotten, and how many had to be left, and who it is now."""

    forgotten: Mapping[str, int]
    left: Mapping[str, int]
    pseudonym: str | None
    accounts: Sequence[tuple[str, str]]


async def told_of(connection: AsyncConnection, of: Person) -> dict[str, Rows]:
    """Return every row that is kept of this person, by what it is."""
    told: dict[str, Rows] = {}
    if of.email is not None:
        contacts = DIRECTORY_CONTACTS.c.email == of.email
        told["contacts"] = await _rows(connection, select(DIRECTORY_CONTACTS).where(contacts))
        levels = ACCESS_LEVELS.c.email == of.email
        told["accessLevels"] = await _rows(connection, _of(ACCESS_LEVELS, _LEVEL).where(levels))
        names = PSEUDONYMS.c.email == of.email
        told["pseudonyms"] = await _rows(connection, select(PSEUDONYMS).where(names))
        told["auditTrail"] = await _trail(connection, of.email)
    else:
        mine = DIRECTORY_CUSTOMERS.c.id == of.customer
        told["customer"] = await _rows(connection, select(DIRECTORY_CUSTOMERS).where(mine))
        places = DIRECTORY_LOCATIONS.c.customer_id == of.customer
        told["locations"] = await _rows(connection, select(DIRECTORY_LOCATIONS).where(places))
        accounts = PAYER_ACCOUNTS.c.customer_id == of.customer
        told["paymentAccounts"] = await _rows(connection, select(PAYER_ACCOUNTS).where(accounts))
        ids = await _link_ids(connection, of)
        links = DIRECT_LINKS.c.id.in_(ids)
        told["directLinks"] = await _rows(connection, _of(DIRECT_LINKS, _LINK).where(links))
    paid = of.named(PAYMENT_ATTEMPTS)
    told["payments"] = await _rows(connection, _of(PAYMENT_ATTEMPTS, _PAID).where(paid))
    signed = of.named(ACCEPTANCES)
    told["acceptances"] = await _rows(connection, _of(ACCEPTANCES, _ACCEPTED).where(signed))
    if of.email is None:
        for row in (*told["payments"], *told["acceptances"]):
            for name in ("actor", "as_whom", "payer", "authorized_by"):
                row.pop(name, None)  # who acts for a customer is another person, by their email
    return told


async def erase(connection: AsyncConnection, of: Person, by: By) -> Erased:
    """Forget this person, in the transaction of the entry that says so; nothing to do is no entry.

    Payments and acceptances stay, for the books and as evidence, without who they were where they
    are done with.
    """
    await hold(connection)
    accounts: list[tuple[str, str]] = []
    if of.email is not None:
        known = await pseudonym_of(connection, of.email)
        number = new_number() if known is None else known.removeprefix(PERSON)
        subject = f"{PSEUDONYM}{number}"
        forgotten = await _erase_email(connection, of, known, subject)
    else:
        subject = f"customer {of.customer}"
        forgotten = await _erase_customer(connection, of, accounts)
    forgotten = {what: count for what, count in forgotten.items() if count}
    left = await _left(connection, of)
    if not forgotten:
        return Erased({}, left, None, ())
    await append(connection, by.did(Action.PERSON_ERASED, subject, **forgotten))
    await raise_revision(connection)
    await raise_payments_revision(connection)
    return Erased(forgotten, left, subject, accounts)


async def _erase_email(
    connection: AsyncConnection, of: Person, known: str | None, name: str
) -> dict[str, int]:
    """Forget what is of this email, which the trail knows so and the books know so from now on."""
    in_trail = await _count(connection, AUDIT, _told_as(known))
    await connection.execute(delete(PSEUDONYMS).where(PSEUDONYMS.c.email == of.email))
    contacts = delete(DIRECTORY_CONTACTS).where(DIRECTORY_CONTACTS.c.email == of.email)
    levels = delete(ACCESS_LEVELS).where(ACCESS_LEVELS.c.email == of.email)
    return {
        "contacts": (await connection.execute(contacts)).rowcount,
        "levels": (await connection.execute(levels)).rowcount,
        "payments": await _renamed(connection, PAYMENT_ATTEMPTS, _PAYMENT_OVER, of, name),
        "acceptances": await _renamed(connection, ACCEPTANCES, _ACCEPTANCE_OVER, of, name),
        "auditTrail": in_trail,
    }


async def _erase_customer(
    connection: AsyncConnection, of: Person, accounts: list[tuple[str, str]]
) -> dict[str, int]:
    contacts, levels, places = DIRECTORY_CONTACTS.c, ACCESS_LEVELS.c, DIRECTORY_LOCATIONS.c
    own = select(places.id).where(places.customer_id == of.customer)
    at_it = or_(
        and_(contacts.kind == "customer", contacts.owner_id == of.customer),
        and_(contacts.kind == "location", contacts.owner_id.in_(own)),
    )
    mine = PAYER_ACCOUNTS.c.customer_id == of.customer
    asked = select(PAYER_ACCOUNTS.c.processor, PAYER_ACCOUNTS.c.account).where(mine)
    accounts += [(row.processor, row.account) for row in await connection.execute(asked)]
    ids = await _link_ids(connection, of)
    steps = {
        "contacts": delete(DIRECTORY_CONTACTS).where(at_it),
        "levels": delete(ACCESS_LEVELS).where(levels.customer_id == of.customer),
        "locations": delete(DIRECTORY_LOCATIONS).where(places.customer_id == of.customer),
        "customers": delete(DIRECTORY_CUSTOMERS).where(DIRECTORY_CUSTOMERS.c.id == of.customer),
        "accounts": delete(PAYER_ACCOUNTS).where(mine),
        "links": delete(DIRECT_LINKS).where(DIRECT_LINKS.c.id.in_(ids)),
    }
    return {what: (await connection.execute(step)).rowcount for what, step in steps.items()}


_PAYMENT_OVER = PAYMENT_ATTEMPTS.c.state.in_([state.value for state in FINAL])
_ACCEPTANCE_OVER = ACCEPTANCES.c.state.in_([state.value for state in ACCEPTANCE_FINAL])


async def _renamed(
    connection: AsyncConnection, table: Table, over: ColumnElement[bool], of: Person, name: str
) -> int:
    """Take a person's name off what they did and is done with; return how many rows it was on."""
    whole = await connection.execute(select(table.c.id).where(of.named(table), over))
    ids = [row.id for row in whole]
    for column in who(table):
        change = update(table).where(table.c.id.in_(ids), column == of.email)
        await connection.execute(change.values({column.name: name}))
    return len(ids)


async def _left(connection: AsyncConnection, of: Person) -> dict[str, int]:
    """How many rows that name this person still stand, and why they do by their kind?"""
    left = {
        "payments": await _count(connection, PAYMENT_ATTEMPTS, of.named(PAYMENT_ATTEMPTS)),
        "acceptances": await _count(connection, ACCEPTANCES, of.named(ACCEPTANCES)),
    }
    if of.email is not None:
        left["auditTrail"] = await _count(connection, AUDIT, _told_as(of.email))
    return {what: count for what, count in left.items() if count}


def _told_as(name: str | None) -> ColumnElement[bool]:
    """Which entries of the trail tell of somebody by this name?"""
    return (
        false() if name is None else or_(AUDIT.c.subject == name, *(c == name for c in who(AUDIT)))
    )


async def _trail(connection: AsyncConnection, email: str) -> Rows:
    """Return the entries that tell of this email, older ones by itself, others by its pseudonym."""
    known = await pseudonym_of(connection, email)
    told = or_(_told_as(email), _told_as(known))
    rows = await _rows(connection, _of(AUDIT, _TRAIL).where(told).order_by(AUDIT.c.id))
    names = {} if known is None else {known: email}
    return [{what: names.get(value, value) for what, value in row.items()} for row in rows]


async def _count(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> int:
    asked = select(func.count()).select_from(table).where(where)
    return (await connection.execute(asked)).scalar_one()


async def _link_ids(connection: AsyncConnection, of: Person) -> list[int]:
    """Return the links to invoices that this customer paid, and to estimates they accepted."""
    splits, attempts = PAYMENT_SPLITS.c, PAYMENT_ATTEMPTS.c
    paid = (
        select(splits.invoice_id)
        .join(PAYMENT_ATTEMPTS, attempts.id == splits.attempt_id)
        .where(attempts.customer_id == of.customer)
    )
    signed = select(ACCEPTANCES.c.estimate_id).where(ACCEPTANCES.c.customer_id == of.customer)
    known = {
        "PAYMENT_LINK": set((await connection.execute(paid)).scalars()),
        "ESTIMATE_LINK": set((await connection.execute(signed)).scalars()),
    }
    if not any(known.values()):
        return []
    asked = select(DIRECT_LINKS.c.id, DIRECT_LINKS.c.kind, DIRECT_LINKS.c.record_ids)
    return [
        row.id
        for row in await connection.execute(asked)
        if known[row.kind].intersection(msgspec.json.decode(row.record_ids, type=list[int]))
    ]


def _of(table: Table, names: Sequence[str]) -> Select[Any]:
    return select(*(table.c[name] for name in names))


async def _rows(connection: AsyncConnection, asked: Select[Any]) -> Rows:
    found = (await connection.execute(asked)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: object) -> object:
    """Return a value as JSON has it; moments in UTC, which SQLite keeps without saying so."""
    if isinstance(value, datetime):
        return in_utc(value).astimezone(UTC).isoformat()
    return value
