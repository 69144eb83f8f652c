"""What staff ask and set: why somebody sees a record, who reaches a customer, and how much."""

from typing import Annotated

import strawberry

from resolvers import explanations, grant_lists, level_setting
from schema.edges import field
from schema.info import Info, given
from schema.user_errors import UserError
from schema.words import AccessChoice, AccessLevel, GrantSource, RecordKind

Email = Annotated[str, strawberry.argument(description="Whose sight is to be explained.")]
Kind = Annotated[RecordKind, strawberry.argument(description="What kind of record it is.")]
Number = Annotated[
    str,
    strawberry.argument(
        description="ServiceTitan's number of an invoice or a job; the id of any other record."
    ),
]
CustomerNumber = Annotated[
    str | None, strawberry.argument(description="The customer's id in ServiceTitan.")
]
OneEmail = Annotated[str | None, strawberry.argument(description="Only grants of this email.")]


@strawberry.type(description="What one of the portal's rules said of a record and a person.")
class RuleOutcome:
    """Shows an outcome."""

    rule: str = strawberry.field(description="The rule's number, such as R18.")
    question: str = strawberry.field(description="What the rule asks.")
    passed: bool = strawberry.field(description="Whether the answer was yes.")
    because: str = strawberry.field(description="Why, in words to repeat on the phone.")


@strawberry.type(
    description=(
        "Why somebody does, or does not, see a record: the rules that decide, in the order they "
        "are asked, up to the first that says no."
    )
)
class Explanation:
    """Shows an explanation."""

    visible: bool = strawberry.field(
        description=(
            "Whether they can open the record. Where they can, a last rule that was not passed "
            "says that no list shows it all the same."
        )
    )
    rules: list[RuleOutcome] = strawberry.field(description="What was asked, and what each said.")


@strawberry.type(
    description=(
        "One email's level at a customer, or at one place of it. A place that has its level from "
        "its customer has no grant of its own."
    )
)
class AccessGrant:
    """Shows a grant."""

    email: str = strawberry.field(description="Whose grant it is.")
    customer_name: str = strawberry.field(description="What the customer is called.")
    location_name: str | None = strawberry.field(
        description="What the place is called; null where it is the whole customer's."
    )
    level: AccessLevel = strawberry.field(description="How much may be seen there.")
    source: GrantSource = strawberry.field(description="Where the level comes from.")
    blocked_because: str | None = strawberry.field(
        description="Why it opens nothing, such as a placeholder email; null where it opens."
    )


@strawberry.input(description="Which level an email is to have, and where.")
class SetAccessLevelInput:
    """Numbers as staff read them on their screen."""

    email: str = strawberry.field(description="Whose level.")
    customer_number: str = strawberry.field(description="The customer's id in ServiceTitan.")
    location_number: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The id of one location of the customer; left out: the whole customer.",
    )
    level: AccessChoice = strawberry.field(description="The level, or INHERIT to take it back.")


@strawberry.type(description="What came of setting a level.")
class SetAccessLevelPayload:
    """Shows what came of it."""

    grant: AccessGrant | None = strawberry.field(
        description="The grant as it is now; null where nothing was set, or none is left."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was set.")


Wish = Annotated[
    SetAccessLevelInput, strawberry.argument(description="Whose level, where, and which.")
]


async def _explain(info: Info, email: Email, kind: Kind, number: Number) -> object:
    return await explanations.explain(info.context, email, kind, number)


async def _access(
    info: Info,
    customer_number: CustomerNumber = strawberry.UNSET,
    email: OneEmail = strawberry.UNSET,
) -> object:
    return await grant_lists.access_to(info.context, given(customer_number), given(email))


async def _set_access_level(info: Info, input: Wish) -> object:
    wish = level_setting.LevelWish(
        input.email, input.customer_number, given(input.location_number), input.level
    )
    return await level_setting.set_access_level(info.context, wish)


@strawberry.type
class StaffQuery:
    """What staff ask."""

    explain = field(
        _explain,
        Explanation | None,
        "Why this person does, or does not, see a record: the rules asked, in order, and what "
        "each said. That it was asked is written down.",
        for_staff=True,
    )
    access = field(
        _access,
        list[AccessGrant] | None,
        "People who can reach this customer, and how they came by it; or all that one email has "
        "been given. Name a customer, an email, or both; at most 200 people and 1,000 grants are "
        "told.",
        for_staff=True,
    )


@strawberry.type
class StaffMutation:
    """What staff set."""

    set_access_level = field(
        _set_access_level,
        SetAccessLevelPayload,
        "Sets how much an email may see at a customer or a location, from the next request on. "
        "BILLING and INHERIT take billing right.",
        for_staff=True,
    )
