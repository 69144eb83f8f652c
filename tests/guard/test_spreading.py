"""Which fragments spread which: their order, and what is reached, gone round once."""

from collections.abc import Mapping, Sequence

import pytest

from gateway.guard.spreading import in_order, reached_by

CHAIN = {"a": ["b", "c"], "b": ["d", "nothing"], "c": ["d"], "d": [], "e": ["a"]}
ROUND = {"a": ["b"], "b": ["c", "a"], "c": ["c", "b"]}


@pytest.mark.parametrize(
    ("fragments", "order"),
    [(CHAIN, ["d", "b", "c", "a", "e"]), (ROUND, ["c", "b", "a"]), ({}, [])],
)
def test_each_comes_behind_those_that_it_spreads(
    fragments: Mapping[str, Sequence[str]], order: list[str]
) -> None:
    assert list(in_order(fragments)) == order


@pytest.mark.parametrize(
    ("names", "reached"),
    [
        *(([], set()), (["nothing"], set()), (["d"], {"d"}), (["b", "b"], {"b", "d"})),
        *((["a"], {"a", "b", "c", "d"}), (["c", "e"], {"a", "b", "c", "d", "e"})),
    ],
)
def test_what_is_reached_is_what_is_spread_by_what_is(names: list[str], reached: set[str]) -> None:
    assert reached_by(names, CHAIN) == reached


def test_a_circle_is_reached_whole() -> None:
    assert reached_by(["c"], ROUND) == {"a", "b", "c"}
