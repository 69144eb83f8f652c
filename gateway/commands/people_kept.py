"""`people`: what is kept of somebody, read and forgotten at the ledger and in Redis."""

import asyncio
from collections.abc import Iterator

import msgspec
from redis.exceptions import RedisError
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.cache.forgotten_tenant import forget_tenant
from adapters.ledger.audit import Action, append
from adapters.ledger.emails import folded
from adapters.ledger.kept_of_people import Erased, Person, Rows, erase, told_of
from adapters.ledger.ledger import Ledger
from gateway.commands.at_ledger import CommandFailed, at_ledger, by_shell

_ID_DIGITS = 18
_KINDS = {
    "contacts": "Contacts in the directory",
    "levels": "Access levels",
    "customers": "Customers in the directory",
    "locations": "Places in the directory",
    "links": "Direct links",
    "accounts": "Accounts at payment processors",
    "payments": "Payments",
    "acceptances": "Acceptances of estimates",
    "auditTrail": "Entries of the audit trail that name them",
}


def person_of(whom: str) -> Person:
    """Return whom it is about; raises CommandFailed for what is neither email nor number."""
    told = whom.strip()
    if told.isdecimal() and told.isascii() and len(told) <= _ID_DIGITS:
        return Person(customer=int(told))
    if "@" in told:
        return Person(email=folded(told))
    raise CommandFailed("Say an email, or a customer's number in ServiceTitan.")


def exported(url: str, of: Person) -> str:
    """Return all that is kept of somebody as JSON, and note that it was told."""
    by = by_shell()

    async def work(connection: AsyncConnection) -> dict[str, Rows]:
        found = await told_of(connection, of)
        subject = f"customer {of.customer}" if of.email is None else "a person, by their email"
        await append(connection, by.did(Action.PERSON_EXPORTED, subject))
        return found

    found = at_ledger(url, lambda ledger: ledger.write(work), "Nothing was told.")
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def erased(url: str, redis: tuple[str, str] | None, of: Person) -> Erased:
    """Forget somebody; raises CommandFailed, also where Redis could not be told: do it again."""
    by = by_shell()

    async def work(ledger: Ledger) -> Erased:
        return await ledger.write(lambda connection: erase(connection, of, by))

    done = at_ledger(url, work, "Nothing was erased.")
    if redis is not None:
        try:
            asyncio.run(forget_tenant(*redis))
        except (RedisError, OSError, TimeoutError) as error:
            raise CommandFailed(
                "The ledger has forgotten them, and Redis (PORTAL_REDIS_URL) does not answer: its "
                "rows end within 15 minutes. Do it again to have them forgotten now."
            ) from error
    return done


def table(done: Erased) -> Table:
    """Return what was forgotten of each kind, and what is left."""
    shown = Table("What", "Forgotten", "Left", expand=False)
    for what, name in _KINDS.items():
        counts = done.forgotten.get(what, 0), done.left.get(what, 0)
        if any(counts):
            shown.add_row(name, *map(str, counts))
    return shown


def sentences(done: Erased, *, shares: bool) -> Iterator[str]:
    """Say what no table shows."""
    if not done.forgotten:
        yield "There was nothing to forget."
    elif done.pseudonym is not None:
        yield f"In the books and the audit trail they are: {done.pseudonym}."
    for processor, account in done.accounts:
        yield f"Delete the customer {account} at {processor} too: it keeps their methods."
    if "payments" in done.left or "acceptances" in done.left:
        yield "What is left of payments and acceptances is kept for the books and as evidence."
    if "auditTrail" in done.left:
        yield (
            "Older entries of the audit trail name them by their email: it is sealed, and names "
            "them until it may be destroyed as a whole."
        )
    if shares:
        yield "Every gateway was told to forget the rows it remembers of ServiceTitan."
    else:
        yield "A gateway without Redis remembers rows of ServiceTitan for 15 minutes at most."
    yield "ServiceTitan was not told: whom it still names, its feeds bring back."
