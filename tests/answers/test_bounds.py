"""What kept answers may take in memory: so many bytes in all, and of one."""

from typing import Any, cast

import msgspec

from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from adapters.ledger.pending_amounts import Pending
from gateway.answers.kept import MOST_OF_ONE, Kept
from gateway.answers.questions import Grounds, Person, Question, spelled
from gateway.answers.said import Said
from resolvers.access import Reach
from resolvers.policy import Policy
from resolvers.viewer import ViewerKind

GROUNDS = Grounds(Reach(), Policy(), Pending(0))
SOMEBODY = Person(ViewerKind.CUSTOMER, "key", None, None)


def keep(kept: Kept, document: str, size: int, **usage: Any) -> None:  # noqa: ANN401  # of Usage
    """Keep an answer of so many bytes."""
    said = Said((), msgspec.Raw(b" " * size))
    question = Question(SOMEBODY, document, None, "None", "None")
    kept.keep(question, GROUNDS, Readings(), said, Usage(**usage))


def test_the_oldest_make_room_for_the_newest() -> None:
    kept = Kept(cast("Any", None), most=100_000)
    for nth in range(50):
        keep(kept, f"{{ a{nth} }}", 10_000)
    assert (len(kept), kept.weight <= 100_000) == (8, True)


def test_one_that_is_very_large_is_not_kept() -> None:
    kept = Kept(cast("Any", None))
    keep(kept, "{ a }", MOST_OF_ONE + 1)
    assert (len(kept), kept.weight) == (0, 0)
    keep(kept, "{ a }", MOST_OF_ONE)
    assert len(kept) == 1


def test_one_that_was_past_its_age_is_not_kept() -> None:
    kept = Kept(cast("Any", None))
    keep(kept, "{ a }", 10, stale_seconds=1)
    assert len(kept) == 0


def test_values_are_alike_only_where_they_are_the_same_in_json() -> None:
    values: list[object] = [1, 1.0, "1", True, None, [1], [[1]], {"1": 1}, {}, [], "", {"a": "b:c"}]
    assert len({spelled(value) for value in values}) == len(values)
    assert spelled({"a": 1, "b": {"c": 2, "d": 3}}) == spelled({"b": {"d": 3, "c": 2}, "a": 1})
