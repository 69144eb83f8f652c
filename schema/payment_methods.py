"""Methods that the processor keeps for a customer."""

from typing import Annotated

import strawberry

from resolvers import customers, keeping_methods
from resolvers import payment_methods as model
from schema.edges import field, tells
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, shows
from schema.user_errors import UserError
from schema.words import MethodKind

Parent = strawberry.Parent[model.KeptMethod]
CustomerId = Annotated[
    strawberry.ID,
    strawberry.argument(description="Whose; one that is out of reach is NOT_FOUND."),
]


@strawberry.type(description="A way to pay that the processor keeps for a customer.")
class PaymentMethod(Node):
    """Shows a kept method; of its numbers the processor tells the last four alone."""

    is_type_of = shows(model.KeptMethod)

    @tells("What it is.")
    def kind(kept: Parent) -> MethodKind:
        return kept.method.kind

    @tells('What to call it, such as "Visa ending in 4242".')
    def label(kept: Parent) -> str:
        return kept.method.label

    @tells("The last four digits of its number, where it has one.")
    def last4(kept: Parent) -> str | None:
        return kept.method.last4

    @tells("The month a card ends in, 1 to 12.")
    def expiry_month(kept: Parent) -> int | None:
        return kept.method.expiry_month

    @tells("The year a card ends in.")
    def expiry_year(kept: Parent) -> int | None:
        return kept.method.expiry_year

    is_primary: bool = strawberry.field(description="Whether it is the one to offer first.")


@strawberry.input(description="A method to keep.")
class SavePaymentMethodInput:
    """A token of the browser's form, and for whom."""

    customer_id: strawberry.ID = strawberry.field(description="The customer to keep it for.")
    processor_token: str = strawberry.field(
        description="What the processor's form in the browser gave. Never a card's number."
    )
    make_primary: bool | None = strawberry.field(
        default=False, description="Whether to offer it first from now on."
    )


@strawberry.input(description="A kept method.")
class PaymentMethodInput:
    """A method by its global id, and for whom it is kept."""

    customer_id: strawberry.ID = strawberry.field(description="The customer it is kept for.")
    payment_method_id: strawberry.ID = strawberry.field(description="The method's global id.")


@strawberry.type(description="What came of keeping a method.")
class SavePaymentMethodPayload:
    """Shows what came of it."""

    payment_method: PaymentMethod | None = strawberry.field(
        description="The method as it is kept now; null where none was."
    )
    user_errors: list[UserError] = strawberry.field(description="Why it was not kept.")


@strawberry.type(description="What came of dropping a method, or of putting it first.")
class PaymentMethodPayload:
    """Shows what came of it."""

    payment_methods: list[PaymentMethod] | None = strawberry.field(
        description="What is kept now; null where nothing was changed."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed.")


ToKeep = Annotated[SavePaymentMethodInput, strawberry.argument(description="The method to keep.")]
Kept = Annotated[PaymentMethodInput, strawberry.argument(description="The method.")]


async def _save(info: Info, input: ToKeep) -> object:
    return await keeping_methods.save_method(
        info.context,
        input.customer_id,
        input.processor_token,
        primary=bool(input.make_primary),
    )


async def _remove(info: Info, input: Kept) -> object:
    return await keeping_methods.remove_method(
        info.context, input.customer_id, input.payment_method_id
    )


async def _make_primary(info: Info, input: Kept) -> object:
    return await keeping_methods.make_primary(
        info.context, input.customer_id, input.payment_method_id
    )


async def _methods(info: Info, customer_id: CustomerId) -> object:
    of = customers.asked_customer(info.context, customer_id)
    return None if of is None else await model.methods_of(info.context, of)


OF_VIEWER = field(
    _methods,
    list[PaymentMethod] | None,
    "What is kept for a customer, the primary one first. Never on a direct link.",
    directives=BILLING,
)


@strawberry.type
class PaymentMethodMutation:
    """What customers do about their methods."""

    save_payment_method = field(
        _save,
        SavePaymentMethodPayload,
        "Has the processor keep a method for the next time. Takes Billing access on the customer.",
        directives=BILLING,
    )
    remove_payment_method = field(
        _remove,
        PaymentMethodPayload,
        "Has the processor keep a method no longer. Takes Billing access on the customer.",
        directives=BILLING,
    )
    set_primary_payment_method = field(
        _make_primary,
        PaymentMethodPayload,
        "Offers a kept method first from now on. Takes Billing access on the customer.",
        directives=BILLING,
    )
