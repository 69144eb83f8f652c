"""What operations cost is reckoned once for all that are asked alike, and never for others."""

from typing import Any

import pytest

from gateway.costs import Costs
from gateway.documents import Documents
from gateway.graph import build_schema, core
from gateway.guard.cost import Cost, cost_of

SCHEMA = core(build_schema())
ONE = """query One(
  $id: ID!, $first: Int, $more: Boolean = false, $ids: [ID!]! = [], $tab: JobTab! = UPCOMING
) {
  node(id: $id) { id } nodes(ids: $ids) { id }
  viewer { invoices(first: $first) { nodes { number } }
    jobs(first: 5, tab: $tab) @include(if: $more) { totalCount } } }"""
TWO = "query One { viewer { email } } query Two { viewer { invoices(first: 100) { totalCount } } }"


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(SCHEMA)


def reckoned(documents: Documents, text: str, name: str | None, given: dict[str, Any]) -> Cost:
    """Reckon without remembering."""
    document = documents.read(text)
    assert document.node is not None
    return cost_of(SCHEMA, document.node, document.operation(name), given)


def test_what_is_asked_alike_is_reckoned_once(documents: Documents) -> None:
    costs, document = Costs(SCHEMA), documents.read(ONE)
    first = costs.of(document, "One", {"id": "a", "first": 20})
    assert costs.of(document, "One", {"first": 20, "id": "another"}) is first
    assert first == reckoned(documents, ONE, "One", {"id": "a", "first": 20})


GIVEN: dict[str, dict[str, Any]] = {
    "fewer": {"id": "a", "first": 1},
    "no number": {"id": "a", "first": None},
    "none": {"id": "a"},
    "a flag": {"id": "a", "first": 20, "more": True},
    "a number for an id": {"id": 5, "first": 20},
    "nothing for an id": {"id": None, "first": 20},
    "what does not fit": {"id": "a", "first": "20"},
    "a whole number as a fraction": {"id": "a", "first": 20.5},
    "what is missing": {"first": 20},
    "a word that is none": {"id": "a", "first": 20, "tab": "NOWHERE"},
    "a list": {"id": "a", "first": 20, "ids": ["a", "b"]},
    "what is no id in a list": {"id": "a", "first": 20, "ids": [True]},
}


@pytest.mark.parametrize("case", GIVEN)
def test_what_is_asked_otherwise_is_reckoned_for_itself(documents: Documents, case: str) -> None:
    costs, document = Costs(SCHEMA), documents.read(ONE)
    costs.of(document, "One", {"id": "a", "first": 20, "tab": "COMPLETED"})
    usual = costs.of(document, "One", {"id": "a", "first": 20})
    told = costs.of(document, "One", GIVEN[case])
    assert told is not usual
    assert told == reckoned(documents, ONE, "One", GIVEN[case])


def test_each_operation_of_a_document_has_its_own(documents: Documents) -> None:
    costs, document = Costs(SCHEMA), documents.read(TWO)
    for name in ("One", "Two", "One", "Two"):
        assert costs.of(document, name, None) == reckoned(documents, TWO, name, {})
    assert costs.of(document, "One", None) != costs.of(document, "Two", None)


def test_what_will_not_run_costs_nothing(documents: Documents) -> None:
    costs = Costs(SCHEMA)
    assert costs.of(documents.read(TWO), None, None) == Cost()
    assert costs.of(documents.read(TWO), "Three", None) == Cost()
    assert costs.of(documents.read("{"), None, None) == Cost()


def test_another_document_is_never_taken_for_it(documents: Documents) -> None:
    costs = Costs(SCHEMA)
    texts = [f"{{ viewer {{ invoices(first: {first}) {{ totalCount }} }} }}" for first in (1, 100)]
    told = [costs.of(documents.read(text), None, None) for text in texts]
    assert told == [reckoned(documents, text, None, {}) for text in texts]
    assert told[0] != told[1]


def test_staff_are_told_what_it_costs_them(documents: Documents) -> None:
    costs = Costs(SCHEMA)
    one, other = documents.read(TWO), documents.read(TWO, freely=True)
    assert one.number != other.number
    assert costs.of(one, "Two", None) == costs.of(other, "Two", None)
