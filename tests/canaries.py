"""What names somebody in the seeded homes, and must stand in nobody else's answer (T-1)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from adapters.sandbox.homes import build

Row = dict[str, Any]
NUMBERS = ("jobNumber", "referenceNumber", "serialNumber", "appointmentNumber")
NAMED = ("customers", "locations")
"""What tells a row apart; write-ups, prices and the names of goods are alike everywhere."""


_TELLING = 5
_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Words and phrases that one email may never be told."""

    words: frozenset[str]
    phrases: frozenset[str]

    def found_in(self, told: str) -> set[str]:
        """Return those that stand in this text."""
        phrases = {phrase for phrase in self.phrases if phrase in told}
        return phrases | self.words.intersection(_WORD.findall(told))


class Canaries:
    """The strings of every customer of a seed, and which of them each email may never be told."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self._tables = tables
        self._owner = {row["id"]: row["customerId"] for row in tables["locations"]}
        self._job_at = {row["id"]: row["locationId"] for row in tables["jobs"]}
        self._strings: dict[int, set[str]] = {}
        for collection, rows in tables.items():
            for row in rows:
                told = set(_names(collection, row))
                for owner in set(self._owners(collection, row)) - {0}:
                    self._strings.setdefault(owner, set()).update(told)

    def _owners(self, collection: str, row: Row) -> Iterator[int]:
        """Everybody whose record it is: an invoice its Bill-To's, the rest also by their place."""
        if collection == "customers":
            yield row["id"]
        elif collection == "invoices":
            yield (row.get("customer") or {}).get("id", 0)
        else:
            yield row.get("customerId") or 0
            yield self._owner.get(row.get("locationId") or 0, 0)

    def forbidden(self, email: str) -> "Forbidden":
        """Return what would be a leak in an answer to this email."""
        mine, places = self._standing(email.strip().casefold())
        own: set[str] = set()
        for collection, rows in self._tables.items():
            for row in rows:
                if self._is_near(row, collection, mine, places):
                    own.update(_names(collection, row))
        others = (told for of, told in self._strings.items() if of not in mine)
        return _but(others, own)

    def beside(self, own: Iterable[str] = ()) -> "Forbidden":
        """Return what would be a leak to whoever may be told these strings, and nobody's else.

        Without any: what no line of a log may hold, and no answer to nobody.
        """
        return _but(self._strings.values(), set(own))

    def _standing(self, email: str) -> tuple[set[int], set[int]]:
        customers = _of(self._tables["customer-contacts"], email, "customerId")
        places = _of(self._tables["location-contacts"], email, "locationId")
        return customers, places | {p for p, owner in self._owner.items() if owner in customers}

    def _is_near(self, row: Row, collection: str, mine: set[int], places: set[int]) -> bool:
        """Is this row about the viewer's own: theirs, or at a place of theirs?"""
        if collection == "locations" and row["id"] in places:
            return True
        at = row.get("locationId") or self._job_at.get(row.get("jobId") or 0)
        if collection != "invoices" and at in places:
            return True
        return bool(mine.intersection(self._owners(collection, row)))


def _but(others: Iterable[set[str]], own: set[str]) -> Forbidden:
    words = {word for told in others for word in told if len(word) >= _TELLING} - own
    phrases = {word for word in words if not _WORD.fullmatch(word)}
    return Forbidden(frozenset(words - phrases), frozenset(phrases))


def names_in(collection: str, row: Row) -> set[str]:
    """Return what tells this row apart, and whom it names on itself."""
    carried = (row.get("customer"), row.get("location"))
    return {*_names(collection, row), *(told["name"].strip() for told in carried if told)}


def _of(contacts: Iterable[Row], email: str, owner: str) -> set[int]:
    told = (row for row in contacts if row.get("active", True) and row["type"] == "Email")
    return {row[owner] for row in told if str(row["value"]).strip().casefold() == email}


def _names(collection: str, row: Row) -> Iterator[str]:
    for name in (*NUMBERS, *(("name",) if collection in NAMED else ())):
        if isinstance(row.get(name), str) and row[name].strip():
            yield row[name].strip()
    for address in (row.get("address"), row.get("customerAddress"), row.get("locationAddress")):
        if address and address.get("street"):
            yield address["street"].strip()


@cache
def canaries(today: date, homes: int) -> Canaries:
    """Return the canaries of this seed."""
    return Canaries(build(1, today, homes))


@cache
def personal(today: date, homes: int) -> Forbidden:
    """Return what no log may hold, by this seed: what names anybody."""
    return canaries(today, homes).beside()


@cache
def forbidden(today: date, homes: int, email: str) -> Forbidden:
    """Return what would be a leak in an answer to this email, by this seed."""
    return canaries(today, homes).forbidden(email)
