"""What a field may ask of the operation it is part of, and how it reads its arguments."""

from typing import TypeVar

import strawberry

from resolvers.context import Context

Info = strawberry.Info[Context, None]
T = TypeVar("T")


def given(argument: T | None) -> T | None:
    """Return an argument as it was given, None where it was left out."""
    return None if argument is strawberry.UNSET else argument
