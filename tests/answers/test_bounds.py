"""What kept answers may take in memory: so many bytes in all, and of one."""

from typing import Any, cast

import msgspec
import pytest

from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from adapters.ledger.pending_amounts import Pending
from gateway.answers.kept import MOST_OF_ONE, Kept
from gateway.answers.questions import Grounds, Person, Question, spelled
from gateway.answers.said import Said
from gateway.settings import read_settings
from resolvers.access import Reach
from resolvers.policy import Policy
from resolvers.viewer import ViewerKind
from tests.answers.asking import PAT, open_desk
from tests.gateway.test_cli import GOOD

GROUNDS = Grounds(Reach(), Policy(), Pending(0))
SOMEBODY = Person(ViewerKind.CUSTOMER, "key", None, None)


def keep(kept: Kept, document: str, size: int, **usage: Any) -> None:  # noqa: ANN401  # of Usage
    """Keep an answer of so many bytes."""
    said = Said((), msgspec.Raw(b" " * size))
    question = Question(SOMEBODY, document, None, "None", "None")
    kept.keep(question, GROUNDS, Readings(), said, Usage(**usage))


@pytest.mark.parametrize(
    ("told", "is_on"),
    [({}, True), ({"PORTAL_KEEP_ANSWERS": "on"}, True), ({"PORTAL_KEEP_ANSWERS": "OFF"}, False)],
)
def test_they_are_kept_unless_that_is_turned_off(told: dict[str, str], is_on: bool) -> None:
    assert (read_settings(GOOD | told).keep_answers == "on") is is_on


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


@pytest.mark.parametrize("switch", ["on", "off"])
async def test_parts_are_kept_where_answers_are(switch: str) -> None:
    async with open_desk(PAT, told={"keep_answers": switch}) as desk:
        for size in (70, 80, 90):
            selection = f"invoices(first: {size}) {{ nodes {{ number job {{ number }} }} }}"
            await desk.house.viewer(PAT, selection)
        numbers = {family.name: family for family in await desk.house.metrics()}
        for name in ("shelves", "shelves_bytes"):
            (sample,) = numbers[f"portal_gateway_{name}"].samples
            assert (sample.value > 0) is (switch == "on")
