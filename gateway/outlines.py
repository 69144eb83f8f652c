"""How a query would run, before it is asked: by its rounds, or in a sentence why by none."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from graphql import DocumentNode, GraphQLError
from graphql.language.ast import BooleanValueNode

from gateway.answers.said import Said, refused
from gateway.guard.unsaid import presenting
from gateway.http.exchange import GraphQLRequest
from gateway.http.refusals import forbidden
from gateway.plans.plans import Plan, Planned, Plans
from gateway.plans.shown import Shown, shown
from gateway.subscriptions import Told
from resolvers.viewer import Viewer
from schema.weights import FREE, WEIGHTS

_NOTHING: Final = msgspec.Raw(b"{}")


class Without(msgspec.Struct, frozen=True):
    """Why there is no plan, as a sentence."""

    without: str


class NoPlan(Exception):  # noqa: N818  # no error: graphql-core answers the query
    """There is no plan of this; the message says why, as a sentence."""


class Undecided(NoPlan):
    """Which fields are asked is decided by the variable `name`, and nobody told it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Say in the variables what ${name} is: true or false.")
        self.name = name


def unrun(
    plans: Plans,
    asked: GraphQLRequest,
    viewer: Viewer,
    document: DocumentNode | None,
    refusals: Sequence[GraphQLError],
) -> tuple[Said, Told | None]:
    """Return what is said where nothing runs: what is wrong with a document, or else its plan.

    Raises Refused (403) where somebody who is no staff asks for a plan.
    """
    present = presenting(asked, viewer)
    if document is None or refusals:
        return refused(*(present(error) for error in refusals)), None
    if viewer.staff is None:
        raise forbidden("How a query is run is shown to staff.")
    return Said(written=_NOTHING), {"plan": _outline(plans, asked, document)}


def _outline(plans: Plans, asked: GraphQLRequest, document: DocumentNode) -> Shown | Without:
    try:
        plan = plan_of(plans, document, asked.operation_name, asked.variables or {})
    except NoPlan as why:
        return Without(str(why))
    return shown(plan, asks)


def plan_of(
    plans: Plans, document: DocumentNode, operation: str | None, told: Mapping[str, object]
) -> Plan:
    """Return the plan of an operation of a valid document, with these variables.

    Of the variables only those count that @skip and @include look at. Raises NoPlan.
    """
    known = plans.planned(document, operation)
    plan = None if known.refused is not None else plans.plan(known, _flags(known, told))
    if plan is None:
        raise NoPlan(f"This is not compiled, so graphql-core runs it: {known.refused}.")
    return plan


def asks(title: str) -> str:
    """Return what the guard reckons that this field asks of ServiceTitan; empty for nothing."""
    weight = WEIGHTS.get(title, FREE)
    calls = [f"{weight.of_each} calls"] if weight.of_each else []
    return " and ".join([*weight.asks, *calls])


def _flags(known: Planned, told: Mapping[str, object]) -> dict[str, bool]:
    """Return what decides which fields are asked: as told, else as the document has it."""
    heads = () if known.node is None else known.node.variable_definitions or ()
    usual = {
        of.variable.name.value: of.default_value.value
        for of in heads
        if isinstance(of.default_value, BooleanValueNode)
    }
    flags: dict[str, bool] = {}
    for name in known.flags:
        value = told.get(name, usual.get(name))
        if not isinstance(value, bool):
            raise Undecided(name)
        flags[name] = value
    return flags
