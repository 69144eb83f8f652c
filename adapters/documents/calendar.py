"""A visit as a calendar entry (RFC 5545), that any calendar can take in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import icalendar

_PRODUCT = "-//portal-gateway//appointments//EN"


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """A visit to be noted: between two moments, or on a day where dates alone are told.

    `key` is the same for as long as the visit exists, so that a calendar knows it again.
    """

    key: str
    summary: str
    start: datetime | date
    end: datetime | None
    location: str | None
    description: str


def ics(entry: VisitEntry, now: datetime, domain: str) -> bytes:
    """Return the entry as a file; `domain` tells this business's keys from any other's.

    Moments are told in UTC, which every calendar shows in its owner's zone. Nobody is named as its
    organizer: an answer to the invitation would reach nobody.
    """
    event = icalendar.Event()
    event.add("uid", f"{entry.key}@{domain}")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("summary", entry.summary)
    _place_in_time(event, entry)
    if entry.location is not None:
        event.add("location", entry.location)
    event.add("description", entry.description)
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _place_in_time(event: icalendar.Event, entry: VisitEntry) -> None:
    if not isinstance(entry.start, datetime):
        event.add("dtstart", entry.start)
        event.add("dtend", entry.start + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # a day on which somebody comes is no day away
        return
    event.add("dtstart", entry.start.astimezone(UTC))
    if entry.end is not None and entry.end > entry.start:
        event.add("dtend", entry.end.astimezone(UTC))
