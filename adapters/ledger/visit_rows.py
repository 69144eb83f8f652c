"""Planned visits in their table: read by agreement or place, and written as a file tells them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.planned_visits import Imported, PlannedStatus, PlannedVisit, VisitRow
from adapters.ledger.rights import raise_revision
from adapters.ledger.tables import AGREEMENT_VISITS

T = TypeVar("T")
Progress = Callable[[int], None]
"""Told how many more visits are done."""

_VALUES = 5000
_ROWS = 500
_TABLE = AGREEMENT_VISITS.c
_VISIT = select(
    _TABLE.agreement_id,
    _TABLE.location_id,
    _TABLE.name,
    _TABLE.due_on,
    _TABLE.status,
    _TABLE.job_id,
    _TABLE.id,
)


async def read_visits(
    connection: AsyncConnection, agreements: Sequence[int]
) -> dict[int, tuple[PlannedVisit, ...]]:
    """Return the visits of each of these agreements, the first due first."""
    found: defaultdict[int, list[PlannedVisit]] = defaultdict(list)
    for some in _cut(agreements, _VALUES):
        asked = _VISIT.where(_TABLE.agreement_id.in_(some)).order_by(_TABLE.due_on, _TABLE.id)
        for row in await connection.execute(asked):
            agreement, location, name, due_on, status, job, of = row
            visit = PlannedVisit(
                agreement, location, name, due_on, PlannedStatus(status), job, id=of
            )
            found[agreement].append(visit)
    return {of: tuple(found[of]) for of in agreements}


async def read_agreement(connection: AsyncConnection, visit: int) -> int | None:
    """Return which agreement promises this visit, by the visit's own id; None for none."""
    asked = select(_TABLE.agreement_id).where(_TABLE.id == visit)
    return (await connection.execute(asked)).scalar_one_or_none()


async def read_ties(
    connection: AsyncConnection, locations: Sequence[int]
) -> dict[int, frozenset[int]]:
    """Return, for each job that a visit at these places became, the agreements it is owed to."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for some in _cut(locations, _VALUES):
        asked = select(_TABLE.job_id, _TABLE.agreement_id).where(
            _TABLE.location_id.in_(some),
            _TABLE.job_id.is_not(None),
            _TABLE.status != PlannedStatus.DELETED.value,
        )
        for job, agreement in await connection.execute(asked):
            found[job].add(agreement)
    return {job: frozenset(agreements) for job, agreements in found.items()}


async def write_visits(
    connection: AsyncConnection, rows: Sequence[VisitRow], progress: Progress
) -> Imported:
    """Write these visits down: those that are new, and what of the others is told differently.

    Where any was, the revision of rights is raised: what goes by these visits is told anew.
    """
    agreements = list(dict.fromkeys(row.agreement_id for row in rows))
    visits = await read_visits(connection, agreements)
    known = {visit.key: visit for of in visits.values() for visit in of}
    new = [row for row in rows if row.key not in known]
    changed = [
        (known[row.key].id, row)
        for row in rows
        if row.key in known and not _is_told(row, known[row.key])
    ]
    progress(len(rows) - len(new) - len(changed))
    now = datetime.now(UTC)
    for some in _cut(new, _ROWS):
        await connection.execute(insert(AGREEMENT_VISITS), [_new(row, now) for row in some])
        progress(len(some))
    for few in _cut(changed, _ROWS):
        await connection.execute(_CHANGE, [_change(of, row, now) for of, row in few])
        progress(len(few))
    if new or changed:
        await raise_revision(connection)
    return Imported(len(new), len(changed), len(rows) - len(new) - len(changed))


_CHANGE = (
    update(AGREEMENT_VISITS)
    .where(_TABLE.id == bindparam("of"))
    .values(
        status=bindparam("told_status"),
        job_id=bindparam("told_job"),
        imported_at=bindparam("now"),
    )
)


def _is_told(row: VisitRow, known: PlannedVisit) -> bool:
    return (row.status, row.job_id) == (known.status, known.job_id)


def _new(row: VisitRow, now: datetime) -> dict[str, Any]:
    return {
        "agreement_id": row.agreement_id,
        "location_id": row.location_id,
        "name": row.name,
        "due_on": row.due_on,
        "status": row.status.value,
        "job_id": row.job_id,
        "imported_at": now,
    }


def _change(of: int, row: VisitRow, now: datetime) -> dict[str, Any]:
    return {"of": of, "told_status": row.status.value, "told_job": row.job_id, "now": now}


def _cut(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
