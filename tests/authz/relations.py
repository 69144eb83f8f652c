"""Which records a field leads to, by the raw rows: the key that joins them, and no rule at all."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.authz.records import Row, proposal_of

Joined = Callable[[Row, Row], bool]
"""Of the row a field is asked of and a row of the type it leads to: are they joined?"""


def _key(row: Row, name: str) -> Any:  # noqa: ANN401  # JSON
    """Return an id that a row names: by itself, or within a record it carries."""
    carried = row.get(name)
    return carried.get("id") if isinstance(carried, dict) else row.get(f"{name}Id")


def _names(name: str) -> Joined:
    return lambda parent, row: _key(parent, name) == row["id"]


def _is_named(name: str) -> Joined:
    return lambda parent, row: _key(row, name) == parent["id"]


def _is_promised(kind: str) -> Joined:
    return lambda parent, row: row["promisedBy"] == (kind, parent["id"])


def _is_promiser(kind: str) -> Joined:
    return lambda parent, row: parent["promisedBy"] == (kind, row["id"])


def _first(row: Row, name: str) -> Any:  # noqa: ANN401  # JSON
    return _key(row["estimates"][0], name)


EXACT: Final[Mapping[str, Joined]] = {
    "Customer.locations": _is_named("customer"),
    "Customer.invoices": _is_named("customer"),
    "Location.customer": _names("customer"),
    "Job.customer": _names("customer"),
    "Job.location": _names("location"),
    "Job.appointments": _is_named("job"),
    "Job.equipment": lambda job, row: row["id"] in (job.get("equipmentIds") or ()),
    "Job.proposals": lambda job, row: row["id"] == f"j{job['id']}",
    "Appointment.job": _names("job"),
    "Invoice.customer": _names("customer"),
    "Invoice.location": _names("location"),
    "Invoice.job": _names("job"),
    "Invoice.pendingPayments": lambda bill, row: row["pending"] and bill["id"] in row["invoices"],
    "Estimate.proposal": lambda estimate, row: row["id"] == proposal_of(estimate),
    "Proposal.customer": lambda proposal, row: _first(proposal, "customer") == row["id"],
    "Proposal.location": lambda proposal, row: _first(proposal, "location") == row["id"],
    "Proposal.job": lambda proposal, row: _first(proposal, "job") == row["id"],
    "Proposal.estimates": lambda proposal, row: row in proposal["estimates"],
    "Equipment.customer": _names("customer"),
    "Equipment.location": _names("location"),
    "ServiceAgreement.customer": _names("customer"),
    "ServiceAgreement.visits": _is_promised("ServiceAgreement"),
    "Membership.customer": _names("customer"),
    "Membership.location": _names("location"),
    "Membership.visits": _is_promised("Membership"),
    "Visit.location": _names("location"),
    "Visit.job": _names("job"),
    "Visit.agreement": _is_promiser("ServiceAgreement"),
    "Visit.membership": _is_promiser("Membership"),
}
"""Fields that lead to everything joined by this key that is the viewer's, and to nothing else."""

WITHIN: Final[Mapping[str, str]] = {
    "Customer.proposals": "found by their places, and told where those are the customer's",
    "Customer.equipment": "at the places of the customer",
    "Customer.serviceAgreements": "where a place with the level covers it",
    "Customer.memberships": "as Customer.serviceAgreements",
    "Customer.unscheduledVisits": "those that wait for a date",
    "Customer.jobs": "those under this tab",
    "Location.equipment": "up to a hundred",
    "Location.jobs": "those under this tab",
    "Job.nextAppointment": "one of Job.appointments",
    "Job.invoices": "among what is billed to the job's customer, and the job's own invoice",
    "Equipment.serviceHistory": "jobs of whoever the place belongs to",
    "Equipment.proposalHistory": "proposals of those jobs",
    "ServiceAgreement.locations": "those that it covers where the viewer has the level",
    "ServiceAgreement.invoices": "invoices of its visits' jobs",
    "ServiceAgreement.equipment": "at the places it covers where the viewer has the level",
    "Membership.equipment": "at its place, or at all of its customer's",
    "Membership.invoices": "billed to its customer",
}
"""Fields that lead to some of it, by a rule of their own: to nothing that is not the viewer's."""
