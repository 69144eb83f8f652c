"""A question asked again to the letter: what stands of it already, and what is judged each time."""

from dataclasses import dataclass
from weakref import ReferenceType, ref

from gateway.answers.answers import Answers
from gateway.answers.kept import KeptAnswer
from gateway.answers.questions import Grounds, Question, question_of
from gateway.costs import Costs
from gateway.counts import Ended, Kind, Outcome, StreetCounts
from gateway.documents import Documents
from gateway.guard.budgets import Payer, payer_of
from gateway.guard.cost import Cost
from gateway.guard.persisted import Lasting
from gateway.guard.toll import Toll
from gateway.http.exchange import GraphQLRequest
from gateway.watching import Watched, digest_of
from resolvers.doors import Doors
from resolvers.viewer import Viewer, ViewerKind


@dataclass(frozen=True, slots=True, eq=False)
class Repeated:
    """A customer's question that was answered from what is kept, as the same may be again.

    `answer` is what is kept of it, for as long as it is; `grounds` are those it was answered by;
    `found` is how its document was. `payer` is charged this `cost` each time. `ended` is how it
    ends each time, but for the seconds it takes.
    """

    viewer: Viewer
    question: Question
    answer: ReferenceType[KeptAnswer]
    grounds: Grounds
    found: Lasting
    payer: Payer
    cost: Cost
    ended: Ended


class Repeating:
    """Answers from what is kept without a step that waits, or not at all.

    Whoever asks was let in before. What an operation goes by is read anew each time, as it stands
    then: choices, rights and payments. In whatever doubt the question is to be asked as any other.
    """

    def __init__(
        self,
        doors: Doors,
        toll: Toll,
        documents: Documents,
        costs: Costs,
        answers: Answers,
        counts: StreetCounts,
    ) -> None:
        self._doors = doors
        self._toll = toll
        self._documents = documents
        self._costs = costs
        self._kept = answers.kept
        self._answers = answers.counts
        self._counts = counts

    def of(self, asked: GraphQLRequest, viewer: Viewer, address: str) -> Repeated | None:
        """Return a question that was just answered from what is kept; None for any other."""
        is_customers = viewer.kind is ViewerKind.CUSTOMER and viewer.staff is None
        if self._kept is None or not is_customers:
            return None
        question = question_of(asked, viewer)
        answer, found = self._kept.known(question), self._toll.lasting(asked)
        if answer is None or answer.last_told is None or found is None:
            return None
        watched, document = Watched(), self._documents.read(asked.query)
        watched.runs(document.operation(asked.operation_name))
        told = Repeated(
            viewer,
            question,
            ref(answer),
            answer.last_told,
            found,
            payer_of(viewer, address, answer.last_told.policy.limits),
            self._costs.of(document, asked.operation_name, asked.variables),
            Ended(
                Kind.QUERY,
                Outcome.WHOLE,
                0.0,
                name=watched.name,
                document=digest_of(asked.query),
                saved=answer.saved,
            ),
        )
        return told if self.stands(told) else None

    def stands(self, asked: Repeated) -> bool:
        """Would it be answered the same from what is kept, at this moment? Nothing is counted."""
        doors, grounds, kept, answer = self._doors, asked.grounds, self._kept, asked.answer()
        if kept is None or answer is None or doors.policy() is not grounds.policy:
            return False
        if not self._toll.lasts(asked.found):
            return False
        now = doors.rights.still(asked.viewer, grounds.reach)
        if now is None:
            return False
        pending = doors.till.pending.at_hand(now.payments)
        if pending is not grounds.pending and pending != grounds.pending:
            return False
        return kept.still(asked.question, answer, doors.now())

    def charge(self, asked: Repeated) -> bool:
        """Charge it, unless its payer has to wait; nothing is charged then."""
        return self._toll.charge_at_once(asked.payer, asked.cost) is not None

    def count(self, asked: Repeated, seconds: float) -> None:
        """Count it, which `stands` and was charged, as any that is answered from what is kept."""
        self._toll.count(asked.found)
        answer = asked.answer()
        if self._kept is not None and answer is not None:
            self._kept.count(answer)
        self._answers.kept += 1
        self._counts.told_again(seconds, asked.ended.saved)
