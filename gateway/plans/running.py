"""One execution of a plan: what generated code asks of the world outside."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import strawberry
from graphql import GraphQLResolveInfo, GraphQLSchema
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable

from gateway.plans.arguments import Arguments, Values, Variables
from gateway.plans.careful import Careful, Noted, Waiting, give_up
from gateway.plans.sources import Kind
from gateway.plans.tree import Field, Tree
from gateway.plans.unplannable import Surprise
from gateway.plans.views import View


class Running(Protocol):
    """What a request needs of the plan it runs."""

    schema: strawberry.Schema
    tree: Tree
    variables: Variables
    arguments: list[Arguments]


class Request:
    """One execution; `told` are the variables as they came, `values` as they were coerced.

    With `hides` no error tells what else a name might have meant.
    """

    __slots__ = (
        "_arguments",
        "_hides",
        "_infos",
        "_raw",
        "_values",
        "_whole",
        "context",
        "noted",
        "plan",
        "told",
    )

    def __init__(
        self,
        plan: Running,
        context: object,
        told: Mapping[str, object],
        values: Values,
        *,
        hides: bool = False,
    ) -> None:
        self.plan = plan
        self.context = context
        self.told = told
        self.noted: list[Noted] = []
        self._values = values
        self._hides = hides
        self._whole: VariableValues | None = None
        self._arguments: dict[int, Values | Exception] = {}
        self._infos: dict[int, strawberry.Info[Any, Any]] = {}
        self._raw: dict[int, GraphQLResolveInfo[Any]] = {}

    async def column(self, field: Field, parents: list[Any]) -> Sequence[Any]:
        """Return a later field's value, or its exception, for each of these parents."""
        source = field.source
        try:
            arguments = self.arguments(field)
            if source.kind is Kind.ALL:
                return await self._all(field, parents, arguments)
        except Exception as error:  # noqa: BLE001  # it is everybody's
            return [error] * len(parents)
        started: list[Any] = []
        try:
            started += (self._started(field, parent, arguments) for parent in parents)
            return await side_by_side([_ended(one) for one in started])
        except BaseException:
            for one in started:
                give_up(one)
            raise

    async def _all(self, field: Field, parents: list[Any], arguments: Values) -> Sequence[Any]:
        source = field.source
        given = dict(arguments)
        if source.info is not None:
            given[source.info] = self.info(field)
        function: Callable[..., Any] = source.function  # type: ignore[assignment]  # a resolver's has one
        values: Sequence[Any] = await function(parents, **given)
        if len(values) != len(parents):
            raise Surprise(f"{field.title}: {len(values)} answers for {len(parents)} parents")
        return values

    def _started(self, field: Field, parent: object, arguments: Values) -> Any:  # noqa: ANN401  # a value, or what gives it
        try:
            return self._called(field, parent, arguments)
        except Exception as error:  # noqa: BLE001  # it is this parent's
            return error

    def _called(self, field: Field, parent: object, arguments: Values) -> Any:  # noqa: ANN401  # as _started
        source = field.source
        given = dict(arguments)
        if source.info is not None:
            given[source.info] = self.info(field)
        if source.parent:
            given[source.parent] = parent
        function: Callable[..., Any] = source.function  # type: ignore[assignment]  # as _all
        return function(parent, **given) if source.parent == "" else function(**given)

    def ask(self, field: Field, parent: object) -> Any:  # noqa: ANN401  # as careful.Asking
        """Return the raw value of an inline field of one parent."""
        if field.source.kind is Kind.ATTRIBUTE:
            return getattr(parent, field.source.name)
        return self._called(field, parent, self.arguments(field))

    def carefully(
        self, field: Field, views: list[View], values: Sequence[Any], waiting: Waiting
    ) -> None:
        """Make a column's part of the answer again, slowly."""
        careful = Careful(self, waiting)
        for view, raw in zip(views, values, strict=True):
            setattr(view, field.slot, careful.value(field.place, raw, view, field.slot))

    def carefully_root(self, waiting: Waiting) -> View:
        """Make the root again, slowly."""
        return Careful(self, waiting).view(self.plan.tree.root, None)

    def arguments(self, field: Field) -> Values:
        """Return a field's arguments, bound once; raises what graphql-core says of wrong ones."""
        plan = self.plan.arguments[field.number]
        if plan.constant is not None:
            return plan.constant
        bound = self._arguments.get(field.number)
        if bound is None:
            try:
                bound = plan.bind(self._values, self._fully, hides=self._hides)
            except Exception as error:  # noqa: BLE001  # told wherever the field is asked
                bound = error
            self._arguments[field.number] = bound
        if isinstance(bound, Exception):
            raise bound
        return bound

    def info(self, field: Field) -> strawberry.Info[Any, Any]:
        """Return what Strawberry tells a resolver, the same for all parents: all but the path."""
        info = self._infos.get(field.number)
        if info is None:
            made = self.plan.schema.config.info_class
            raw, of = self.raw_info(field), field.source.field
            info = self._infos[field.number] = made(_raw_info=raw, _field=of)  # type: ignore[arg-type]  # as _all
        return info

    def raw_info(self, field: Field) -> GraphQLResolveInfo[Any]:
        """Return what graphql-core tells, but the path: who asks for that ends the plan."""
        raw = self._raw.get(field.number)
        if raw is None:
            raw = self._raw[field.number] = self._raw_info(field)
        return raw

    def _raw_info(self, field: Field) -> GraphQLResolveInfo[Any]:
        tree, unknown = self.plan.tree, _Unknown()
        schema: GraphQLSchema = tree.schema
        return GraphQLResolveInfo(
            field.name,
            field.nodes,
            field.definition.type,
            field.parent,
            unknown,  # type: ignore[arg-type]  # a path that nobody may ask for
            schema,
            tree.fragments,
            None,
            tree.operation,
            self._fully(),
            self.context,
            is_awaitable,
            None,
            unknown,  # type: ignore[arg-type]  # as the path
        )

    def _fully(self) -> VariableValues:
        if self._whole is None:
            self._whole = self.plan.variables.fully(self.told)
        if self._whole is None:
            raise Surprise("variables that were well a moment ago")
        return self._whole


class _Unknown:
    """Stands for what a plan does not know."""

    def __getattr__(self, name: str) -> object:
        raise Surprise(f"info's {name}")

    def __iter__(self) -> object:
        raise Surprise("info's path")


async def _ended(value: Any) -> Any:  # noqa: ANN401  # a value, an exception, or what gives either
    try:
        return await value if is_awaitable(value) else value
    except Exception as error:  # noqa: BLE001  # it is told where it belongs
        return error


async def side_by_side(parts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Return what these give, run together; where one may not go on, none does."""
    if len(parts) == 1:
        return [await parts[0]]
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
