"""Pat's equipment and the membership that looks after it."""

from adapters.sandbox.homes import machines, trades
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.machines import Machine
from adapters.sandbox.homes.people.pat import jobs
from adapters.sandbox.homes.people.pat.home import HOME, PAT
from adapters.sandbox.homes.plans import GOLD, Care, Due, Joined
from adapters.sandbox.homes.rows import equipment, memberships

MACHINES = (
    Machine(jobs.FURNACE, HOME, machines.FURNACE, -5600),
    Machine(jobs.CONDENSER, HOME, machines.CONDENSER, -2100),
    Machine(jobs.WATER_HEATER, HOME, machines.WATER_HEATER, -160),
    Machine(jobs.PANEL, HOME, machines.PANEL, -4200),
    Machine(800105, HOME, machines.WATER_HEATER, -5400, "Old water heater", replaced=-160),
)
GOLD_PLAN = Joined(jobs.MEMBERSHIP, PAT, GOLD, -200, HOME)
COOLING = Care(910101, GOLD_PLAN, HOME, trades.COOLING, ("April", "May"))
HEATING = Care(910102, GOLD_PLAN, HOME, trades.HEATING, ("October",))
VISITS = (
    Due(920101, COOLING, 1, "Won", jobs.TUNE_UP_TOMORROW.id),
    Due(920102, HEATING, 150),
    Due(920103, HEATING, -3, "Won", jobs.PASSED_BY.id),
    Due(920104, COOLING, -180, "Dismissed"),
)


def write(book: Book) -> None:
    """Write down the equipment, the Gold membership, its services and their visits."""
    for machine in MACHINES:
        equipment.equipment(book, machine)
    memberships.membership(book, GOLD_PLAN)
    for care in (COOLING, HEATING):
        memberships.recurring_service(book, care)
    for due in VISITS:
        memberships.event(book, due)
