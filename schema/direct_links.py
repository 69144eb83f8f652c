"""Direct links: made, ended and looked up by staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from adapters.ledger import direct_links as model
from resolvers import staff_links
from resolvers.direct_links import DAYS
from resolvers.moments import instant_in
from schema.edges import field, tells
from schema.info import Info
from schema.node import Node, shows
from schema.scalars import URL, Instant
from schema.user_errors import UserError
from schema.viewer import ViewerKind

Parent = strawberry.Parent[model.DirectLinkRow]


def _instant(info: Info, moment: datetime) -> Instant:
    return Instant(instant_in(info.context.zone, moment))


@strawberry.type(description="A link that was sent to somebody, without its secret: for staff.")
class DirectLink(Node):
    """Shows a link."""

    is_type_of = shows(model.DirectLinkRow)

    @tells("What it opens: an invoice, or estimates.")
    def kind(link: Parent) -> ViewerKind:
        return ViewerKind(link.kind.value)

    created_by: str = strawberry.field(description="Who made it.")

    @tells("When it was made.")
    def created_at(link: Parent, info: Info) -> Instant:
        return _instant(info, link.created_at)

    @tells("When it ends by itself.")
    def expires_at(link: Parent, info: Info) -> Instant:
        return _instant(info, link.expires_at)

    @tells("When staff ended it; null where nobody did.")
    def revoked_at(link: Parent, info: Info) -> Instant | None:
        return None if link.revoked_at is None else _instant(info, link.revoked_at)

    @tells("When its last use began; null where nobody used it yet.")
    def last_used_at(link: Parent, info: Info) -> Instant | None:
        return None if link.last_used_at is None else _instant(info, link.last_used_at)


@strawberry.input(description="To which invoice a link is to be made.")
class CreatePaymentLinkInput:
    """A number as staff read it on their screen."""

    invoice_number: str = strawberry.field(description="The invoice's number in ServiceTitan.")
    expires_in_days: int | None = strawberry.field(
        default=DAYS, description="For how many days it opens the invoice."
    )


@strawberry.input(description="To which estimates a link is to be made.")
class CreateEstimateLinkInput:
    """Numbers as staff read them on their screen."""

    estimate_numbers: list[str] = strawberry.field(
        description="The ids in ServiceTitan of estimates of one proposal."
    )
    expires_in_days: int | None = strawberry.field(
        default=DAYS, description="For how many days it opens the estimates."
    )


@strawberry.input(description="Which link is to end.")
class RevokeDirectLinkInput:
    """A link by its global id."""

    link_id: strawberry.ID = strawberry.field(description="The link's global id.")


@strawberry.type(description="What came of making or ending a link.")
class DirectLinkPayload:
    """Shows what came of it."""

    link: DirectLink | None = strawberry.field(
        description="The link as it is now; null where there is none."
    )
    url: URL | None = strawberry.field(
        description="The address to send. It holds the secret, and is told once."
    )
    user_errors: list[UserError] = strawberry.field(description="Why it was not done.")


ToInvoice = Annotated[
    CreatePaymentLinkInput, strawberry.argument(description="The invoice, and for how long.")
]
ToEstimates = Annotated[
    CreateEstimateLinkInput, strawberry.argument(description="The estimates, and for how long.")
]
Ending = Annotated[RevokeDirectLinkInput, strawberry.argument(description="The link to end.")]


def _days(told: int | None) -> int:
    return DAYS if told is None else told


async def _create_payment_link(info: Info, input: ToInvoice) -> object:
    days = _days(input.expires_in_days)
    return await staff_links.make_payment_link(info.context, input.invoice_number, days)


async def _create_estimate_link(info: Info, input: ToEstimates) -> object:
    days = _days(input.expires_in_days)
    return await staff_links.make_estimate_link(info.context, input.estimate_numbers, days)


async def _revoke_direct_link(info: Info, input: Ending) -> object:
    return await staff_links.end_link(info.context, input.link_id)


@strawberry.type
class DirectLinkMutation:
    """What staff do about links."""

    create_payment_link = field(
        _create_payment_link,
        DirectLinkPayload,
        "Makes a link that opens one unpaid invoice for whoever holds it. Takes billing right.",
        for_staff=True,
    )
    create_estimate_link = field(
        _create_estimate_link,
        DirectLinkPayload,
        "Makes a link that opens these open estimates of one proposal, and no others. Takes "
        "billing right.",
        for_staff=True,
    )
    revoke_direct_link = field(
        _revoke_direct_link,
        DirectLinkPayload,
        "Ends a link for everybody who holds it, from the next request on.",
        for_staff=True,
    )
