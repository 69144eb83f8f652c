"""What every row of ServiceTitan's shares: frozen, lenient, and named as ServiceTitan names it.

A field that cannot be read takes its default; only ids, and the ids of owners, are required.
What stands in no model is never parsed, so it cannot leak (R81).
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin

import msgspec

CustomerId = NewType("CustomerId", int)
LocationId = NewType("LocationId", int)
JobId = NewType("JobId", int)
AppointmentId = NewType("AppointmentId", int)
InvoiceId = NewType("InvoiceId", int)
PaymentId = NewType("PaymentId", int)
AssignmentId = NewType("AssignmentId", int)
JobTypeId = NewType("JobTypeId", int)
ContactId = NewType("ContactId", int)
TechnicianId = NewType("TechnicianId", int)
BusinessUnitId = NewType("BusinessUnitId", int)
MembershipId = NewType("MembershipId", int)
ProjectId = NewType("ProjectId", int)
EstimateId = NewType("EstimateId", int)
EquipmentId = NewType("EquipmentId", int)
MembershipTypeId = NewType("MembershipTypeId", int)
RecurringServiceId = NewType("RecurringServiceId", int)
RecurringServiceEventId = NewType("RecurringServiceEventId", int)
InvoiceTemplateId = NewType("InvoiceTemplateId", int)
ServiceAgreementId = NewType("ServiceAgreementId", int)

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone. Business dates (invoice date, due date) are midnight UTC: show their day
as it stands, never moved into another zone."""

_NO_MOMENTS = (1, 9999)
_WHOLE_DIGITS = 13


def readable_money(amount: Decimal) -> Decimal:
    """Give the amount back, or raise `ValueError` where nobody could mean it as money.

    Refused: NaN and infinities, exponents (`1e9`), minus zero, more than thirteen whole digits.
    """
    if not amount.is_finite():
        raise ValueError("not a number")
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        raise ValueError("written with an exponent")
    if amount.adjusted() >= _WHOLE_DIGITS:
        raise ValueError("too many digits")
    if amount.is_zero() and amount.is_signed():
        raise ValueError("minus zero")
    return amount


def _moment(told: date) -> date | None:
    """Read years 1 and 9999 as no moment or day, which is what ServiceTitan means by them."""
    return None if told.year in _NO_MOMENTS else told


def _reference(told: int) -> int | None:
    """Read a reference to record 0 as none, which is what ServiceTitan means by it."""
    return told or None


def _optional_text(told: str) -> str | None:
    return told.strip() or None


class Model(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A row, or a part of one. An attribute's name is ServiceTitan's own in snake case."""

    def __post_init__(self) -> None:
        """Tidy what ServiceTitan is careless with, and refuse money that is none."""
        for name, tidy in _tidied(type(self)):
            told = getattr(self, name)
            if told is not None and (kept := tidy(told)) is not told:
                msgspec.structs.force_setattr(self, name, kept)


@cache
def _tidied(model: type[Model]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Name the fields of this model that need tidying, each with what tidies it."""
    chosen = ((field.name, _tidy_of(field.type)) for field in msgspec.structs.fields(model))
    return tuple((name, tidy) for name, tidy in chosen if tidy is not None)


def _tidy_of(annotation: object) -> Callable[[Any], Any] | None:
    bare, optional = without_none(annotation)
    if bare is Decimal:
        return readable_money
    if bare is str:
        return _optional_text if optional else str.strip
    if optional and bare in (Instant, date):
        return _moment
    return _reference if optional and isinstance(bare, NewType) else None


def without_none(annotation: object) -> tuple[object, bool]:
    """Take `X | None` apart: X, and whether None was allowed."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    kinds = tuple(kind for kind in get_args(annotation) if kind is not type(None))
    return (kinds[0] if len(kinds) == 1 else annotation), True
