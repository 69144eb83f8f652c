"""What can be explained: how staff find it, whose it is, and the rules that decide on it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from adapters.servicetitan.estimates import ESTIMATES, Estimate
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT, Equipment
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.jobs import Job
from adapters.servicetitan.memberships import MEMBERSHIPS, Membership
from adapters.servicetitan.model import Model
from adapters.servicetitan.numbers import INVOICE_NUMBERS, JOB_NUMBERS, Numbers
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS, ServiceAgreement
from resolvers.access import Reach
from resolvers.acquaintance import owners_of
from resolvers.agreements import AGREEMENT_RULES, deciding_of
from resolvers.context import Context, whole
from resolvers.customers import CUSTOMER_RULES
from resolvers.equipment import EQUIPMENT_RULES
from resolvers.estimates import ESTIMATE_RULES
from resolvers.explained_more import Told, held_back, nothing, tab_told
from resolvers.ids import whole_number
from resolvers.invoices import INVOICE_RULES
from resolvers.jobs import JOB_RULES
from resolvers.memberships import MEMBERSHIP_RULES
from resolvers.policy import Policy, Screen
from resolvers.rules import Outcome, outcomes
from resolvers.staff import numbered
from resolvers.whose import Holder, Ties

T = TypeVar("T")
M = TypeVar("M", bound=Model)


class RecordKind(Enum):
    """A kind of record whose visibility can be explained."""

    CUSTOMER = "CUSTOMER"
    INVOICE = "INVOICE"
    JOB = "JOB"
    ESTIMATE = "ESTIMATE"
    EQUIPMENT = "EQUIPMENT"
    SERVICE_AGREEMENT = "SERVICE_AGREEMENT"
    MEMBERSHIP = "MEMBERSHIP"


Find = Callable[[Context, str, Callable[[T], bool]], Awaitable[T | None]]


@dataclass(frozen=True)
class Explained(Generic[T]):
    """One kind: `find` reads it by the number staff know, None where there is none.

    `rules` asks what decides wherever such a record is met, and `more` what takes more than the
    record itself; `deciding` is whose level the rules go by. `listed` says whether a list holds it
    that may be opened, and `screen` where that list stands: neither decides whether it is visible.
    `only_active` are kinds of which ServiceTitan tells nothing else when it is asked by id.
    """

    word: str
    find: Find[T]
    ties: Callable[[T], Ties]
    deciding: Callable[[Reach, T], Holder | None]
    rules: Callable[[Reach, T, Policy], Iterator[Outcome]]
    screen: Screen | None
    only_active: bool = False
    more: Callable[[Context, T], Told] = nothing
    listed: Callable[[Context, T], Told] = nothing


async def _remembered(
    context: Context, resource: Resource[M], of: int, sees: Callable[[M], bool]
) -> M | None:
    """Return the row that the person's own look-up would be answered with from memory.

    What is remembered counts only for who may see it; anybody else's look-up asks anew (decision
    3), and so does the one that explains it.
    """
    row = (await context.doors.records.remembered(resource, [of])).get(of)
    return row if row is not None and sees(row) else None


def _by_id(resource: Resource[M]) -> Find[M]:
    async def find(context: Context, number: str, sees: Callable[[M], bool]) -> M | None:
        of = whole_number(number)
        if of is None:
            return None
        row = await _remembered(context, resource, of, sees)
        if row is None:
            (answer,) = await context.anew(resource, [of])
            row = next(iter(whole(answer)), None)
        return await _met(context, row)

    return find


def _by_number(numbers: Numbers[M]) -> Find[M]:
    async def find(context: Context, number: str, sees: Callable[[M], bool]) -> M | None:
        row = await numbered(context, numbers, number)
        if row is None:
            return None
        of = numbers.resource.id_of(row)
        return await _met(context, await _remembered(context, numbers.resource, of, sees) or row)

    return find


async def _met(context: Context, row: M | None) -> M | None:
    """Let staff know by name whom the row is of."""
    if row is not None:
        await context.meet(*owners_of([row]))
    return row


async def _customer(context: Context, number: str, _sees: Callable[[int], bool]) -> int | None:
    of = whole_number(number)
    if of is not None:
        await context.meet([of])
    return of if of in context.reach.parties else None


def _bill_to(row: Invoice) -> Ties:
    customer, place = row.customer, row.location
    return Ties(customer.id if customer else None, (place.id,) if place else ())


def _billed(reach: Reach, ties: Ties) -> Holder | None:
    return reach.billed_by(ties.customer, ties.locations[0] if ties.locations else None)


def _named(row: Estimate | Membership) -> Ties:
    return Ties(row.customer_id, () if row.location_id is None else (row.location_id,))


EXPLAINED: Mapping[RecordKind, Explained[Any]] = {
    RecordKind.CUSTOMER: Explained[int](
        word="customer",
        find=_customer,
        ties=Ties,
        deciding=lambda reach, row: reach.parties.get(row),
        rules=lambda reach, row, _policy: outcomes(CUSTOMER_RULES, reach, row),
        screen=None,
    ),
    RecordKind.INVOICE: Explained[Invoice](
        word="invoice",
        find=_by_number(INVOICE_NUMBERS),
        ties=_bill_to,
        deciding=lambda reach, row: _billed(reach, _bill_to(row)),
        rules=lambda reach, row, _policy: outcomes(INVOICE_RULES, reach, row),
        screen=Screen.INVOICES,
        more=held_back,
    ),
    RecordKind.JOB: Explained[Job](
        word="job",
        find=_by_number(JOB_NUMBERS),
        ties=lambda row: Ties(row.customer_id, (row.location_id,)),
        deciding=lambda reach, row: reach.done_by(row.customer_id, row.location_id),
        rules=lambda reach, row, _policy: outcomes(JOB_RULES, reach, row),
        screen=Screen.JOBS,
        listed=tab_told,
    ),
    RecordKind.ESTIMATE: Explained[Estimate](
        word="estimate",
        only_active=True,
        find=_by_id(ESTIMATES),
        ties=_named,
        deciding=lambda reach, row: _billed(reach, _named(row)),
        rules=lambda reach, row, policy: outcomes(ESTIMATE_RULES, reach, row, policy.proposals),
        screen=Screen.PROPOSALS,
    ),
    RecordKind.EQUIPMENT: Explained[Equipment](
        word="equipment",
        only_active=True,
        find=_by_id(INSTALLED_EQUIPMENT),
        ties=lambda row: Ties(None, (row.location_id,)),
        deciding=lambda reach, row: reach.done_by(None, row.location_id),
        rules=lambda reach, row, _policy: outcomes(EQUIPMENT_RULES, reach, row),
        screen=Screen.EQUIPMENT,
    ),
    RecordKind.SERVICE_AGREEMENT: Explained[ServiceAgreement](
        word="service agreement",
        find=_by_id(SERVICE_AGREEMENTS),
        ties=lambda row: Ties(row.customer_id, row.location_ids),
        deciding=deciding_of,
        rules=lambda reach, row, policy: outcomes(AGREEMENT_RULES, reach, row, policy.agreements),
        screen=Screen.SERVICE_AGREEMENTS,
    ),
    RecordKind.MEMBERSHIP: Explained[Membership](
        word="membership",
        find=_by_id(MEMBERSHIPS),
        ties=_named,
        deciding=lambda reach, row: _billed(reach, _named(row)),
        rules=lambda reach, row, policy: outcomes(MEMBERSHIP_RULES, reach, row, policy.agreements),
        screen=Screen.MEMBERSHIPS,
    ),
}
