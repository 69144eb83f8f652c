"""Sam Okafor, a tenant: reached by the location alone, billed to somebody else (R3, R19)."""

from adapters.sandbox.homes import pricebook as sold
from adapters.sandbox.homes import trades
from adapters.sandbox.homes.bills import NET_30, bill_for, unbilled
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.offers import Offer
from adapters.sandbox.homes.people.person import Person
from adapters.sandbox.homes.places import Address, Party, Place
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.rows import accounting, crm, jobs, sales
from adapters.sandbox.homes.work import Visit, Work

RENTALS = Party(
    1021, "Lakeview Rentals", Address("3200 N Clark Street", "Chicago", "60657"), commercial=True
)
HOLDINGS = Party(
    1022, "Lakeview Holdings", Address("1 N Wacker Drive", "Chicago", "60606"), commercial=True
)
SAMS = Place(2021, "Lakeview 2B", Address("905 Roscoe Street", "Chicago", "60657", "2B"), RENTALS)
NEXT_DOOR = Place(
    2022, "Lakeview 3A", Address("905 Roscoe Street", "Chicago", "60657", "3A"), RENTALS
)

_OWNERS_JOB = Work(
    300401,
    trades.DRAIN,
    SAMS,
    "Completed",
    (Visit(400401, -25, "Done", 10),),
    invoice=500401,
)
_BILL_TOS_JOB = Work(
    300402,
    trades.NO_HEAT,
    SAMS,
    "Completed",
    (Visit(400402, -70, "Done", 8),),
    invoice=500402,
    customer=HOLDINGS,
)
_UPCOMING = Work(
    300403, trades.HEATING, SAMS, "Scheduled", (Visit(400403, 6, "Scheduled", 12),), invoice=500403
)
_NEXT_DOORS = Work(
    300404,
    trades.CIRCUIT,
    NEXT_DOOR,
    "Completed",
    (Visit(400404, -30, "Done", 14),),
    invoice=500404,
)
_UPCOMING_BILL_TOS = Work(
    300405,
    trades.PRESSURE,
    SAMS,
    "Scheduled",
    (Visit(400405, 8, "Scheduled", 14),),
    invoice=500405,
    customer=HOLDINGS,
)
_WORKS = (_OWNERS_JOB, _BILL_TOS_JOB, _UPCOMING, _NEXT_DOORS, _UPCOMING_BILL_TOS)

SAM = Person(
    "sam@example.com",
    "Sam Okafor",
    "A tenant, contact of one location only, whose invoices go to Lakeview Holdings: jobs of "
    "both shapes (job.customerId the owner, job.customerId the Bill-To), no invoices.",
    records={"locations": [SAMS.id], "jobs": [300401, 300402, 300403, 300405]},
)


def write(book: Book) -> None:
    """Write down landlord, payer, both flats and what was done there."""
    for party in (RENTALS, HOLDINGS):
        crm.customer(book, party)
    crm.customer_contact(book, 110401, RENTALS.id, "Email", "office@lakeview-rentals.example")
    crm.customer_contact(book, 110402, HOLDINGS.id, "Email", "ap@lakeview-holdings.example")
    for place in (SAMS, NEXT_DOOR):
        crm.location(book, place)
    crm.location_contact(book, 210401, SAMS.id, "Email", "sam@example.com")
    crm.location_contact(book, 210402, SAMS.id, "Phone", "+1 773 555 0104")
    crm.location_contact(book, 210403, NEXT_DOOR.id, "Email", "neighbor@example.net")
    for work in _WORKS:
        jobs.job(book, work)
        done = work.status == "Completed"
        accounting.invoice(book, bill_for(work, HOLDINGS, terms=NET_30) if done else unbilled(work))
    sales.estimate(
        book, Offer(600401, _OWNERS_JOB, "Sump pump", (Line(sold.SUMP_PUMP),), -25, "Good")
    )
