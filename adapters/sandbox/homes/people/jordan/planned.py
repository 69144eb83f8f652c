"""Visits that Jordan's agreements promise, as the office would export them: a file, no API."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

from adapters.sandbox.homes.people.jordan.care import AGREEMENTS
from adapters.sandbox.homes.people.jordan.jobs import UPCOMING, WORKS
from adapters.sandbox.homes.people.jordan.sites import STORES
from adapters.sandbox.homes.places import Place

_ALL_STORES, _FIRST_YEAR = AGREEMENTS[0], AGREEMENTS[1]
_SPRING, _SUMMER, _FALL = -90, 10, 70
_SUMMER_STORES = 3
Line = tuple[int, int, str, int, str, int | None]


def planned_visits(today: date) -> str:
    """Return the file of that day: a visit done at each store, three booked, one more to book."""
    told = StringIO()
    lines = csv.writer(told)
    lines.writerow(("agreement", "location", "name", "due", "status", "job"))
    for agreement, place, name, day, status, job in _lines():
        due = (today + timedelta(days=day)).isoformat()
        lines.writerow((agreement, place, name, due, status, job or ""))
    return told.getvalue()


def _lines() -> Iterator[Line]:
    owed = _ALL_STORES.id
    for store in STORES:
        yield owed, store.id, "Spring maintenance", _SPRING, "Completed", _done_at(store)
        yield owed, store.id, "Fall maintenance", _FALL, "Unscheduled", None
    for store, work in zip(STORES[:_SUMMER_STORES], WORKS[:UPCOMING], strict=False):
        yield owed, store.id, "Filter change", _SUMMER, "Scheduled", work.id
    for store in _FIRST_YEAR.places:
        yield _FIRST_YEAR.id, store.id, "Fall maintenance", _SPRING - 200, "Dismissed", None


def _done_at(store: Place) -> int:
    """Return a completed job at this store that lies around the spring visit."""
    done = (work for work in WORKS if work.status == "Completed" and work.place is store)
    return next(work.id for work in done if work.visits[0].day <= _SPRING)
