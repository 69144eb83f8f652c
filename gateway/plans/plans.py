"""Plans made once for each query and kept; graphql-core for all the rest."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
)

from gateway.begun import Begun
from gateway.plans.arguments import Arguments, Values, Variables, arguments_of
from gateway.plans.emit import Emitted
from gateway.plans.keeping import Keeper
from gateway.plans.planting import Flags, Fragments, flags_of, fragments_of, operation_of, plant
from gateway.plans.running import Request, Trial
from gateway.plans.settling import settle
from gateway.plans.sources import core_of
from gateway.plans.tree import Tree
from gateway.plans.unplannable import Reason, Surprise, Unplannable
from gateway.plans.views import View

REMEMBERED = 500
"""How many operations are kept, with their plans or with why they have none."""

MOST_FIELDS = 20_000
"""How many fields all plans together may have: a field takes 3 KB, so all of them 60 MB."""

COMBINATIONS = 16
"""How many plans an operation may have: one for each combination of its flags."""

UNTRIED = 20
"""How often a plan that had to wait is run before it is tried again without waiting."""

PATIENCE = 3
"""How often an operation may surprise its plan before graphql-core runs it for good."""


class Plan:
    """One query with its flags, ready to run."""

    def __init__(
        self, schema: strawberry.Schema, tree: Tree, variables: Variables, keeper: Keeper
    ) -> None:
        self.schema = schema
        self.tree = tree
        self.variables = variables
        self.arguments: list[Arguments] = arguments_of(schema, tree)
        emitted = Emitted(tree, self.arguments, keeper)
        self.source = emitted.source
        self.tables = emitted.tables
        self.run = emitted.run
        self._forks = emitted.forks
        self._untried = 0

    async def follow(
        self, context: object, told: Mapping[str, object], values: Values, *, hides: bool
    ) -> tuple[View, Request]:
        """Return the answer, and the request that made it.

        Where fields would run side by side, all is tried at once first, as long as that lasts: no
        task is begun then.
        """

        async def run() -> tuple[View, Request]:
            request = Request(self, context, told, values, hides=hides)
            return await self.run(request), request

        trial: Trial | None = getattr(context, "trial", None)
        if not self._forks or trial is None:
            return await run()
        if self._untried:
            self._untried -= 1
            return await run()
        begun = Begun(trial.at_once(run, run))
        if not begun.is_over:
            self._untried = UNTRIED
            trial.goes_on()
        followed: tuple[View, Request] = await begun
        return followed


@dataclass(slots=True)
class Planned:
    """What is known of one operation: how to run it, or why graphql-core does."""

    document: DocumentNode
    refused: str | None = None
    reason: Reason = Reason.FIELD
    node: OperationDefinitionNode | None = None
    fragments: Fragments = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    variables: Variables | None = None
    plans: dict[tuple[bool, ...], Plan] = field(default_factory=dict)
    surprises: int = 0

    @property
    def fields(self) -> int:
        """How many fields its plans have."""
        return sum(len(plan.tree.fields) for plan in self.plans.values())

    def refuse(self, why: str, reason: Reason) -> None:
        """Leave it to graphql-core for good, and keep no plan of it."""
        self.refused, self.reason = why, reason
        self.plans.clear()


@dataclass(slots=True)
class Counts:
    """How often a plan answered, and why graphql-core did; `surprises` are the last hundred."""

    planned: int = 0
    made: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    surprised: int = 0
    surprises: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How often graphql-core answered."""
        return self.reasons.total()


class Plans:
    """Runs validated documents as graphql-core runs them.

    A query that surprises its plan is run again by graphql-core, at once. Mutations and
    subscriptions are never planned, so that nothing is ever changed twice.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        remembered: int = REMEMBERED,
        most_fields: int = MOST_FIELDS,
    ) -> None:
        self._schema = schema
        self._most_fields = most_fields
        self._core: GraphQLSchema = schema._schema  # noqa: SLF001  # Strawberry gives it to no one by another name
        self._remembered = remembered
        self._known: OrderedDict[tuple[int, str | None], Planned] = OrderedDict()
        self._keeper = Keeper(self._empty)
        self.counts = Counts()

    @property
    def kept(self) -> int:
        """How many operations are known at the moment."""
        return len(self._known)

    @property
    def plans(self) -> int:
        """How many plans are kept: an operation has one for each combination of its flags."""
        return sum(len(one.plans) for one in self._known.values())

    @property
    def fields(self) -> int:
        """How many fields the plans have that are kept: what takes their memory."""
        return sum(one.fields for one in self._known.values())

    async def execute(
        self,
        document: DocumentNode,
        context: object,
        variables: Mapping[str, object] | None = None,
        operation_name: str | None = None,
        *,
        hide_suggestions: bool = False,
    ) -> ExecutionResult:
        """Return the result; the objects in it may be views, which msgspec encodes as dicts."""
        told = variables or {}
        planned = self.planned(document, operation_name)
        reason = Reason.VARIABLES
        if planned.refused is None:
            try:
                result = await self._follow(planned, context, told, hides=hide_suggestions)
            except Surprise as surprise:
                reason = Reason.SURPRISE
                self._surprised(planned, str(surprise))
            else:
                if result is not None:
                    self.counts.planned += 1
                    return result
        self.counts.reasons[reason if planned.refused is None else planned.reason] += 1
        left = execute(
            self._core,
            document,
            context_value=context,
            variable_values=dict(told),
            operation_name=operation_name,
            hide_suggestions=hide_suggestions,
        )
        return await left if isawaitable(left) else left

    async def promptly(
        self,
        document: DocumentNode,
        context: object,
        variables: Mapping[str, object],
        operation_name: str | None,
    ) -> View | None:
        """Return the answer of a query whose plan gives all of it, None where it has none.

        For whoever tries it without waiting: `execute` is for whoever waits, and tells what failed.
        """
        planned = self.planned(document, operation_name)
        if planned.refused is not None or planned.variables is None:
            return None
        values = planned.variables.coerce(variables)
        plan = None if values is None else self.plan(planned, values)
        if plan is None or values is None:
            return None
        request = Request(plan, context, variables, values, hides=True)
        try:
            view = await plan.run(request)
        except Surprise as surprise:
            self._surprised(planned, str(surprise))
            return None
        if request.noted:
            return None
        self.counts.planned += 1
        return view

    def _surprised(self, planned: Planned, why: str) -> None:
        planned.surprises += 1
        self.counts.surprised += 1
        if planned.surprises >= PATIENCE:
            planned.refuse(why, Reason.SURPRISE)
        self.counts.surprises = [*self.counts.surprises[-99:], why]

    def planned(self, document: DocumentNode, operation_name: str | None = None) -> Planned:
        """Return what is known of this operation; it is looked at once."""
        key = (id(document), operation_name)
        planned = self._known.get(key)
        if planned is None:
            planned = self._known[key] = self._read(document, operation_name)
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return planned

    def _read(self, document: DocumentNode, name: str | None) -> Planned:
        try:
            node, fragments = operation_of(document, name), fragments_of(document)
            flags = flags_of(node, fragments)
            variables = Variables(core_of(self._schema), node)
        except Unplannable as why:
            return Planned(document, str(why), why.reason)
        return Planned(document, node=node, fragments=fragments, flags=flags, variables=variables)

    async def _follow(
        self, planned: Planned, context: object, told: Mapping[str, object], *, hides: bool
    ) -> ExecutionResult | None:
        values = None if planned.variables is None else planned.variables.coerce(told)
        plan = None if values is None else self.plan(planned, values)
        if plan is None or values is None:
            return None
        view, request = await plan.follow(context, told, values, hides=hides)
        if not request.noted:
            return ExecutionResult(_top(view), None)
        settled, errors = settle(view, request.noted)
        return ExecutionResult(None if settled is None else _top(settled), errors)

    def plan(self, planned: Planned, values: Values) -> Plan | None:
        """Return the plan for these variables' flags; None where graphql-core is to run it."""
        flags = tuple(values.get(name) for name in planned.flags)
        if not all(isinstance(flag, bool) for flag in flags):
            return None
        plan = planned.plans.get(flags)  # type: ignore[arg-type]  # asked one line above
        if plan is None:
            try:
                plan = self._made(planned, dict(zip(planned.flags, flags, strict=True)))  # type: ignore[arg-type]  # as above
            except Unplannable as why:
                planned.refuse(str(why), why.reason)
                return None
            except (RecursionError, SyntaxError) as why:
                planned.refuse(f"too deep for Python ({type(why).__name__})", Reason.SIZE)
                return None
            self._keep(planned, flags, plan)  # type: ignore[arg-type]  # as above
        return plan

    def _keep(self, planned: Planned, flags: tuple[bool, ...], plan: Plan) -> None:
        """Keep a plan; where there are too many, those of the operation go, then the oldest."""
        size = len(plan.tree.fields)
        is_full = len(planned.plans) >= COMBINATIONS
        if is_full or planned.fields + size > self._most_fields:
            planned.plans.clear()
        planned.plans[flags] = plan
        self.counts.made += 1
        while len(self._known) > 1 and self.fields > self._most_fields:
            self._known.popitem(last=False)

    def _made(self, planned: Planned, flags: Flags) -> Plan:
        node, variables = planned.node, planned.variables
        if node is None or variables is None:
            raise Unplannable("nothing to plan")
        tree = plant(self._core, node, planned.fragments, flags)
        return Plan(self._schema, tree, variables, self._keeper)

    def _empty(self) -> None:
        """Let go of all that rows showed."""
        for planned in self._known.values():
            for plan in planned.plans.values():
                for table in plan.tables:
                    table.clear()


def _top(view: View) -> dict[str, Any]:
    """Return the answer's outermost keys; what is below stays views."""
    names = zip(view.__struct_fields__, view.__struct_encode_fields__, strict=True)
    return {key: getattr(view, slot) for slot, key in names}
