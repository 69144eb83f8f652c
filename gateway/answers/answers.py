"""How an operation comes to its answer: from a kept one, from one under way, or by itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.cache.readings import Readings
from adapters.cache.recall import Recall
from gateway.answers.kept import Kept
from gateway.answers.noting import noting
from gateway.answers.questions import Grounds, Question, grounds_of, question_of
from gateway.answers.said import Said
from gateway.answers.together import Together
from gateway.http.exchange import GraphQLRequest
from resolvers.context import Context

Run = Callable[[Context], Awaitable[Said]]


@dataclass(slots=True)
class Counts:
    """How operations came to their answers: run, or not, because the same one was.

    `alone` are those whose answers are for their own request: mutations, what staff ask, and what
    is told to who was refused.
    """

    alone: int = 0
    run: int = 0
    shared: int = 0
    kept: int = 0


@dataclass(slots=True)
class Answers:
    """Answers queries, the same thing of the same viewer once; `kept` where answers are kept.

    Whoever is answered was let in, charged and given their rights by themselves before.
    """

    recall: Recall
    kept: Kept | None = None
    counts: Counts = field(default_factory=Counts)
    together: Together = field(default_factory=Together)

    async def answer(
        self, asked: GraphQLRequest, context: Context, run: Run, *, changes: bool
    ) -> Said:
        """Answer this operation; who leaves ends it, unless others wait for it.

        What `changes` something is done for each who asks. The context is ended with its answer.
        """
        grounds = None if changes else grounds_of(context)
        if grounds is None:
            self.counts.alone += 1
            return await _to_its_end(context, run)
        question = question_of(asked, context.viewer)
        if self.kept is not None:
            found = self.kept.find(question, grounds, context.now, context.usage)
            if found is not None:
                self.counts.kept += 1
                context.end()
                return found
        return await self._together(question, grounds, context, run)

    async def _together(
        self, question: Question, grounds: Grounds, context: Context, run: Run
    ) -> Said:
        usage = context.usage

        async def start(readings: Readings) -> Said:
            readings.has_rows = self.kept is not None
            said = await _to_its_end(noting(context, readings), run)
            if self.kept is not None:
                self.kept.keep(question, grounds, readings, said, usage)
            return said

        moment = self.recall.moment()
        landed = await self.together.answer(question, grounds, moment, start, usage)
        if landed.is_shared:
            self.counts.shared += 1
            usage.saved += landed.usage.calls + landed.usage.saved
            usage.tell_age(landed.usage.stale_seconds)
            context.end()
        else:
            self.counts.run += 1
        return landed.said


def answers_of(recall: Recall, *, keeps: bool) -> Answers:
    """Return what answers queries; it `keeps` the last answers where it is told to."""
    return Answers(recall, Kept(recall) if keeps else None)


async def _to_its_end(context: Context, run: Run) -> Said:
    try:
        return await run(context)
    finally:
        context.end()
