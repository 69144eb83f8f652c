"""Everything that is there before the first customer calls."""

from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.plans import LEVELS
from adapters.sandbox.homes.rows import memberships, settings
from adapters.sandbox.homes.trades import TECHNICIANS, TRADES, UNITS


def set_up(book: Book) -> None:
    """Write down units, technicians, job types, membership types and their invoice templates."""
    for unit in UNITS:
        settings.business_unit(book, unit)
    for key in TECHNICIANS:
        settings.technician(book, key)
    for trade in TRADES:
        settings.job_type(book, trade)
    for level in LEVELS.values():
        settings.membership_type(book, level)
        memberships.invoice_template(book, level)
