"""From the bytes of an answer to rows: at once where they are as they should be, else with care."""

from collections import Counter
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.model import Model
from adapters.servicetitan.salvage import Unreadable, salvage

M = TypeVar("M", bound=Model)
T = TypeVar("T")

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What bytes that are no JSON, or not the JSON that is wanted, may raise."""


class Envelope(msgspec.Struct, Generic[T], frozen=True, kw_only=True, rename="camel"):
    """What stands around the rows of a list, or of a feed.

    Source: PaginatedResponse_Of_*, ExportResponse_Of_*.
    """

    data: list[T]
    has_more: bool
    page_size: int | None = None
    total_count: int | None = None
    continue_from: str | None = None


def decode(model: type[M], body: bytes, subject: str, oddities: Counter[str]) -> Envelope[M]:
    """Read an answer whole, or raise `UpstreamRejected`; count what had to be left out of rows."""
    try:
        return at_once(model).decode(body)
    except msgspec.ValidationError:
        pass
    except UNDECODABLE:
        raise unreadable(subject) from None
    try:
        return _with_care(model, body, subject, oddities)
    except (*UNDECODABLE, Unreadable):
        raise unreadable(subject) from None


def _with_care(model: type[M], body: bytes, subject: str, oddities: Counter[str]) -> Envelope[M]:
    told = at_once(msgspec.Raw).decode(body)
    rows = [_row(model, raw, subject, oddities) for raw in told.data]
    return Envelope(
        data=rows,
        has_more=told.has_more,
        page_size=told.page_size,
        total_count=told.total_count,
        continue_from=told.continue_from,
    )


def _row(model: type[M], raw: msgspec.Raw, subject: str, oddities: Counter[str]) -> M:
    try:
        return msgspec.json.decode(raw, type=model)
    except msgspec.ValidationError:
        return salvage(model, raw, subject, oddities)


@cache
def at_once(row: Any) -> msgspec.json.Decoder[Envelope[Any]]:  # noqa: ANN401  # a model, or raw JSON
    """Return what decodes a whole list or page of such rows."""
    return msgspec.json.Decoder(Envelope[row])


def unreadable(subject: str) -> UpstreamRejected:
    """Return the error of an answer that cannot be read."""
    return UpstreamRejected(f"ServiceTitan's answer for {subject} is not one we can read.")
