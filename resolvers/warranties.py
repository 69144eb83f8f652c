"""Warranties: whether one runs today, by the days it was promised for."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from adapters.servicetitan.installed_equipment import Equipment
from resolvers.moments import business_day


class WarrantyState(Enum):
    """How a warranty stands today."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Warranty:
    """The first and the last day of a promise to repair, either of them untold, and its state."""

    starts_on: date | None
    ends_on: date | None
    state: WarrantyState


def state_on(today: date, starts_on: date | None, ends_on: date | None) -> WarrantyState:
    """How does a warranty of these days stand today (R66)?

    Both days count. Before its first day there is none yet; after its last it is expired. Without
    a last day it runs from its first day on; without either day nothing was promised.
    """
    if starts_on is not None and today < starts_on:
        return WarrantyState.NONE
    if ends_on is not None:
        return WarrantyState.ACTIVE if today <= ends_on else WarrantyState.EXPIRED
    return WarrantyState.NONE if starts_on is None else WarrantyState.ACTIVE


def manufacturer_warranty(machine: Equipment, today: date) -> Warranty:
    """Return what the manufacturer promised for this machine, as it stands today."""
    start, end = machine.manufacturer_warranty_start, machine.manufacturer_warranty_end
    return _warranty(start, end, today)


def provider_warranty(machine: Equipment, today: date) -> Warranty:
    """Return what the business itself promised for this machine, as it stands today."""
    start, end = machine.service_provider_warranty_start, machine.service_provider_warranty_end
    return _warranty(start, end, today)


def _warranty(start: datetime | None, end: datetime | None, today: date) -> Warranty:
    starts_on, ends_on = business_day(start), business_day(end)
    return Warranty(starts_on, ends_on, state_on(today, starts_on, ends_on))


def has_warranty(machine: Equipment, state: WarrantyState, today: date) -> bool:
    """Does one of its two warranties stand like this today; for NONE, do both?"""
    both = {manufacturer_warranty(machine, today).state, provider_warranty(machine, today).state}
    return both == {state} if state is WarrantyState.NONE else state in both
