"""A whole tenant from a seed and a day."""

from datetime import date
from random import Random

from adapters.sandbox.homes import households, quirks, reference, ties
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.clock import Clock
from adapters.sandbox.homes.people import edges, jordan, morgan, pat, quinn, sam
from adapters.sandbox.homes.people.person import Person

PEOPLE: tuple[Person, ...] = (
    pat.PAT,
    morgan.MORGAN,
    pat.RILEY,
    sam.SAM,
    jordan.JORDAN,
    edges.CASEY,
    quinn.QUINN,
    edges.DANA,
    edges.LEE,
    edges.STAFF,
    edges.VIEWER_ONLY,
)


def build(seed: int, today: date, homes: int) -> dict[str, list[Row]]:
    """Return every collection's rows, the same for the same seed, day and number of homes.

    The people's rows are the same for every seed; only their times follow `today`.
    """
    book = Book(Clock(today))
    reference.set_up(book)
    for home in (pat, morgan, sam, jordan, quinn, edges):
        home.write(book)
    households.write(book, Random(seed), homes)  # noqa: S311  # demo data, not secrets
    ties.tie(book)
    quirks.spoil(book)
    return book.rows
