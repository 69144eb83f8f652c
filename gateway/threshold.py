"""What answers at the threshold: before a request is any, whoever is known by their bytes."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.answers.again import Again
from gateway.answers.answers import Answers
from gateway.answers.familiar import Familiar
from gateway.answers.prompt import Prompting
from gateway.answers.repeated import Repeating
from gateway.costs import Costs
from gateway.documents import Documents
from gateway.guard.toll import Toll
from gateway.http.admitting import Admitting
from gateway.http.leaving import Leaving
from gateway.identity.bearer import Bearer
from gateway.plans.plans import Plans
from gateway.telemetry import RequestLog
from resolvers.doors import Doors


class Threshold(NamedTuple):
    """Who knows the very same request again, and who knows whoever asks; None where nobody does."""

    again: Again | None = None
    familiar: Familiar | None = None


NOBODY: Final = Threshold()


@dataclass(frozen=True, slots=True)
class Means:
    """What operations are found, charged and answered by: the graph's own."""

    doors: Doors
    toll: Toll
    documents: Documents
    costs: Costs
    plans: Plans | None
    answers: Answers


def open_threshold(
    bearer: Bearer, admitting: Admitting, means: Means, leaving: Leaving, log: RequestLog
) -> Threshold:
    """Return what answers customers with such tokens: what they asked before, and by plans more."""
    doors, toll, documents, costs = means.doors, means.toll, means.documents, means.costs
    repeating = Repeating(doors, toll, documents, costs, means.answers, log.counts)
    again = Again(bearer, admitting, repeating, leaving, log)
    if means.plans is None:
        return Threshold(again)
    prompting = Prompting(
        doors, toll, documents, costs, means.plans, means.answers.counts, log.counts
    )
    return Threshold(again, Familiar(bearer, admitting, prompting, doors.policy, leaving, log))
