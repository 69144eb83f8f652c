"""How large a document may be, by who asks: one row of bounds for staff, one for everybody else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graphql import GraphQLError

from gateway.guard.shape import Shape
from resolvers.errors import LimitExceeded


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most that a document may have, all of its operations together, fragments spread out.

    `depth` counts fields inside each other, `lists` those of them that are lists; `siblings` are
    the fields of one selection set. What introspection asks is left out of these two depths.
    """

    characters: int
    tokens: int
    fields: int
    depth: int
    aliases: int
    directives: int
    root_fields: int
    lists: int
    siblings: int

    def exceeded(self, shape: Shape) -> GraphQLError | None:
        """Which of these is this document beyond, if any? The first of them in their order."""
        for name, count, most, noun in self._compared(shape):
            if count > most:
                return beyond(name, f"A document may have at most {most} {noun}.")
        return None

    def _compared(self, shape: Shape) -> Iterator[tuple[str, int, int, str]]:
        yield "fields", shape.fields, self.fields, "fields, its fragments spread out"
        yield "depth", shape.depth, self.depth, "fields inside each other"
        yield "aliases", shape.aliases, self.aliases, "aliases, its fragments spread out"
        yield "directives", shape.directives, self.directives, "directives"
        yield "rootFields", shape.root_fields, self.root_fields, "fields at its root"
        yield "lists", shape.lists, self.lists, "lists inside each other"
        yield "siblings", shape.siblings, self.siblings, "fields side by side"


def beyond(limit: str, message: str) -> GraphQLError:
    """Return the refusal that names this limit."""
    refusal = LimitExceeded(message, limit)
    return GraphQLError(message, extensions=refusal.extensions)


# The pages of docs/screens have 72 tokens at most, 33 fields, a depth of 7, 3 lists inside each
# other, 16 fields side by side, and no alias. Siblings are what validation is slow with (M2).
EVERYBODY: Final = DocumentLimits(
    characters=15_000,
    tokens=1_000,
    fields=250,
    depth=12,
    aliases=30,
    directives=20,
    root_fields=20,
    lists=5,
    siblings=100,
)
"""For customers, direct links and whoever did not sign in."""

STAFF: Final = DocumentLimits(
    characters=30_000,
    tokens=2_000,
    fields=400,
    depth=12,
    aliases=30,
    directives=20,
    root_fields=30,
    lists=5,
    siblings=100,
)
"""For staff, also while they look through a customer's eyes."""
