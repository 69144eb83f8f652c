"""Two thousand jobs and 2,400 visits: 25 upcoming, 8 in progress, 6 on hold, 40 canceled."""

from itertools import accumulate

from adapters.sandbox.homes import trades
from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.jordan.sites import STORES
from adapters.sandbox.homes.rows import jobs
from adapters.sandbox.homes.work import Visit, Work

FIRST_JOB, FIRST_VISIT, FIRST_INVOICE = 310001, 410001, 510001
UPCOMING, IN_PROGRESS, ON_HOLD, CANCELED, COMPLETED = 25, 8, 6, 40, 1921
FIRST_OF_EACH_TAB = list(accumulate((UPCOMING, IN_PROGRESS, ON_HOLD, CANCELED), initial=FIRST_JOB))
_TWO_VISITS = 400
_TWO_VISITS_EVERY = 4
_UNUSED_EVERY = 20
_BILLED_OF_32 = 25
_TRADES = trades.EVERYDAY
_HOURS = (8, 10, 12, 14)


def _open(turn: int) -> tuple[str, Visit]:
    """Return the status and only visit of the job that stands at `turn` before the completed."""
    key, hour = FIRST_VISIT + turn, _HOURS[turn % len(_HOURS)]
    if turn < UPCOMING:
        return "Scheduled", Visit(key, 1 + turn, "Scheduled", hour)
    turn -= UPCOMING
    if turn < IN_PROGRESS:
        status = ("InProgress", "Working") if turn % 2 else ("Dispatched", "Dispatched")
        return status[0], Visit(key, 0, status[1], hour)
    turn -= IN_PROGRESS
    if turn < ON_HOLD:
        return "Hold", Visit(key, -3 - turn, "Hold", hour)
    return "Canceled", Visit(key, -5 - 9 * (turn - ON_HOLD), "Canceled", hour)


def _is_billed(turn: int) -> bool:
    """Tell whether the completed job has an invoice; the rest is covered by the agreement."""
    return turn < COMPLETED - 1 and turn % 32 < _BILLED_OF_32


def _visits(turn: int, key: int) -> tuple[Visit, ...]:
    """Return the visits of a completed job: every fourth of the newer ones took two."""
    day, hour = -2 - turn, _HOURS[turn % len(_HOURS)]
    first = Visit(key, day, "Done", hour)
    if turn % _TWO_VISITS_EVERY or turn // _TWO_VISITS_EVERY >= _TWO_VISITS:
        return (first,)
    if turn % _UNUSED_EVERY == 0:
        return first, Visit(key + 1, day, "Scheduled", 14, unused=True)
    return Visit(key, day - 1, "Done", hour), Visit(key + 1, day, "Done", hour)


def _works() -> tuple[Work, ...]:
    made: list[Work] = []
    started = UPCOMING + IN_PROGRESS + ON_HOLD + CANCELED
    for turn in range(started):
        status, visit = _open(turn)
        made.append(_work(turn, status, (visit,)))
    key, invoice = FIRST_VISIT + started, FIRST_INVOICE
    for turn in range(COMPLETED):
        visits = _visits(turn, key)
        key += len(visits)
        billed = _is_billed(turn)
        made.append(_work(started + turn, "Completed", visits, invoice if billed else 0))
        invoice += billed
    return tuple(made)


def _work(turn: int, status: str, visits: tuple[Visit, ...], invoice: int = 0) -> Work:
    return Work(
        FIRST_JOB + turn,
        _TRADES[turn % len(_TRADES)],
        STORES[turn % len(STORES)],
        status,
        visits,
        invoice,
        equipment=(800801 + turn % len(STORES),) if turn % len(_TRADES) == 0 else (),
    )


WORKS = _works()


def write(book: Book) -> None:
    """Write down every job with its visits."""
    for work in WORKS:
        jobs.job(book, work)
