"""Who Pat is, where the home stands, and how either is reached."""

from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.places import Address, Party, home_of
from adapters.sandbox.homes.rows import crm

PAT = Party(1001, "Pat Sullivan", Address("418 Linden Avenue", "Oak Park", "60302"))
HOME = home_of(PAT, 2001)
FIRST_SHIELD = Party(
    1002,
    "First Shield Home Warranty",
    Address("9000 Warranty Plaza", "Naperville", "60563", "Suite 400"),
    commercial=True,
)


def write(book: Book) -> None:
    """Write down Pat, the home, the warranty company, and their contacts.

    Pat's email is stored as somebody typed it; Riley stands on the same customer (R4, R11).
    """
    crm.customer(book, PAT)
    crm.location(book, HOME)
    crm.customer_contact(book, 110101, PAT.id, "Email", "  Pat@Example.com ")
    crm.customer_contact(book, 110102, PAT.id, "MobilePhone", "+1 708 555 0101")
    crm.customer_contact(book, 110103, PAT.id, "Email", "riley@example.com")
    crm.customer_contact(book, 110104, PAT.id, "Email", "pat.old@example.com", active=False)
    crm.customer(book, FIRST_SHIELD, 2000)
    crm.customer_contact(book, 110105, FIRST_SHIELD.id, "Email", "claims@firstshield.example")
