"""Pat's jobs: every tab, and one job that is in none."""

from adapters.sandbox.homes import trades
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.pat.home import HOME
from adapters.sandbox.homes.rows import jobs
from adapters.sandbox.homes.trades import Trade
from adapters.sandbox.homes.work import Visit, Work

MEMBERSHIP = 900101
SOLD_ESTIMATE = 600104
FURNACE, CONDENSER, WATER_HEATER, PANEL = 800101, 800102, 800103, 800104


def _job(turn: int, trade: Trade, status: str, *visits: Visit, equipment: int = 0) -> Work:
    return Work(
        300100 + turn,
        trade,
        HOME,
        status,
        visits,
        invoice=500100 + turn,
        equipment=(equipment,) if equipment else (),
    )


TUNE_UP_TOMORROW = Work(
    300101,
    trades.COOLING,
    HOME,
    "Scheduled",
    (Visit(400101, 1, "Scheduled"),),
    invoice=500101,
    membership=MEMBERSHIP,
    equipment=(CONDENSER,),
)
UPCOMING_WITH_HOLD = _job(
    2,
    trades.CHARGER,
    "Scheduled",
    Visit(400102, 9, "Scheduled", 12),
    Visit(400152, 12, "Hold", windowed=False),
)
WORKING_NOW = _job(3, trades.CIRCUIT, "InProgress", Visit(400103, 0, "Working", 10))
ON_THE_WAY = _job(4, trades.DRAIN, "Dispatched", Visit(400104, 0, "Dispatched", 14))
ON_HOLD = _job(5, trades.PRESSURE, "Hold", Visit(400105, -4, "Hold"))
NO_HEAT = _job(6, trades.NO_HEAT, "Completed", Visit(400106, -9, "Done", 8), equipment=FURNACE)
LEFTOVER_VISIT = _job(
    7,
    trades.NO_COOL,
    "Completed",
    Visit(400107, -20, "Done", 12),
    Visit(400157, -18, "Scheduled", unused=True),
    equipment=CONDENSER,
)
LONG_AGO = _job(8, trades.DRAIN, "Completed", Visit(400108, -75, "Done", 10))
PAID = _job(
    9,
    trades.WATER_HEATER,
    "Completed",
    Visit(400109, -160, "Done", 8),
    Visit(400159, -158, "Scheduled", active=False),
    equipment=WATER_HEATER,
)
TWO_INVOICES = _job(
    10, trades.CIRCUIT, "Completed", Visit(400110, -120, "Done", 14), equipment=PANEL
)
CANCELED = _job(11, trades.DRAIN, "Canceled", Visit(400111, -33, "Canceled"))
TWO_DAYS = Work(
    300112,
    trades.REPLACEMENT,
    HOME,
    "InProgress",
    (Visit(400112, -1, "Done"), Visit(400162, 3, "Scheduled")),
    invoice=500112,
    sold_from=SOLD_ESTIMATE,
    equipment=(FURNACE, CONDENSER),
)
PASSED_BY = _job(13, trades.HEATING, "Scheduled", Visit(400113, -3, "Scheduled"))
UNDER_WARRANTY = _job(
    14, trades.NO_HEAT, "Completed", Visit(400114, -45, "Done", 10), equipment=FURNACE
)
ADVICE = _job(15, trades.ADVICE, "Completed", Visit(400115, -12, "Done", 12))

JOBS = (
    TUNE_UP_TOMORROW,
    UPCOMING_WITH_HOLD,
    WORKING_NOW,
    ON_THE_WAY,
    ON_HOLD,
    NO_HEAT,
    LEFTOVER_VISIT,
    LONG_AGO,
    PAID,
    TWO_INVOICES,
    CANCELED,
    TWO_DAYS,
    PASSED_BY,
    UNDER_WARRANTY,
    ADVICE,
)


def write(book: Book) -> None:
    """Write down every job of Pat's, with its visits."""
    for work in JOBS:
        jobs.job(book, work)
