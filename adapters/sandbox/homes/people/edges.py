"""People at the edges: merged away, without records, unknown, and the contractor's own staff."""

from adapters.sandbox.homes import trades
from adapters.sandbox.homes.bills import NET_30, bill_for
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.person import Person
from adapters.sandbox.homes.places import Address, Party, home_of
from adapters.sandbox.homes.rows import accounting, crm, jobs
from adapters.sandbox.homes.work import Visit, Work

_MERGED = Party(1041, "D. Novak", Address("60 Sycamore Lane", "Berwyn", "60402"))
_KEPT = Party(1042, "Dana and Eli Novak", _MERGED.address)
_BARE = Party(1051, "Lee Whitaker", Address("12 Birch Court", "Cicero", "60804"))

DANA = Person(
    "dana@example.com",
    "Dana Novak",
    "A contact only of a customer that was merged into another: reaches nothing.",
    records={"customers": [_MERGED.id, _KEPT.id]},
)
LEE = Person(
    "lee@example.com",
    "Lee Whitaker",
    "A contact of a customer that has no records at all: every screen empty.",
    records={"customers": [_BARE.id]},
)
CASEY = Person(
    "casey@example.com",
    "Casey Lindqvist",
    "Known to the identity provider, a contact of no customer.",
)
STAFF = Person(
    "staff@example.com", "Robin Hale", "Staff with billing right.", staff=True, billing=True
)
VIEWER_ONLY = Person(
    "viewer-only@example.com",
    "Jo Marsh",
    "Staff without billing right.",
    staff=True,
    billing=False,
)


def write(book: Book) -> None:
    """Write down the merged pair, and the customer nothing was ever done for."""
    merged = crm.customer(book, _MERGED, 2500)
    merged |= {"active": False, "mergedToId": _KEPT.id}
    crm.customer_contact(book, 110501, _MERGED.id, "Email", DANA.email)
    crm.customer(book, _KEPT, 2000)
    crm.customer_contact(book, 110502, _KEPT.id, "Email", "eli.novak@example.net")
    crm.customer(book, _BARE)
    crm.customer_contact(book, 110601, _BARE.id, "Email", LEE.email)
    home = home_of(_KEPT, 2051)
    crm.location(book, home)
    visit = Visit(400501, -14, "Done", 12)
    work = Work(300501, trades.NO_COOL, home, "Completed", (visit,), invoice=500501)
    jobs.job(book, work)
    accounting.invoice(book, bill_for(work, terms=NET_30))
