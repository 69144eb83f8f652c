"""Acceptances of estimates: what a customer signed, and how far selling it has come."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from sqlalchemy import RowMapping

from adapters.ledger.acceptance_states import AcceptanceState, SignatureKind
from adapters.ledger.audit import By
from adapters.ledger.minor_units import from_minor, to_minor
from adapters.ledger.rights import in_utc

__all__ = [
    "Acceptance",
    "AcceptanceChanges",
    "AcceptanceState",
    "Accepted",
    "NewAcceptance",
    "SignatureKind",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAcceptance:
    """What a customer signed, as evidence (R43); `by.at` is when.

    `principal` is whose `key` it is, `request_hash` is of all that was asked for under it.
    `version` is the digest of the estimate that was read, `shown` a copy of it as JSON. A typed
    `signature` is the name once more, a drawn one an SVG path or a PNG image. `total` is in the
    currency's major unit. `address_class` is of the network the request came from, never the whole
    address; `agent_class` is what kind of browser it came by.
    """

    principal: str
    by: By
    key: str
    request_hash: str
    estimate: int
    version: str
    customer: int | None
    location: int | None
    proposal_number: str | None
    signer: str = field(repr=False)
    signature_kind: SignatureKind
    signature: bytes = field(repr=False)
    shown: bytes = field(repr=False)
    currency: str
    total: Decimal
    address_class: str | None = None
    agent_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """An acceptance as it stood when it was read; `given` is what was signed.

    Every write raises `version` by one: it is this row's, and `given.version` the estimate's.
    `deposit` is the id of the attempt that pays the deposit (R42). `next_at` and `locked_until`
    are as an attempt has them.
    """

    id: int
    confirmation: str
    state: AcceptanceState
    version: int
    given: NewAcceptance
    deposit: int | None
    failure_code: str | None
    failure: str | None
    tries: int
    next_at: datetime | None
    locked_until: datetime | None
    updated_at: datetime

    @property
    def accepted_at(self) -> datetime:
        """When it was signed."""
        return self.given.by.at


@dataclass(frozen=True, slots=True)
class Accepted:
    """What of an acceptance stands beside its estimate in a list."""

    id: int
    estimate: int
    state: AcceptanceState
    confirmation: str
    signer: str = field(repr=False)
    accepted_at: datetime


class AcceptanceChanges(TypedDict, total=False):
    """What a write may change beside the state."""

    deposit: int | None
    failure_code: str | None
    failure: str | None
    tries: int
    next_at: datetime | None
    locked_until: datetime | None


def acceptance_of(row: RowMapping) -> Acceptance:
    """Return the acceptance of a row of its table."""
    by = By(row["actor"], row["request_id"], in_utc(row["accepted_at"]), row["as_whom"])
    given = NewAcceptance(
        principal=row["principal"],
        by=by,
        key=row["idempotency_key"],
        request_hash=row["request_hash"],
        estimate=row["estimate_id"],
        version=row["estimate_version"],
        customer=row["customer_id"],
        location=row["location_id"],
        proposal_number=row["proposal_number"],
        signer=row["signer"],
        signature_kind=SignatureKind(row["signature_kind"]),
        signature=row["signature"],
        shown=row["shown"],
        currency=row["currency"],
        total=from_minor(row["total"], row["currency"]),
        address_class=row["address_class"],
        agent_class=row["agent_class"],
    )
    return Acceptance(
        id=row["id"],
        confirmation=row["confirmation"],
        state=AcceptanceState(row["state"]),
        version=row["version"],
        given=given,
        deposit=row["deposit_attempt_id"],
        failure_code=row["failure_code"],
        failure=row["failure"],
        tries=row["tries"],
        next_at=row["next_at"] and in_utc(row["next_at"]),
        locked_until=row["locked_until"] and in_utc(row["locked_until"]),
        updated_at=in_utc(row["updated_at"]),
    )


def row_of(new: NewAcceptance) -> dict[str, object]:
    """Return what the table keeps of what was signed."""
    return {
        "principal": new.principal,
        "idempotency_key": new.key,
        "request_hash": new.request_hash,
        "actor": new.by.actor,
        "as_whom": new.by.as_whom,
        "request_id": new.by.request_id,
        "estimate_id": new.estimate,
        "customer_id": new.customer,
        "location_id": new.location,
        "proposal_number": new.proposal_number,
        "estimate_version": new.version,
        "signer": new.signer,
        "signature_kind": new.signature_kind.value,
        "signature": new.signature,
        "shown": new.shown,
        "currency": new.currency,
        "total": to_minor(new.total, new.currency),
        "address_class": new.address_class,
        "agent_class": new.agent_class,
        "accepted_at": new.by.at,
    }


def changed(before: Acceptance, after: Acceptance) -> dict[str, object]:
    """Return what is to be written of what is other in `after`."""
    names = ("failure_code", "failure", "tries", "next_at", "locked_until", "updated_at")
    told = {name: getattr(after, name) for name in names}
    other = {name: value for name, value in told.items() if value != getattr(before, name)}
    return other | {"state": after.state.value, "deposit_attempt_id": after.deposit}
