"""Estimates as they were drawn up, one for each option of a proposal."""

from dataclasses import dataclass
from enum import Enum

from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.work import Work


class Answer(Enum):
    """What became of an estimate: ServiceTitan's value and word."""

    OPEN = (0, "Open")
    SOLD = (1, "Sold")
    DISMISSED = (2, "Dismissed")


@dataclass(frozen=True, slots=True)
class Offer:
    """An estimate; `tag` is the option's label, `day` when it was drawn up, from today."""

    id: int
    work: Work
    name: str
    lines: tuple[Line, ...]
    day: int
    tag: str | None = None
    answer: Answer = Answer.OPEN
    recommended: bool = False
    deposit_percent: float | None = None
    review: str = "None"
    active: bool = True
