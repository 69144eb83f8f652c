"""Pat's estimates: a proposal of three options, one accepted, one dismissed, and drafts."""

from adapters.sandbox.homes import pricebook as sold
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.offers import Answer, Offer
from adapters.sandbox.homes.people.pat import jobs
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.rows import sales

_INSTALL = Line(sold.LABOR, 6)

OFFERS = (
    Offer(600101, jobs.ADVICE, "Furnace only", (Line(sold.FURNACE), _INSTALL), -12, "Good"),
    Offer(
        600102,
        jobs.ADVICE,
        "Furnace and condenser",
        (Line(sold.FURNACE), Line(sold.CONDENSER), _INSTALL, Line(sold.DISCOUNT)),
        -12,
        "Better",
        recommended=True,
    ),
    Offer(
        600103,
        jobs.ADVICE,
        "Cold-climate heat pump",
        (Line(sold.HEAT_PUMP), Line(sold.FURNACE), _INSTALL),
        -12,
        "Best",
        deposit_percent=20.0,
    ),
    Offer(
        jobs.SOLD_ESTIMATE,
        jobs.NO_HEAT,
        "Two-stage furnace and condenser",
        (Line(sold.FURNACE), Line(sold.CONDENSER), Line(sold.LABOR, 4)),
        -9,
        answer=Answer.SOLD,
    ),
    Offer(
        600105,
        jobs.LEFTOVER_VISIT,
        "Smart thermostat",
        (Line(sold.LABOR),),
        -20,
        answer=Answer.DISMISSED,
    ),
    Offer(
        600106,
        jobs.ADVICE,
        "Zoned system (awaiting approval)",
        (Line(sold.HEAT_PUMP, 2),),
        -11,
        review="NeedsApproval",
    ),
    Offer(600107, jobs.ADVICE, "Draft", (Line(sold.HEAT_PUMP),), -11, active=False),
)


def write(book: Book) -> None:
    """Write down every estimate Pat was given, shown or not."""
    for offer in OFFERS:
        sales.estimate(book, offer)
