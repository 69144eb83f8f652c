"""What plans take for granted of Strawberry and graphql-core: a new version fails here, once."""

import hashlib
import inspect
from importlib.metadata import version

import pytest
import strawberry
from graphql import GraphQLResolveInfo
from graphql.execution.executor import Executor
from graphql.execution.values import VariableValues
from strawberry.schema import schema_converter
from strawberry.types.field import StrawberryField

from gateway.plans.arguments import MOST_ERRORS
from gateway.plans.sources import MADE_BY
from tests.plans.kitchen import WAITING

KNOWN = {"strawberry-graphql": "0.341.2", "graphql-core": "3.3.2"}
SAY = (
    f"gateway/plans was written against {KNOWN}, and stands in for this code. Read what changed, "
    "run LONG_RUNS=1 on tests/plans, then write the new version and digest here."
)


def _source(*parts: object) -> str:
    text = "".join(inspect.getsource(part) for part in parts)  # type: ignore[arg-type]  # functions and classes
    return hashlib.sha256(text.encode()).hexdigest()[:16]


DIGESTS = {
    "how a field is run and completed": (
        _source(
            Executor.execute_fields,
            Executor.execute_field,
            Executor.handle_field_error,
            Executor.complete_value,
            Executor.complete_list_value,
            Executor.complete_iterable_value,
            Executor.complete_list_item_value,
            Executor.complete_leaf_value,
            Executor.complete_abstract_value,
            Executor.complete_object_value,
        ),
        "e819e9e17a3af4e5",
    ),
    "how Strawberry calls a resolver": (
        _source(
            schema_converter.get_arguments,
            schema_converter.GraphQLCoreConverter.from_resolver,
            StrawberryField.get_result,
        ),
        "0b94e519df9bf671",
    ),
}


@pytest.mark.parametrize("what", DIGESTS)
def test_what_plans_stand_in_for_is_what_it_was(what: str) -> None:
    now, known = DIGESTS[what]
    installed = {name: version(name) for name in KNOWN}
    assert now == known, f"{what} has changed in {installed}. {SAY}"


def test_what_plans_touch_is_where_it_was() -> None:
    field = WAITING.core.query_type.fields["alpha"]  # type: ignore[union-attr]  # there are queries
    of = field.extensions["strawberry-definition"]
    assert type(of) is StrawberryField, SAY
    assert field.resolve.__module__ == MADE_BY, SAY
    assert of.base_resolver is not None
    assert of.base_resolver.info_parameter is not None, SAY
    assert GraphQLResolveInfo._fields == (
        *("field_name", "field_nodes", "return_type", "parent_type", "path", "schema"),
        *("fragments", "root_value", "operation", "variable_values", "context", "is_awaitable"),
        *("abort_signal", "async_helpers"),
    ), SAY
    assert VariableValues._fields == ("sources", "coerced"), SAY
    limit = inspect.signature(Executor.build).parameters["max_coercion_errors"].default
    assert limit == MOST_ERRORS, SAY
    assert list(inspect.signature(strawberry.Info).parameters) == ["_raw_info", "_field"], SAY
