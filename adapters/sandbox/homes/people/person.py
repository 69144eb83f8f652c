"""Somebody who can sign in, and what there is to see when they do."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A demo identity; `records` names the ids that show its point, by collection.

    `staff` may enter the console, and with `billing` see money there.
    """

    email: str
    name: str
    shows: str
    staff: bool = False
    billing: bool = True
    records: dict[str, list[int]] = field(default_factory=dict)
