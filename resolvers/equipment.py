"""Equipment: the machines at places in reach, with who may see them and how they are found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT, Equipment
from adapters.servicetitan.jobs import Job
from resolvers.access import Reach
from resolvers.context import Context, whole
from resolvers.cursors import Spot
from resolvers.errors import BadInput, NotFound
from resolvers.levels import AccessLevel
from resolvers.paging import Listing
from resolvers.rules import Rule, always, judged
from resolvers.verdict import Refusal, Verdict
from resolvers.warranties import WarrantyState, has_warranty

_UNNAMED = "Equipment"
_LONGEST = 200


def may_see_equipment(reach: Reach, machine: Equipment) -> Verdict:
    """May this viewer see this machine (R6, R66, R67)? Billing access is not needed."""
    return judged(EQUIPMENT_RULES, reach, machine)


def is_active(_reach: Reach, machine: Equipment) -> Verdict:
    """Does the office still count this machine (R66)?"""
    return True if machine.active else Refusal("R66", "The equipment is no longer active.")


def is_near(reach: Reach, machine: Equipment) -> Verdict:
    """Is its place in reach (R6, R67)? Whoever its row names as the customer opens nothing."""
    if reach.done_at(None, machine.location_id) is not AccessLevel.NONE:
        return True
    if machine.location_id in reach.places:
        return Refusal("R6", "The office set No access on the location of this equipment.")
    return Refusal("R67", "The location of this equipment is out of reach.")


def _why_near(reach: Reach, machine: Equipment) -> str:
    holder = reach.done_by(None, machine.location_id)
    return f"The equipment is at {holder.named}." if holder else "Staff see all equipment."


EQUIPMENT_RULES = (
    Rule("R66", "Is the equipment active?", is_active, always("The equipment is active.")),
    Rule("R67", "Is the location of the equipment in reach?", is_near, _why_near),
)
"""What every machine is asked, wherever it is met."""


def name_of(machine: Equipment) -> str:
    """What is this machine called: by its own name, else by its kind?"""
    return machine.name or kind_of(machine) or _UNNAMED


def kind_of(machine: Equipment) -> str | None:
    """What kind of machine is it, as the office calls it?"""
    return machine.type.name if machine.type else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which machines are looked for; what is None, or blank, narrows nothing."""

    serial_number: str | None = None
    search: str | None = None
    warranty: WarrantyState | None = None

    def __post_init__(self) -> None:
        """Refuse texts that no machine bears; raises BadInput."""
        for name, told in (("serialNumber", self.serial_number), ("search", self.search)):
            if told is not None and len(told) > _LONGEST:
                raise BadInput(f"`{name}` may have at most {_LONGEST} characters.")


def has_serial_number(machine: Equipment, told: str) -> bool:
    """Is this its whole serial number, whatever the case and the spaces (R66)?"""
    return _compact(machine.serial_number or "") == _compact(told)


def is_about(machine: Equipment, search: str) -> bool:
    """Does every word looked for stand in its name, kind, manufacturer, model or serial number?"""
    told = (
        name_of(machine),
        kind_of(machine),
        machine.manufacturer,
        machine.model,
        machine.serial_number,
    )
    texts = [text.casefold() for text in told if text]
    return all(any(word in text for text in texts) for word in search.casefold().split())


def _compact(text: str) -> str:
    return "".join(text.casefold().split())


async def own_equipment(
    context: Context, customer: int | None = None, location: int | None = None
) -> list[Equipment]:
    """Return every machine in reach, by name, then by id; narrowed to an owner or a place.

    Whole, or raises UpstreamError.
    """
    places = [
        place.id
        for place in context.reach.places_showing(AccessLevel.NON_BILLING, customer, location)
    ]
    answers = await context.under(INSTALLED_EQUIPMENT, "location_id", places)
    rows = {row.id: row for answer in answers for row in whole(answer)}
    return _in_order(row for row in rows.values() if may_see_equipment(context.reach, row))


def _in_order(machines: Iterable[Equipment]) -> list[Equipment]:
    return sorted(machines, key=lambda row: (name_of(row).casefold(), row.id))


async def equipment_by(
    context: Context, customer: int | None, location: int | None, wanted: Wanted
) -> Listing[Equipment]:
    """Return the Equipment screen: machines in reach, by name, narrowed as asked (R66)."""
    rows: list[Equipment] = await context.once(own_equipment, customer, location)
    told = customer, location, wanted.serial_number, wanted.search, wanted.warranty
    return Listing(
        rows=[row for row in rows if _is_wanted(row, wanted, context)],
        spot=lambda row: Spot(None, row.id),
        name=f"equipment {told!r}",
    )


def _is_wanted(machine: Equipment, wanted: Wanted, context: Context) -> bool:
    serial, search, state = wanted.serial_number, wanted.search, wanted.warranty
    if serial and serial.strip() and not has_serial_number(machine, serial):
        return False
    if search and not is_about(machine, search):
        return False
    return state is None or has_warranty(machine, state, context.today)


async def equipment(context: Context, key: int) -> Equipment:
    """Return the machine of this id; raises NotFound (R14) or UpstreamError."""
    (found,) = await context.many(
        INSTALLED_EQUIPMENT, [key], lambda row: may_see_equipment(context.reach, row)
    )
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found


async def equipment_of_jobs(
    jobs: Sequence[Job], context: Context
) -> Sequence[list[Equipment] | UpstreamError]:
    """Return the machines each job was done on, those in sight, by name (R67, R68).

    They are looked for at the job's own place.
    """
    places = list(dict.fromkeys(job.location_id for job in jobs if _has_some(job, context.reach)))
    answers = await context.under(INSTALLED_EQUIPMENT, "location_id", places)
    found = dict(zip(places, answers, strict=True))
    return [_done_on(job, found.get(job.location_id, ()), context.reach) for job in jobs]


def _has_some(job: Job, reach: Reach) -> bool:
    """Can anything this job was done on be in sight, so that it is worth asking?"""
    in_reach = reach.done_at(None, job.location_id) is not AccessLevel.NONE
    return bool(job.equipment_ids) and in_reach


def _done_on(
    job: Job, answer: tuple[Equipment, ...] | UpstreamError, reach: Reach
) -> list[Equipment] | UpstreamError:
    if not job.equipment_ids:
        return []
    if isinstance(answer, UpstreamError):
        return answer
    named = set(job.equipment_ids)
    return _in_order(row for row in answer if row.id in named and may_see_equipment(reach, row))
