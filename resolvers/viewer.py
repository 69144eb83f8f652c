"""Who is looking: one frozen value, built at the door from what was verified."""

from dataclasses import dataclass
from enum import Enum


class ViewerKind(Enum):
    """By which door somebody came in."""

    ANONYMOUS = "ANONYMOUS"
    CUSTOMER = "CUSTOMER"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks; below the door there always is one.

    `key` is stable for the person ((issuer, subject), digested) and safe to show and to sign with;
    `email` is the verified one, trimmed and case-folded (R11).
    """

    kind: ViewerKind
    key: str
    email: str | None = None


ANONYMOUS = Viewer(kind=ViewerKind.ANONYMOUS, key="anonymous")
