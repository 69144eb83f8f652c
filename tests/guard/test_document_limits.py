"""Each bound of a document by itself: reached, passed, and in which order they are told."""

from dataclasses import replace

import pytest

from gateway.guard.limits import EVERYBODY, STAFF, DocumentLimits, beyond
from gateway.guard.shape import Shape

LIMITS = DocumentLimits(
    characters=1,
    tokens=1,
    fields=11,
    depth=12,
    aliases=13,
    directives=14,
    root_fields=15,
    lists=16,
    siblings=17,
)
REACHED = Shape(
    fields=11, depth=12, aliases=13, directives=14, root_fields=15, lists=16, siblings=17
)
TOLD = {
    "fields": ("fields", "A document may have at most 11 fields, its fragments spread out."),
    "depth": ("depth", "A document may have at most 12 fields inside each other."),
    "aliases": ("aliases", "A document may have at most 13 aliases, its fragments spread out."),
    "directives": ("directives", "A document may have at most 14 directives."),
    "root_fields": ("rootFields", "A document may have at most 15 fields at its root."),
    "lists": ("lists", "A document may have at most 16 lists inside each other."),
    "siblings": ("siblings", "A document may have at most 17 fields side by side."),
}


def passing(shape: Shape, name: str) -> Shape:
    """Return the shape with one more of these."""
    more = replace(shape)
    setattr(more, name, getattr(shape, name) + 1)
    return more


@pytest.mark.parametrize("name", TOLD)
def test_gd8_one_more_is_refused_and_named(name: str) -> None:
    assert LIMITS.exceeded(REACHED) is None
    refusal = LIMITS.exceeded(passing(REACHED, name))
    limit, message = TOLD[name]
    assert refusal is not None
    assert refusal.formatted == {
        "message": message,
        "extensions": {"code": "LIMIT_EXCEEDED", "limit": limit},
    }


def test_the_first_of_several_is_told() -> None:
    passed = REACHED
    for name in reversed(TOLD):
        passed = passing(passed, name)
        refusal = LIMITS.exceeded(passed)
        assert refusal is not None
        assert refusal.message == TOLD[name][1]


def test_a_refusal_names_its_limit() -> None:
    assert beyond("ids", "Fewer.").formatted == {
        "message": "Fewer.",
        "extensions": {"code": "LIMIT_EXCEEDED", "limit": "ids"},
    }


def test_staff_may_ask_at_least_as_much_as_everybody() -> None:
    for name in ("characters", "tokens", *TOLD):
        assert getattr(STAFF, name) >= getattr(EVERYBODY, name)
