"""Households that nobody in particular lives in: plausible, consistent, and different by seed."""

from random import Random

from adapters.sandbox.homes import machines, trades
from adapters.sandbox.homes.bills import NET_30, Receipt, bill_for, unbilled
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.machines import Machine
from adapters.sandbox.homes.places import Address, Party, Place, home_of
from adapters.sandbox.homes.plans import GOLD, SILVER, Care, Due, Joined
from adapters.sandbox.homes.rows import accounting, crm, equipment, jobs, memberships
from adapters.sandbox.homes.words import FIRST_NAMES, LAST_NAMES, STREETS, SUBURBS
from adapters.sandbox.homes.work import Visit, Work

PLACEHOLDER = "noemail@gmail.com"
PLACEHOLDERS = 30
_MOST_JOBS = 8
_HOURS = (8, 10, 12, 14)
_FATES = ("Completed",) * 6 + ("Scheduled", "Scheduled", "InProgress", "Hold", "Canceled")
_VISIT = {"Completed": "Done", "InProgress": "Working"}
_DAYS = {"Scheduled": (1, 40), "InProgress": (0, 0)}
_PAST = (-900, -2)
_PAID_SHARE = 0.8
_MEMBER_SHARE = 0.35


def write(book: Book, chance: Random, homes: int) -> None:
    """Write down so many households; their ids begin at 10,000,000, by collection and turn."""
    for turn in range(1, homes + 1):
        home = _household(book, chance, turn)
        _equip(book, chance, home, turn)
        plan = _join(book, chance, home, turn)
        for job in range(1, chance.randint(1, _MOST_JOBS) + 1):
            _call(book, chance, home, turn * 100 + job, plan)


def _household(book: Book, chance: Random, turn: int) -> Place:
    town, code = chance.choice(SUBURBS)
    street = f"{chance.randint(100, 2999)} {chance.choice(STREETS)}"
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    party = Party(10_000_000 + turn, name, Address(street, town, code))
    home = home_of(party, 20_000_000 + turn)
    age = chance.randint(30, 3000)
    crm.customer(book, party, age)
    crm.location(book, home, age)
    _reach(book, party.id, turn)
    return home


def _reach(book: Book, owner: int, turn: int) -> None:
    """Give a household its email and phone; the first thirty share the office's placeholder."""
    key = 11_000_000 + turn * 10
    crm.customer_contact(book, key + 1, owner, "Email", f"homeowner{turn}@example.net")
    crm.customer_contact(book, key + 2, owner, "MobilePhone", f"+1 847 555 {turn % 10_000:04d}")
    if turn <= PLACEHOLDERS:
        crm.customer_contact(book, key + 3, owner, "Email", PLACEHOLDER)


def _equip(book: Book, chance: Random, home: Place, turn: int) -> None:
    for index, make in enumerate(chance.sample(machines.MAKES, chance.randint(1, 3)), 1):
        day = -chance.randint(60, 6000)
        equipment.equipment(book, Machine(80_000_000 + turn * 10 + index, home, make, day))


def _join(book: Book, chance: Random, home: Place, turn: int) -> int | None:
    """Sell some households a membership with one recurring service and its next visit."""
    if chance.random() > _MEMBER_SHARE:
        return None
    key = 90_000_000 + turn
    plan = Joined(key, home.owner, chance.choice((GOLD, SILVER)), -chance.randint(20, 340), home)
    memberships.membership(book, plan)
    care = Care(91_000_000 + turn, plan, home, trades.COOLING, ("May",))
    memberships.recurring_service(book, care)
    memberships.event(book, Due(92_000_000 + turn, care, chance.randint(5, 200)))
    return key


def _call(book: Book, chance: Random, home: Place, turn: int, plan: int | None) -> None:
    """Write down one job with its visit and its invoice."""
    status = chance.choice(_FATES)
    day = chance.randint(*_DAYS.get(status, _PAST))
    visit = Visit(40_000_000 + turn, day, _VISIT.get(status, status), chance.choice(_HOURS))
    work = Work(
        30_000_000 + turn,
        chance.choice(trades.EVERYDAY),
        home,
        status,
        (visit,),
        invoice=50_000_000 + turn,
        membership=plan,
    )
    jobs.job(book, work)
    if status != "Completed":
        accounting.invoice(book, unbilled(work))
        return
    bill = bill_for(work, terms=NET_30)
    accounting.invoice(book, bill)
    if chance.random() < _PAID_SHARE:
        day = min(bill.day + chance.randint(0, 30), -1)
        applied = ((bill.id, accounting.total(bill)),)
        accounting.payment(book, Receipt(70_000_000 + turn, home.owner, day, "Visa", applied))
