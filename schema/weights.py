"""What fields cost: how often ServiceTitan is asked for them, and how many rows they bring.

One table, so that weights are compared with one another. A field that is not in it costs nothing:
it shows what is there already. Weights are told cold, and for a viewer of one customer with short
lists: what more customers and more pages cost is known, and charged, when it was asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

BLOCK: Final = 50
"""How many records one call asks for by their ids."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What one field costs.

    `asks` names the questions it takes: each is a call for every `BLOCK` parents, and is asked once
    however many fields of the same parents build on it. With `again` it is asked anew for every
    use, for its arguments tell what is asked. `of_each` are calls for every parent by itself. Of a
    list without pages `rows` are as many as it usually has, at most; where the argument `by_list`
    is given, as many as that has.
    """

    asks: tuple[str, ...] = ()
    again: bool = False
    of_each: int = 0
    rows: int = 0
    by_list: str | None = None


FREE: Final = Weight()
"""Told from what was read for the parent, or by the gateway itself."""

_JOBS: Final = Weight(("jobs", "appointments"))
_PROPOSALS: Final = Weight(("estimates",))
_BY_ID: Final = Weight(("record", "owner"), again=True)
"""The record, and what tells whose it is."""
_WAITING: Final = Weight(("agreements", "memberships", "services", "events"), rows=20)
_VISITS: Final = Weight(("services", "events"), rows=20)
_MONEY: Final = Weight(of_each=6)
"""Balances are read afresh, and what was paid is written."""
_OFFICE: Final = Weight(of_each=2)

_OF_VIEWER: Final = {
    "customers": Weight(("invoices",)),
    "locations": FREE,
    "linkedInvoice": Weight(("linked",)),
    "linkedEstimates": Weight(("linked",), rows=5),
    "invoices": Weight(("invoices",)),
    "proposals": _PROPOSALS,
    "equipment": Weight(("equipment",)),
    "serviceAgreements": Weight(("agreements",)),
    "memberships": Weight(("memberships",)),
    "unscheduledVisits": _WAITING,
    "payments": Weight(("payments", "invoices")),
    "paymentMethods": Weight(rows=5),
    "paymentQuote": Weight(("balances",), again=True, by_list="invoiceIds"),
    "jobs": _JOBS,
    "jobCounts": _JOBS,
}
_TASKS: Final = {
    "invoicesToPay": Weight(("invoices",)),
    "totalDue": Weight(("invoices",)),
    "upcomingAppointments": _JOBS,
    "proposalsToReview": _PROPOSALS,
    "count": Weight(("invoices", "jobs", "appointments", "estimates")),
}
_OF_CUSTOMER: Final = {
    "address": Weight(("customers",)),
    "balance": Weight(("customers",)),
    "totalDue": Weight(("invoices",)),
    "hasUnpaidInvoices": Weight(("invoices",)),
    "locations": FREE,
    "invoices": Weight(("invoices",)),
    "proposals": _PROPOSALS,
    "equipment": Weight(("equipment",)),
    "serviceAgreements": Weight(("agreements",)),
    "memberships": Weight(("memberships",)),
    "unscheduledVisits": _WAITING,
    "jobs": _JOBS,
    "jobCounts": _JOBS,
}
_OF_JOB: Final = {
    "tab": Weight(("appointments",)),
    "type": Weight(("job types",)),
    "appointments": Weight(("appointments",), rows=3),
    "nextAppointment": Weight(("appointments",)),
    "workSummary": Weight(("summaries",)),
    "workSummaryHtml": Weight(("summaries",)),
    "total": Weight(("invoices", "invoices by id")),
    "invoices": Weight(("invoices", "invoices by id"), rows=3),
    "equipment": Weight(("equipment",), rows=5),
    "proposals": Weight(("estimates",), rows=3),
}
_OF_ESTIMATE: Final = {
    "items": Weight(rows=10),
    "acceptedAt": FREE,
    "acceptedBy": FREE,
    "proposal": Weight(("estimates", "projects")),
}
_PROMISED: Final = {
    "visits": _VISITS,
    "invoices": Weight(("invoices", "services")),
    "equipment": Weight(("equipment",)),
}
_QUERY: Final = {
    "node": _BY_ID,
    "nodes": Weight(("records", "owners"), again=True, by_list="ids"),
    "access": Weight(("names",), again=True, rows=50),
    "explain": Weight(of_each=10),
} | dict.fromkeys(
    (
        *("customer", "invoice", "job", "appointment", "equipment", "proposal", "estimate"),
        *("serviceAgreement", "membership", "payment"),
    ),
    _BY_ID,
)
_MUTATION: Final = (
    dict.fromkeys(("payInvoices", "confirmPayment", "acceptEstimate", "declineEstimate"), _MONEY)
    | dict.fromkeys(
        ("cancelPayment", "savePaymentMethod", "removePaymentMethod", "setPrimaryPaymentMethod"),
        _OFFICE,
    )
    | dict.fromkeys(
        ("setAccessLevel", "createPaymentLink", "createEstimateLink", "revokeDirectLink"), _OFFICE
    )
)
_OF_TYPES: Final[Mapping[str, Mapping[str, Weight]]] = {
    "Query": _QUERY,
    "Mutation": _MUTATION,
    "Viewer": _OF_VIEWER,
    "Tasks": _TASKS,
    "Customer": _OF_CUSTOMER,
    "Location": {
        "address": Weight(("locations",)),
        "equipment": Weight(("equipment",)),
        "jobs": _JOBS,
    },
    "Invoice": {
        "items": Weight(rows=10),
        "payments": Weight(("payments",), rows=3),
        "job": Weight(("jobs",)),
        "pendingPayments": Weight(("payments here",), rows=2),
    },
    "Job": _OF_JOB,
    "Appointment": {
        "technicians": Weight(("assignments",), rows=2),
        "trackingUrl": Weight(("assignments", "tracking")),
        "job": Weight(("jobs",)),
    },
    "Equipment": {
        "serviceHistory": Weight(("jobs", "appointments")),
        "proposalHistory": Weight(("estimates", "jobs")),
    },
    "Proposal": {"job": Weight(("jobs",)), "estimates": Weight(rows=3)},
    "Estimate": _OF_ESTIMATE,
    "ServiceAgreement": _PROMISED | {"locations": Weight(rows=3)},
    "Membership": _PROMISED
    | {"name": Weight(("membership types",)), "price": Weight(("invoice templates",))},
    "Visit": {
        "status": Weight(("appointments", "jobs")),
        "booking": Weight(("appointments", "jobs")),
        "job": Weight(("jobs",)),
    },
    "Payment": {"splits": Weight(rows=3), "nextAction": FREE},
    "PaymentSplit": {"invoice": Weight(("invoices",))},
    "PaymentQuote": {"invoices": Weight(rows=20)},
    "PayInvoicesPayload": {"invoices": Weight(("invoices",), rows=20)},
    "AcceptEstimatePayload": {"estimate": _PROPOSALS},
    "DeclineEstimatePayload": {"estimate": _PROPOSALS},
    "PaymentMethodPayload": {"paymentMethods": Weight(rows=5)},
    "Explanation": {"rules": Weight(rows=20)},
}
WEIGHTS: Final[Mapping[str, Weight]] = MappingProxyType(
    {
        f"{name}.{field}": weight
        for name, fields in _OF_TYPES.items()
        for field, weight in fields.items()
    }
)
"""The weight of a field by its type and name, such as `Job.invoices`."""

SAME_PARENT: Final = frozenset({"Viewer.tasks", "Query.viewer"})
"""Fields behind which the same parent stands: what is asked of it there is the same question."""
