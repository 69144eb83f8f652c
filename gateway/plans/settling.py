"""Failures noted while an answer was made, told as GraphQL tells them.

A failure leaves a null where it happened. Nulls that may not stand there are carried up here, over
the finished answer and in its order: graphql-core meets them so where nothing waits.
"""

from graphql import GraphQLError, located_error

from gateway.plans.careful import Noted
from gateway.plans.views import Holder, View, entries, put

Path = tuple[str | int, ...]
Trail = tuple[tuple[Holder, str | int], ...]


def settle(answer: View, noted: list[Noted]) -> tuple[View | None, list[GraphQLError]]:
    """Return the answer with every null where it may stand, and its errors."""
    settling = _Settling(noted)
    settling.visit(answer, (), ())
    for holder, slot in settling.doomed:
        put(holder, slot, None)
    return (None if () in settling.nulled else answer), settling.errors


class _Settling:
    def __init__(self, noted: list[Noted]) -> None:
        self.wanted = {(id(one.holder), one.slot): one for one in noted}
        self.nulled: set[Path] = set()
        self.doomed: list[tuple[Holder, str | int]] = []
        self.errors: list[GraphQLError] = []

    def visit(self, holder: Holder, path: Path, trail: Trail) -> None:
        for slot, key, value in entries(holder):
            here, steps = (*path, key), (*trail, (holder, slot))
            failure = self.wanted.get((id(holder), slot))
            if failure is not None:
                self.note(failure, here, steps)
            elif isinstance(value, View) or type(value) is list:
                self.visit(value, here, steps)

    def note(self, failure: Noted, path: Path, trail: Trail) -> None:
        """Tell a failure, unless a null above it was told already."""
        up = failure.place.steps_to_null()
        null = () if up is None else path[: len(path) - up]
        if any(null[:size] in self.nulled for size in range(len(null) + 1)):
            return
        self.nulled.add(null)
        if null:
            self.doomed.append(trail[len(null) - 1])
        error = located_error(failure.error, failure.place.field.nodes, list(path))
        self.errors.append(error)
