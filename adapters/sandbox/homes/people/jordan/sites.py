"""Jordan's company and its twelve stores."""

from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.places import Address, Party, Place
from adapters.sandbox.homes.rows import crm
from adapters.sandbox.homes.words import STREETS, SUBURBS

GROCERS = Party(
    1031, "Lakefront Grocers", Address("500 Commerce Drive", "Elmhurst", "60126"), commercial=True
)
STORES = tuple(
    Place(
        2101 + turn,
        f"Lakefront Grocers {town}",
        Address(f"{1000 + 37 * turn} {street}", town, code),
        GROCERS,
    )
    for turn, ((town, code), street) in enumerate(zip(SUBURBS, STREETS, strict=True))
)
EMAIL = "jordan@example.com"


def write(book: Book) -> None:
    """Write down company and stores.

    Jordan's email also stands on the first store, as ServiceTitan copies it there.
    """
    crm.customer(book, GROCERS, 2600)
    crm.customer_contact(book, 110801, GROCERS.id, "Email", EMAIL)
    crm.customer_contact(book, 110802, GROCERS.id, "Phone", "+1 630 555 0131")
    for store in STORES:
        crm.location(book, store, 2600)
    crm.location_contact(book, 210801, STORES[0].id, "Email", EMAIL)
