"""What a field demands of who asks for it, printed where it is declared."""

from enum import Enum

import strawberry
from strawberry.schema_directive import Location


@strawberry.enum(description="A right that some fields ask for.")
class Grant(Enum):
    """Told by `@needs`; whether it is there, the rules decide."""

    BILLING = strawberry.enum_value(
        "BILLING", description="Billing access on the customer or location concerned."
    )
    STAFF = strawberry.enum_value("STAFF", description="A member of the office's staff.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description=(
        "The grant a field asks for. Without BILLING it is null, a list or connection empty, "
        "and no error is added; without STAFF it is refused."
    ),
)
class Needs:
    """The `@needs` directive."""

    grant: Grant


BILLING = [Needs(grant=Grant.BILLING)]
STAFF = [Needs(grant=Grant.STAFF)]
