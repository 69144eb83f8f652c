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
    "sales/estimates": "tn.sal.estimates:r",
    "equipmentsystems/installed-equipment": "tn.eqs.installedequipment:r",
    "memberships/memberships": "tn.mem.memberships:r",
    "memberships/membership-types": "tn.mem.membershiptypes:r",
    "memberships/recurring-services": "tn.mem.recurringservices:r",
    "memberships/recurring-service-events": "tn.mem.recurringserviceevents:r",
    "memberships/invoice-templates": "tn.mem.invoicetemplates:r",
    "service-agreements/service-agreements": "tn.sa.serviceagreements:r",
    "settings/business-units": "tn.stt.businessunits:r",
    "dispatch/technician-tracking": "tn.dis.techniciantracking:r",
}


def scope_of(path: str) -> str | None:
    """Return the scope of a resource's or a feed's path, contacts counted to their owners."""
    module, _, rest = path.partition("/v2/tenant/{tenant}/")
    return _SCOPES.get(f"{module}/{rest.removeprefix('export/').partition('/')[0]}")
