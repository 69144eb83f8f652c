"""One execution of a plan: what generated code asks of the world outside."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import strawberry
from graphql import GraphQLResolveInfo, GraphQLSchema
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable

from gateway.plans.arguments import Arguments, Values, Variables
from gateway.plans.careful import Careful, Noted, Waiting, give_up
from gateway.plans.infos import Lazily, Told
from gateway.plans.lists import Listed, Make
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


class Kept(Protocol):
    """Where it is kept for one viewer what lists of rows show."""

    def page(self, listed: object, rows: Sequence[object]) -> Any: ...  # noqa: ANN401, D102  # as Lasting has it
    def is_worth_it(self, listed: object, rows: Sequence[object]) -> bool: ...  # noqa: D102  # as Lasting has it
    async def show(self, listed: object, rows: Sequence[object], work: Any) -> Any: ...  # noqa: ANN401, D102  # as Lasting has it


class Trial(Protocol):
    """How a context has things tried at once that may turn out to have to wait."""

    async def at_once(self, attempt: Any, otherwise: Any) -> Any: ...  # noqa: ANN401, D102  # as resolvers have it
    def is_tried(self) -> bool: ...  # noqa: D102  # as resolvers have it
    def goes_on(self) -> None: ...  # noqa: D102  # as resolvers have it


class Request:
    """One execution; `told` are the variables as they came, `values` as they were coerced.

    With `hides` no error tells what else a name might have meant. `keeps` whether what lists show
    is kept, where the context has a place for it; `is_looked_at` whether anybody looked at the
    variables, so that what was shown may be another with others.
    """

    __slots__ = (
        "_arguments",
        "_hides",
        "_infos",
        "_keeps",
        "_raw",
        "_values",
        "_whole",
        "context",
        "is_looked_at",
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
        keeps: bool = True,
    ) -> None:
        self.plan = plan
        self.context = context
        self.told = told
        self.noted: list[Noted] = []
        self.is_looked_at = False
        self._keeps = keeps
        self._values = values
        self._hides = hides
        self._whole: VariableValues | None = None
        self._arguments: dict[int, Values | Exception] = {}
        self._infos: dict[int, strawberry.Info[Any, Any]] = {}
        self._raw: dict[int, GraphQLResolveInfo[Any]] = {}

    async def column(self, field: Field, parents: list[Any]) -> Sequence[Any]:
        """Return a later field's value, or its exception, for each of these parents.

        An object that stands at several places is asked once.
        """
        source = field.source
        if len(parents) > 1:
            alone = {id(parent): parent for parent in parents}
            if len(alone) < len(parents):
                values = await self.column(field, [*alone.values()])
                told = dict(zip(alone, values, strict=True))
                return [told[id(parent)] for parent in parents]
        try:
            arguments = self.arguments(field)
            if source.kind is Kind.ALL:
                return await self._all(field, parents, arguments)
        except Exception as error:  # noqa: BLE001  # it is everybody's
            return [error] * len(parents)
        if len(parents) == 1:
            return [await _ended(self._started(field, parents[0], arguments))]
        started: list[Any] = []
        try:
            started += (self._started(field, parent, arguments) for parent in parents)
            return await self.side_by_side([_ended(one) for one in started])
        except BaseException:
            for one in started:
                give_up(one)
            raise

    async def side_by_side(self, parts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        """Return what these give: in turn in an attempt, in which nothing waits, else together."""
        if len(parts) == 1:
            return [await parts[0]]
        trial: Trial | None = getattr(self.context, "trial", None)
        if trial is not None and trial.is_tried():
            return await in_turn(parts, trial)
        return await side_by_side(parts)

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

    async def shown(self, listed: Listed, make: Make, rows: Sequence[Any]) -> msgspec.Raw | None:
        """Return what these rows show as it was kept, or kept now; None where it is made as usual.

        Nothing is kept of what fails, has to wait, or looks at the variables.
        """
        lasting: Kept | None = getattr(self.context, "lasting", None) if self._keeps else None
        if lasting is None or not rows:
            return None
        shown: msgspec.Raw | None = lasting.page(listed, rows)
        if shown is not None or not lasting.is_worth_it(listed, rows):
            return shown

        async def work(context: object) -> msgspec.Raw | None:
            request = Request(self.plan, context, self.told, self._values, keeps=False)
            views = await make(request, rows)
            if request.noted or request.is_looked_at:
                return None
            return msgspec.Raw(msgspec.json.encode(views))

        try:
            shown = await lasting.show(listed, rows, work)
        except Exception:  # noqa: BLE001  # it is made as usual, and told there
            return None
        return shown

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
                bound = plan.bind(self._values, self.fully, hides=self._hides)
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
            made, of = self.plan.schema.config.info_class, field.source.field
            if made is strawberry.Info:
                info = Told(self, field)
            else:
                info = made(_raw_info=self.raw_info(field), _field=of)  # type: ignore[arg-type]  # as _all
            self._infos[field.number] = info
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
            Lazily(self),  # type: ignore[arg-type]  # it gives the same, once it is asked
            self.context,
            is_awaitable,
            None,
            unknown,  # type: ignore[arg-type]  # as the path
        )

    def fully(self) -> VariableValues:
        """Return graphql-core's own account of the variables."""
        self.is_looked_at = True
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


async def in_turn(parts: Sequence[Coroutine[Any, Any, Any]], trial: Trial) -> list[Any]:
    """Return what these give: one after the other until one had to wait, the rest side by side.

    Where one may not go on, none does.
    """
    told: list[Any] = []
    try:
        while len(told) < len(parts) and trial.is_tried():
            told.append(await parts[len(told)])
    except BaseException:
        for part in parts[len(told) :]:
            part.close()
        raise
    rest = parts[len(told) :]
    return [*told, *await side_by_side(rest)] if rest else told


async def side_by_side(parts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Return what these give, run together; where one may not go on, none does."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
