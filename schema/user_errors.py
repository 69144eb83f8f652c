"""Expected refusals of a mutation, told as data."""

import strawberry

from schema.words import UserErrorCode


@strawberry.type(description="Why a mutation did not do what was asked: to be shown to who asked.")
class UserError:
    """Shows an expected refusal."""

    code: UserErrorCode = strawberry.field(description="What kind of refusal it is.")
    message: str = strawberry.field(description="A sentence that says what to do.")
    field: list[str] | None = strawberry.field(
        description="The path of the input it is about; null where it is about none."
    )
