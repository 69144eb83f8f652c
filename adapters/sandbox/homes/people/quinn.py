"""Quinn Abbott, in whose home ServiceTitan's known carelessness has come together."""

from adapters.sandbox.homes import machines, trades, writeups
from adapters.sandbox.homes.bills import NET_30, Receipt, bill_for
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.machines import Machine
from adapters.sandbox.homes.people.person import Person
from adapters.sandbox.homes.places import Address, Party, home_of
from adapters.sandbox.homes.plans import SILVER, Joined
from adapters.sandbox.homes.rows import accounting, crm, equipment, jobs, memberships
from adapters.sandbox.homes.work import Visit, Work

QUINN_ABBOTT = Party(1061, " Quinn Abbott ", Address("7 Willow Way", "Riverside", "60546"))
_HOME = home_of(QUINN_ABBOTT, 2061)
_DONE_DAYS = (-7, -35, -65, -400, -2000)
_TRADES = (trades.CIRCUIT, trades.PRESSURE, trades.DRAIN, trades.NO_HEAT, trades.NO_COOL)
_WORKS = tuple(
    Work(
        300601 + turn,
        trade,
        _HOME,
        "Completed",
        (Visit(400601 + turn, day, "Done", 10),),
        invoice=500601 + turn,
    )
    for turn, (trade, day) in enumerate(zip(_TRADES, _DONE_DAYS, strict=True))
)
_PLAN = Joined(900601, QUINN_ABBOTT, SILVER, -90, None, months=None)
_MACHINES = tuple(
    Machine(800601 + turn, _HOME, make, -800 - turn)
    for turn, make in enumerate((machines.FURNACE, machines.PANEL, machines.SUMP_PUMP))
)

QUINN = Person(
    "quinn@example.com",
    "Quinn Abbott",
    "One home whose rows are as careless as ServiceTitan's can be, and whose screens must work.",
    records={
        "customers": [QUINN_ABBOTT.id],
        "locations": [_HOME.id],
        "jobs": [work.id for work in _WORKS],
        "invoices": [work.invoice for work in _WORKS],
        "installed-equipment": [machine.id for machine in _MACHINES],
        "memberships": [_PLAN.id],
    },
)
_LEFT_OPEN = 2


def write(book: Book) -> None:
    """Write down Quinn's home, still in order; `quirks` makes it careless at the end."""
    crm.customer(book, QUINN_ABBOTT)
    crm.location(book, _HOME)
    crm.customer_contact(book, 110701, QUINN_ABBOTT.id, "Email", QUINN.email)
    crm.location_contact(book, 210701, _HOME.id, "Email", "QUINN@EXAMPLE.COM")
    for turn, work in enumerate(_WORKS):
        jobs.job(book, work)
        bill = bill_for(work, terms=NET_30)
        row = accounting.invoice(book, bill)
        row["summary"] = (
            writeups.WITH_PRIVATE_REMARK,
            writeups.FROM_WORD,
            writeups.DRAIN,
            writeups.NO_HEAT,
            writeups.NO_COOL,
        )[turn]
        if turn >= _LEFT_OPEN:
            amount = ((bill.id, accounting.total(bill)),)
            accounting.payment(book, Receipt(700601 + turn, QUINN_ABBOTT, bill.day, "Cash", amount))
    memberships.membership(book, _PLAN)
    for machine in _MACHINES:
        equipment.equipment(book, machine)
