"""What paying would ask for."""

from typing import Annotated

import strawberry

from resolvers import quotes as model
from schema.edges import field, later, list_of
from schema.info import Info
from schema.scalars import Money
from schema.words import MethodKind

Invoice = later("Invoice", "schema.invoices")
InvoiceIds = Annotated[
    list[strawberry.ID],
    strawberry.argument(description="Global ids of invoices of one Bill-To; at most 100."),
]


def _invoices(quote: strawberry.Parent[model.Quote]) -> object:
    return [*quote.invoices]


@strawberry.type(description="The authorization that a payment by bank needs.")
class AchAuthorization:
    """Shows what is agreed to."""

    version: str = strawberry.field(description="Which version it is: echo it when paying.")
    text: str = strawberry.field(description="What the payer has to read, and to agree to.")


@strawberry.type(description="What the browser's payment form needs to know; none of it is secret.")
class PaymentClient:
    """Shows the processor as browsers see it."""

    processor: str = strawberry.field(description="Which backend takes payments.")
    public_key: str | None = strawberry.field(description="Its public key, where it has one.")


@strawberry.type(description="What paying these invoices now would ask for.")
class PaymentQuote:
    """Shows a quote."""

    invoices = field(_invoices, list_of(Invoice), "The invoices, by balances read for this.")
    total: Money = strawberry.field(description="What is left to pay on all of them.")
    partial_allowed: bool = strawberry.field(description="Whether less than that may be paid.")
    minimum: Money = strawberry.field(description="The least that may be paid.")
    maximum: Money = strawberry.field(description="The most that may be paid at once.")
    methods: list[MethodKind] = strawberry.field(
        description="By what may be paid; none where nothing can be paid now."
    )
    ach_authorization: AchAuthorization | None = strawberry.field(
        description=(
            "The authorization a bank payment needs the payer to agree to; echo its version."
        )
    )
    client: PaymentClient = strawberry.field(
        description="The processor's public key and the like, for the browser's payment form."
    )


async def _quote(info: Info, invoice_ids: InvoiceIds) -> object:
    return await model.quote(info.context, list(invoice_ids))


OF_VIEWER = field(
    _quote,
    PaymentQuote | None,
    "What paying these invoices now would ask for. Reads balances afresh. Null where nothing can "
    "be paid online.",
)
