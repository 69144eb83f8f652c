"""Service agreements."""

import strawberry

from adapters.servicetitan import service_agreements as model
from resolvers import agreements, customers, promised_work
from resolvers.agreement_visits import visits_of_agreements
from resolvers.prose import plain
from schema.edges import field, later, list_of, tells
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.paged_edges import paged_edge
from schema.scalars import Day
from schema.words import AgreementStatus

Parent = strawberry.Parent[model.ServiceAgreement]
Customer = later("Customer", "schema.customers")
Location = later("Location", "schema.locations")
Invoice = later("Invoice", "schema.invoices")
Equipment = later("Equipment", "schema.equipment")
Visit = later("Visit", "schema.visits")


def _customer(agreement: Parent, info: Info) -> object:
    return customers.customer_in(info.context.reach, agreement.customer_id)


def _locations(agreement: Parent, info: Info) -> object:
    return agreements.covered(agreement, info.context)


@strawberry.type(
    description="What was promised to a customer at its places, for a time.", directives=BILLING
)
class ServiceAgreement(Node):
    """Shows an agreement that is open to the viewer."""

    is_type_of = shows(model.ServiceAgreement)

    @tells("What it is called.")
    def name(agreement: Parent) -> str:
        return agreements.name_of(agreement)

    @tells("How it stands, as the office says.")
    def status(agreement: Parent) -> AgreementStatus:
        return agreements.status_of(agreement)

    @tells("What it promises, in the office's words.")
    def summary(agreement: Parent) -> str | None:
        return plain(agreement.summary)

    start_date: Day | None = strawberry.field(name="startsOn", description="Its first day.")
    end_date: Day | None = strawberry.field(name="endsOn", description="Its last day.")
    auto_renew: bool = strawberry.field(
        name="autoRenews", description="Whether another follows it by itself."
    )

    @tells("When it is billed, such as Quarterly.")
    def billing_schedule(agreement: Parent) -> str | None:
        return agreements.schedule_of(agreement)

    customer = field(_customer, Customer | None, "Whose agreement it is, where in reach.")
    locations = field(
        _locations,
        list_of(Location) | None,
        "The places it covers, those where the viewer may see it.",
    )
    visits = paged_edge(
        visits_of_agreements,
        Visit,
        "The visits it promises, as the office has told the gateway of them, the first due first.",
    )
    invoices = paged_edge(
        promised_work.invoices_of_agreements,
        Invoice,
        "The visible invoices of its visits' jobs, newest first.",
    )
    equipment = paged_edge(
        promised_work.equipment_of_agreements, Equipment, "The machines at its places, by name."
    )


@strawberry.type
class ServiceAgreementQuery:
    """A service agreement by its id."""

    service_agreement: ServiceAgreement | None = by_id(
        "ServiceAgreement", ServiceAgreement | None, "A service agreement by its id."
    )
