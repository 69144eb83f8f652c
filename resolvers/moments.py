"""Days and instants: what day it is for the business, and what is over."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def business_day(moment: datetime | None) -> date | None:
    """Which day does a business date name? Its own, never moved into another zone (facts.md g3)."""
    return None if moment is None else moment.date()


def day_in(zone: ZoneInfo, moment: datetime | None) -> date | None:
    """On which calendar day of the business does this instant fall?"""
    return None if moment is None else moment.astimezone(zone).date()


def instant_in(zone: ZoneInfo, moment: datetime) -> datetime:
    """How does the business read this instant on its clock?"""
    return moment.astimezone(zone)
