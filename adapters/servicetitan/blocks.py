"""Values asked in blocks, and their rows dealt back to them, each checked against the question."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adapters.servicetitan.errors import QuestionRefused, UpstreamError, UpstreamRejected
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Key
from adapters.servicetitan.together import together

M = TypeVar("M", bound=Model)

Dealt = dict[int, tuple[M, ...] | UpstreamError]
AskOnce = Callable[[Sequence[int]], Awaitable[list[M]]]


@dataclass(slots=True)
class Divisions:
    """How often a refused block may still be halved.

    Three bad ids of fifty are found within this. Where ServiceTitan refuses every id, the question
    itself is wrong, and to ask it a hundred times would only spend the tenant's calls.
    """

    left: int = 18

    def take(self) -> bool:
        """Use one up, if there is one."""
        self.left -= 1
        return self.left >= 0


def blocks_of(values: Iterable[int], size: int) -> list[list[int]]:
    """Cut the distinct values, in the order asked, into blocks."""
    distinct = list(dict.fromkeys(values))
    return [distinct[start : start + size] for start in range(0, len(distinct), size)]


def compare(rows: Iterable[M], key: Key[M], asked: frozenset[int], subject: str) -> None:
    """Refuse the answer whole where one row is no answer: its filter was ignored (R14, R84).

    Rows that do not say what they answer pass. Raises `UpstreamRejected`.
    """
    if key.is_proven and any(asked.isdisjoint(key.answers(row)) for row in rows):
        message = f"ServiceTitan gave {subject} that we did not ask for: none of them is shown."
        raise UpstreamRejected(message)


async def answer(
    ask: AskOnce[M], key: Key[M], values: Sequence[int], divisions: Divisions
) -> Dealt[M]:
    """Give each value its rows, or why there are none. Raises no `UpstreamError`.

    A refused block is asked again in halves, so that one bad id stands alone with its refusal.
    """
    try:
        rows = await ask(values)
    except QuestionRefused as refused:
        if len(values) == 1 or not divisions.take():
            return dict.fromkeys(values, refused)
        middle = len(values) // 2
        halves = (values[:middle], values[middle:])
        dealt = await together(answer(ask, key, half, divisions) for half in halves)
        return dealt[0] | dealt[1]
    except UpstreamError as error:
        return dict.fromkeys(values, error)
    return _deal(rows, key, values)


def _deal(rows: Iterable[M], key: Key[M], values: Sequence[int]) -> Dealt[M]:
    if not key.is_proven:
        (value,) = values
        return {value: tuple(rows)}
    dealt: dict[int, list[M]] = {value: [] for value in values}
    for row in rows:
        for value in {*key.answers(row)} & dealt.keys():
            dealt[value].append(row)
    return {value: tuple(given) for value, given in dealt.items()}
