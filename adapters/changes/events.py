"""From the bytes of a delivery to an event: what kind, which occurrence, what it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from adapters.changes.names import DOCUMENTED, Name, names_in

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class NoEvent(ValueError):  # noqa: N818  # the word for it
    """These bytes are no CloudEvent as ServiceTitan sends them."""


class OtherTenant(ValueError):  # noqa: N818  # the word for it
    """An event that is not of our tenant, or does not say of which."""


class _CloudEvent(msgspec.Struct, frozen=True):
    """CloudEvents 1.0, with ServiceTitan's `userassignedid` (facts.md, f)."""

    specversion: Literal["1.0"]
    id: _Text
    type: _Text
    source: str
    userassignedid: _Text
    data: dict[str, msgspec.Raw]
    time: str | None = None
    datacontenttype: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An occurrence. `occurrence` and `digest` are SHA-256 of its id and of what it says.

    What it says of a record's values is not here: a record is read again, and never believed.
    """

    occurrence: str
    digest: str
    is_documented: bool
    names: tuple[Name, ...]
    odd: int


_EVENT = msgspec.json.Decoder(_CloudEvent)
_TENANT = msgspec.json.Decoder(int)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_event(body: bytes, tenant: int) -> Event:
    """Read a delivery of this tenant's; raises NoEvent, OtherTenant."""
    try:
        told = _EVENT.decode(body)
    except _UNREADABLE:
        raise NoEvent("The body is no CloudEvent with the members that are needed.") from None
    if _tenant_of(told.data) != tenant:
        raise OtherTenant("The event is not of this tenant.")
    names, odd = names_in(told.type, told.data)
    return Event(
        occurrence=sha256(told.userassignedid.encode()).hexdigest(),
        digest=_digest(told),
        is_documented=told.type in DOCUMENTED,
        names=names,
        odd=odd,
    )


def _tenant_of(data: Mapping[str, msgspec.Raw]) -> int | None:
    try:
        return _TENANT.decode(data.get("tenantId", b"null"))
    except _UNREADABLE:
        return None


def _digest(told: _CloudEvent) -> str:
    """Tell what it says; each delivery has an id and a time of its own, which say nothing."""
    said = sha256(told.type.encode())
    for name, value in sorted(told.data.items()):
        said.update(b"\x00" + name.encode() + b"\x00" + bytes(value))
    return said.hexdigest()
