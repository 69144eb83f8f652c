"""Who is looking: one frozen value, built at the door from what was verified."""

from dataclasses import dataclass
from enum import Enum


class ViewerKind(Enum):
    """By which door somebody came in."""

    ANONYMOUS = "ANONYMOUS"
    CUSTOMER = "CUSTOMER"
    PAYMENT_LINK = "PAYMENT_LINK"
    ESTIMATE_LINK = "ESTIMATE_LINK"
    STAFF = "STAFF"

    __hash__ = object.__hash__  # an enumeration's own takes a call, for each look


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the office's staff, as their identity provider names them.

    `key` is stable for the person; `may_bill` is their billing right.
    """

    key: str
    email: str
    may_bill: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What a direct link opens: one invoice, or the emailed estimates, and nothing else (R64).

    `id` is the link's own, in the ledger; `ids` are ServiceTitan's of the records.
    """

    id: int
    kind: ViewerKind
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks; below the door there always is one.

    `key` is stable for the person ((issuer, subject), digested) and safe to show and to sign with;
    `email` is the verified one, trimmed and case-folded (R11). `staff` is a member of staff: by
    themselves of kind STAFF; of kind CUSTOMER they look through that person's eyes, and `email` is
    that person's. `until` is when what was verified ends, in seconds since 1970.
    """

    kind: ViewerKind
    key: str
    email: str | None = None
    staff: Staff | None = None
    link: Link | None = None
    until: int | None = None

    @property
    def only_looks(self) -> bool:
        """Does somebody look through another's eyes, who may read and never act?"""
        return self.staff is not None and self.kind is not ViewerKind.STAFF


ANONYMOUS = Viewer(kind=ViewerKind.ANONYMOUS, key="anonymous")
