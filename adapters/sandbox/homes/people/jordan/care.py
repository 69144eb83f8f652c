"""The stores' rooftop units, the agreements over them, and what was offered to replace them."""

from adapters.sandbox.homes import machines
from adapters.sandbox.homes import pricebook as sold
from adapters.sandbox.homes.agreements import Agreement
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.machines import Machine
from adapters.sandbox.homes.offers import Answer, Offer
from adapters.sandbox.homes.people.jordan.jobs import WORKS
from adapters.sandbox.homes.people.jordan.sites import GROCERS, STORES
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.rows import agreements, equipment, sales

MACHINES = tuple(
    Machine(800801 + turn, store, machines.ROOFTOP, -900 - 130 * turn, f"RTU-{turn + 1}")
    for turn, store in enumerate(STORES)
)
AGREEMENTS = (
    Agreement(930801, "Planned Care, all stores", GROCERS, STORES, "Activated", -120, 2880000),
    Agreement(930802, "Planned Care, first year", GROCERS, STORES[:6], "Expired", -500, 1260000),
    Agreement(930803, "Refrigeration add-on", GROCERS, STORES[:3], "Draft", 30, 940000),
)
_DONE = tuple(work for work in WORKS if work.status == "Completed")
OFFERS = (
    Offer(600801, _DONE[3], "Like for like", (Line(sold.CONDENSER, 2),), -5, "Good"),
    Offer(600802, _DONE[3], "High efficiency", (Line(sold.HEAT_PUMP, 2),), -5, "Best"),
    Offer(600803, _DONE[40], "Sump pumps", (Line(sold.SUMP_PUMP, 3),), -42, answer=Answer.SOLD),
    Offer(600804, _DONE[60], "Chargers", (Line(sold.EV_CHARGER, 4),), -62, answer=Answer.DISMISSED),
)


def write(book: Book) -> None:
    """Write down units, agreements and estimates."""
    for machine in MACHINES:
        equipment.equipment(book, machine)
    for told in AGREEMENTS:
        agreements.agreement(book, told)
    for offer in OFFERS:
        sales.estimate(book, offer)
