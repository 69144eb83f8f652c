"""What makes two requests the same question: who asks, what, and what they go by."""

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from adapters.ledger.pending_amounts import Pending
from gateway.http.exchange import GraphQLRequest
from resolvers.access import Reach
from resolvers.context import Context
from resolvers.policy import Policy
from resolvers.viewer import Link, Viewer, ViewerKind


class Person(NamedTuple):
    """Somebody at the door: the same person by the same door, whichever token they showed."""

    kind: ViewerKind
    key: str
    email: str | None
    link: Link | None


class Question(NamedTuple):
    """An operation of somebody's, to the letter of its document."""

    person: Person
    document: str
    operation: str | None
    variables: str
    extensions: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an operation goes by from its beginning: rights, choices, and what is being paid."""

    reach: Reach
    policy: Policy
    pending: Pending

    def are(self, others: "Grounds", *, by_rights: bool) -> bool:
        """Are these the same? Choices that were read again are others, though they say the same.

        With `by_rights` rights of another revision are others too.
        """
        return (
            self.policy is others.policy
            and not (by_rights and self.reach.revision != others.reach.revision)
            and (self.reach is others.reach or self.reach == others.reach)
            and (self.pending is others.pending or self.pending == others.pending)
        )


def grounds_of(context: Context) -> Grounds | None:
    """Return what an operation goes by, None where its answer is for its own request alone.

    Staff learn of records on their way, are told costs, and each look is written down; who was
    refused is told why each time.
    """
    if context.viewer.staff is not None or not isinstance(context.rights, Reach):
        return None
    return Grounds(context.rights, context.policy, context.pending.told)


def question_of(asked: GraphQLRequest, viewer: Viewer) -> Question:
    """Return what is asked by whom."""
    return Question(
        Person(viewer.kind, viewer.key, viewer.email, viewer.link),
        asked.query,
        asked.operation_name,
        spelled(asked.variables),
        spelled(asked.extensions),
    )


def spelled(value: object) -> str:
    """Spell a JSON value in one way, whatever the order of its members: 1, 1.0 and "1" differ."""
    return msgspec.json.encode(value, order="deterministic").decode()
