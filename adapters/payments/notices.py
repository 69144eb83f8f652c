"""What a processor tells of a charge: that something happened to it. How it stands is asked."""

from dataclasses import dataclass


class NotSigned(Exception):  # noqa: N818  # a state of what came
    """This is not from the processor, or not from a moment ago."""


class NoNotice(ValueError):  # noqa: N818  # the word for it
    """It is from the processor, and not to be read."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An event. `occurrence` is the same in each of its deliveries.

    `ref` is the charge that it is about, None where it is about nothing of ours.
    """

    occurrence: str
    ref: str | None
