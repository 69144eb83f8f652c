"""Morgan Vance, property manager: three customers, of whom only Beta owes anything (R25)."""

from adapters.sandbox.homes import trades
from adapters.sandbox.homes.bills import NET_30, Receipt, bill_for, unbilled
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.person import Person
from adapters.sandbox.homes.places import Address, Party, Place, home_of
from adapters.sandbox.homes.rows import accounting, crm, jobs
from adapters.sandbox.homes.work import Visit, Work

_ALPHA_AT = Address("77 Chestnut Street", "Evanston", "60201")
_BETA_AT = Address("1550 Ridge Road", "Wilmette", "60091")
_GAMMA_AT = Address("23 Garden Court", "Skokie", "60076")
ALPHA = Party(1011, "Alpha Apartments", _ALPHA_AT, commercial=True)
BETA = Party(1012, "Beta Buildings", _BETA_AT, commercial=True)
GAMMA = Party(1013, "Gamma Gardens", _GAMMA_AT, commercial=True)

_ALPHA_HOUSE = home_of(ALPHA, 2011)
_BETA_NORTH = home_of(BETA, 2012)
_BETA_SOUTH = Place(
    2013, "Beta Buildings South", Address("88 Elm Place", "Winnetka", "60093"), BETA
)
_GAMMA_HOUSE = home_of(GAMMA, 2014)


def _done(turn: int, trade: trades.Trade, place: Place, day: int) -> Work:
    visit = Visit(400300 + turn, day, "Done", 10)
    return Work(300300 + turn, trade, place, "Completed", (visit,), invoice=500300 + turn)


_DRAIN = _done(1, trades.DRAIN, _ALPHA_HOUSE, -60)
_CIRCUIT = _done(2, trades.CIRCUIT, _ALPHA_HOUSE, -58)
_BOILER = _done(3, trades.NO_HEAT, _BETA_NORTH, -15)
_PRESSURE = _done(4, trades.PRESSURE, _BETA_SOUTH, -90)
_COOLING = _done(5, trades.NO_COOL, _GAMMA_HOUSE, -40)
_NEXT = Work(
    300306,
    trades.COOLING,
    _GAMMA_HOUSE,
    "Scheduled",
    (Visit(400306, 4, "Scheduled", 8),),
    invoice=500306,
)
_WORKS = (_DRAIN, _CIRCUIT, _BOILER, _PRESSURE, _COOLING, _NEXT)

MORGAN = Person(
    "morgan@example.com",
    "Morgan Vance",
    "A property manager with three customers: Alpha Apartments and Gamma Gardens have paid, "
    "Beta Buildings has an open balance and comes first.",
    records={
        "customers": [BETA.id, ALPHA.id, GAMMA.id],
        "locations": [2011, 2012, 2013, 2014],
        "jobs": [work.id for work in _WORKS],
        "invoices": [500301, 500302, 500303, 500304, 500305],
    },
)


def write(book: Book) -> None:
    """Write down the three customers, their houses, jobs, invoices and payments."""
    for turn, party in enumerate((ALPHA, BETA, GAMMA), 1):
        crm.customer(book, party)
        crm.customer_contact(book, 110300 + turn, party.id, "Email", MORGAN.email)
    for place in (_ALPHA_HOUSE, _BETA_NORTH, _BETA_SOUTH, _GAMMA_HOUSE):
        crm.location(book, place)
    for work in _WORKS:
        jobs.job(book, work)
        bill = unbilled(work) if work is _NEXT else bill_for(work, terms=NET_30)
        accounting.invoice(book, bill)
    _pay(book)


def _pay(book: Book) -> None:
    """Alpha pays two invoices with one check, Gamma its one, Beta one of two."""
    for key, party, day, works in (
        (700301, ALPHA, -50, (_DRAIN, _CIRCUIT)),
        (700304, BETA, -70, (_PRESSURE,)),
        (700305, GAMMA, -35, (_COOLING,)),
    ):
        applied = tuple((work.invoice, accounting.total(bill_for(work))) for work in works)
        accounting.payment(book, Receipt(key, party, day, "Check", applied))
