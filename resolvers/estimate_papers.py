"""An estimate as a document, for whoever may see the estimate (R39)."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from adapters.documents import wording
from adapters.documents.papers import EstimatePaper, Party, Sum
from adapters.servicetitan.addresses import Address
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import Estimate
from resolvers.context import Context
from resolvers.customers import customer_in, records_of
from resolvers.errors import NotFound
from resolvers.estimate_prices import deposit_due, figure, items_of, total
from resolvers.estimates import accepted_at, estimate, is_open, name_of, number_of
from resolvers.letterheads import Office, office_of
from resolvers.locations import addresses_of, location_in
from resolvers.moments import day_in
from resolvers.paper_items import offered
from resolvers.policy import Documents
from resolvers.prose import plain
from resolvers.verdict import Refusal, Verdict

T = TypeVar("T")


def has_template(documents: Documents) -> Verdict:
    """Is there a template to make an estimate's document from (R39)?

    The built-in one is everybody's, unless the tenant wants none used.
    """
    if documents.estimates:
        return True
    return Refusal("R39", "The tenant has no template for estimates.")


async def estimate_paper(context: Context, key: int) -> EstimatePaper:
    """Return the visible estimate of this id as a document.

    Raises NotFound (R14, R39), and UpstreamError where any part of it cannot be read (R84).
    """
    if not has_template(context.policy.documents):
        raise NotFound
    return await paper_of(await estimate(context, key), context)


async def paper_of(found: Estimate, context: Context) -> EstimatePaper:
    """Return this estimate as the document that is shown of it; raises UpstreamError (R84)."""
    office, prepared_for, service_at = await asyncio.gather(
        office_of(context, found.business_unit_id),
        _prepared_for(found, context),
        _service_at(found, context),
    )
    return _paper(found, office, (prepared_for, service_at), context)


async def _prepared_for(estimate: Estimate, context: Context) -> Party:
    """Return for whom it is, as far as that is in reach."""
    party = customer_in(context.reach, estimate.customer_id)
    if party is None:
        return Party()
    record = _told(await records_of([party], context))
    return Party(name=party.name, address=wording.address_lines(record.address if record else None))


async def _service_at(estimate: Estimate, context: Context) -> Party | None:
    place = location_in(context.reach, estimate.location_id)
    if place is None:
        return None
    address: Address | None = _told(await addresses_of([place], context))
    owner = context.reach.parties.get(place.customer_id)
    name = None if owner is not None and owner.name == place.name else place.name
    return Party(name=name, address=wording.address_lines(address))


def _told(answers: Sequence[T | UpstreamError | None]) -> T | None:
    (answer,) = answers
    if isinstance(answer, UpstreamError):
        raise answer
    return answer


def _paper(
    estimate: Estimate, office: Office, parties: tuple[Party, Party | None], context: Context
) -> EstimatePaper:
    currency = context.policy.tenant.currency
    drawn_up = day_in(context.zone, estimate.created_on)
    deposit = deposit_due(estimate)
    accepted = accepted_at(estimate, context)
    return EstimatePaper(
        business_unit=estimate.business_unit_id,
        number=number_of(estimate),
        dated=drawn_up or context.today,
        day=wording.day(drawn_up),
        letterhead=office.letterhead,
        currency=currency,
        name=name_of(estimate),
        option=estimate.proposal_tag_name,
        is_recommended=estimate.is_recommended,
        job=estimate.job_number,
        prepared_for=parties[0],
        service_at=parties[1],
        summary=plain(estimate.summary),
        items=offered(items_of(estimate), currency),
        sums=(
            Sum(label="Subtotal", amount=wording.money(figure(estimate.subtotal), currency)),
            Sum(label="Tax", amount=wording.money(figure(estimate.tax), currency)),
        ),
        total=wording.money(total(estimate), currency),
        deposit=None if deposit is None else wording.money(deposit, currency),
        is_accepted=not is_open(estimate),
        accepted=wording.day(accepted and accepted.date()),
        terms=office.terms,
    )
