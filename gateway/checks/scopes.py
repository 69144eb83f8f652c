"""Which OAuth scope each path of ServiceTitan's needs (openapi/2026-05, `security`)."""

_SCOPES = {
    "crm/customers": "tn.crm.customers:r",
    "crm/locations": "tn.crm.locations:r",
    "jpm/jobs": "tn.jpm.jobs:r",
    "jpm/appointments": "tn.jpm.appointments:r",
    "jpm/job-types": "tn.jpm.jobtypes:r",
    "dispatch/appointment-assignments": "tn.dis.appointmentassignments:r",
    "accounting/invoices": "tn.acc.invoices:r",
    "accounting/payments": "tn.acc.payments:r",
}


def scope_of(path: str) -> str | None:
    """Return the scope of a resource's or a feed's path, contacts counted to their owners."""
    module, _, rest = path.partition("/v2/tenant/{tenant}/")
    return _SCOPES.get(f"{module}/{rest.removeprefix('export/').partition('/')[0]}")
