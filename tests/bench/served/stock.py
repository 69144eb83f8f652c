"""The same graph in plain Strawberry, as its documentation shows it: types, loaders, a view.

Nobody is asked who they are, no rule is applied and no list is sorted: the rows are ready in
memory as the types themselves, so that what is measured is Strawberry and its view alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

V = TypeVar("V")
DOCUMENTS = 100


@strawberry.enum
class InvoiceStatus(Enum):
    """How far an invoice is paid."""

    OPEN = "OPEN"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"


@strawberry.type
class Item:
    """A line of an invoice."""

    name: str | None
    quantity: str
    total: Decimal


@strawberry.type
class Job:
    """A job; the name of its type is loaded."""

    number: str
    type_id: strawberry.Private[int]

    @strawberry.field
    async def type(self, info: strawberry.Info) -> str | None:
        """Return what kind of work it is."""
        name: str | None = await info.context["types"].load(self.type_id)
        return name


@strawberry.type
class Invoice:
    """An invoice; its job is loaded."""

    number: str
    status: InvoiceStatus
    total: Decimal
    balance: Decimal
    items: list[Item]
    job_id: strawberry.Private[int]

    @strawberry.field
    async def job(self, info: strawberry.Info) -> Job | None:
        """Return the job it was written for."""
        job: Job | None = await info.context["jobs"].load(self.job_id)
        return job


@strawberry.type
class InvoiceConnection:
    """A page of invoices."""

    nodes: list[Invoice]


@strawberry.type
class Customer:
    """The customer."""

    name: str
    rows: strawberry.Private[Sequence[Invoice]]

    @strawberry.field
    def invoices(self, first: int = 20) -> InvoiceConnection:
        """Return the newest of its invoices."""
        return InvoiceConnection(nodes=list(self.rows[:first]))


@strawberry.type
class CustomerConnection:
    """A page of customers."""

    nodes: list[Customer]


@strawberry.type
class Viewer:
    """Who asks."""

    @strawberry.field
    def customers(self, info: strawberry.Info, first: int = 100) -> CustomerConnection:
        """Return the customers of theirs."""
        return CustomerConnection(nodes=[info.context["customer"]][:first])


@strawberry.type
class Query:
    """Everything that can be asked."""

    @strawberry.field
    def viewer(self) -> Viewer:
        """Return who asks."""
        return Viewer()


@dataclass(frozen=True, slots=True)
class Rows:
    """What there is: a customer with its invoices, jobs and names of job types by their ids."""

    customer: Customer
    jobs: Mapping[int, Job]
    types: Mapping[int, str]


class View(GraphQL[dict[str, Any], None]):
    """Strawberry's own view, with new loaders for every request."""

    rows: Rows

    async def get_context(
        self,
        request: Request | WebSocket,  # noqa: ARG002  # Strawberry's own signature
        response: Response | WebSocket,  # noqa: ARG002  # as above
    ) -> dict[str, Any]:
        """Return what resolvers ask through."""
        return {
            "customer": self.rows.customer,
            "jobs": DataLoader(load_fn=_loading(self.rows.jobs)),
            "types": DataLoader(load_fn=_loading(self.rows.types)),
        }


def _loading(rows: Mapping[int, V]) -> Callable[[list[int]], Any]:
    async def load(keys: list[int]) -> list[V | None]:
        return [rows.get(key) for key in keys]

    return load


def stock_app(rows: Rows, *, remembers_documents: bool) -> Starlette:
    """Return it; with `remembers_documents`, Strawberry's caches of parsing and validation too."""
    caches: list[Callable[[], SchemaExtension]] = [
        lambda: ParserCache(maxsize=DOCUMENTS),
        lambda: ValidationCache(maxsize=DOCUMENTS),
    ]
    schema = strawberry.Schema(Query, extensions=caches if remembers_documents else [])
    view = View(schema)
    view.rows = rows
    return Starlette(routes=[Route("/graphql", view)])
