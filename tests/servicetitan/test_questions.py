"""Each resource by each of its keys: what is asked, and what is no answer to it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.business_units import BUSINESS_UNITS
from adapters.servicetitan.catalog import RESOURCES
from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.estimates import ESTIMATES
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT
from adapters.servicetitan.invoice_templates import INVOICE_TEMPLATES, InvoiceTemplate
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.membership_types import MEMBERSHIP_TYPES
from adapters.servicetitan.memberships import MEMBERSHIPS
from adapters.servicetitan.model import InvoiceTemplateId
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.recurring_service_events import RECURRING_SERVICE_EVENTS
from adapters.servicetitan.recurring_services import RECURRING_SERVICES
from adapters.servicetitan.resource import ALL, Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS

Page = Callable[..., httpx.Response]
Asked = Callable[[], list[dict[str, str]]]

FIRST = {"page": "1", "includeTotal": "true"}
OWNERS = ("customerId", "locationId", "jobId", "locationRecurringServiceId")


@pytest.mark.parametrize(
    ("resource", "by", "path", "query"),
    [
        (CUSTOMERS, "id", "/crm/v2/tenant/1234567/customers", {"ids": "7", "active": "Any"}),
        (LOCATIONS, "id", "/crm/v2/tenant/1234567/locations", {"ids": "7", "active": "Any"}),
        (
            LOCATIONS,
            "customer_id",
            "/crm/v2/tenant/1234567/locations",
            {"customerId": "7", "active": "Any"},
        ),
        (JOBS, "id", "/jpm/v2/tenant/1234567/jobs", {"ids": "7"}),
        (JOBS, "customer_id", "/jpm/v2/tenant/1234567/jobs", {"customerId": "7"}),
        (JOBS, "location_id", "/jpm/v2/tenant/1234567/jobs", {"locationId": "7"}),
        (APPOINTMENTS, "id", "/jpm/v2/tenant/1234567/appointments", {"ids": "7"}),
        (APPOINTMENTS, "customer_id", "/jpm/v2/tenant/1234567/appointments", {"customerId": "7"}),
        (
            ASSIGNMENTS,
            "appointment_id",
            "/dispatch/v2/tenant/1234567/appointment-assignments",
            {"appointmentIds": "7"},
        ),
        (INVOICES, "id", "/accounting/v2/tenant/1234567/invoices", {"ids": "7"}),
        (INVOICES, "customer_id", "/accounting/v2/tenant/1234567/invoices", {"customerId": "7"}),
        (
            PAYMENTS,
            "invoice_id",
            "/accounting/v2/tenant/1234567/payments",
            {"appliedToInvoiceIds": "7"},
        ),
        (ESTIMATES, "id", "/sales/v2/tenant/1234567/estimates", {"ids": "7"}),
        (ESTIMATES, "location_id", "/sales/v2/tenant/1234567/estimates", {"locationId": "7"}),
        (ESTIMATES, "job_id", "/sales/v2/tenant/1234567/estimates", {"jobId": "7"}),
        (
            INSTALLED_EQUIPMENT,
            "id",
            "/equipmentsystems/v2/tenant/1234567/installed-equipment",
            {"ids": "7"},
        ),
        (
            INSTALLED_EQUIPMENT,
            "location_id",
            "/equipmentsystems/v2/tenant/1234567/installed-equipment",
            {"locationIds": "7"},
        ),
        (
            MEMBERSHIPS,
            "id",
            "/memberships/v2/tenant/1234567/memberships",
            {"ids": "7", "active": "Any"},
        ),
        (
            MEMBERSHIPS,
            "customer_id",
            "/memberships/v2/tenant/1234567/memberships",
            {"customerIds": "7", "active": "Any"},
        ),
        (
            RECURRING_SERVICES,
            "id",
            "/memberships/v2/tenant/1234567/recurring-services",
            {"ids": "7", "active": "Any"},
        ),
        (
            RECURRING_SERVICES,
            "membership_id",
            "/memberships/v2/tenant/1234567/recurring-services",
            {"membershipIds": "7", "active": "Any"},
        ),
        (
            RECURRING_SERVICES,
            "location_id",
            "/memberships/v2/tenant/1234567/recurring-services",
            {"locationIds": "7", "active": "Any"},
        ),
        (
            RECURRING_SERVICE_EVENTS,
            "id",
            "/memberships/v2/tenant/1234567/recurring-service-events",
            {"ids": "7"},
        ),
        (
            RECURRING_SERVICE_EVENTS,
            "location_id",
            "/memberships/v2/tenant/1234567/recurring-service-events",
            {"locationId": "7"},
        ),
        (
            SERVICE_AGREEMENTS,
            "id",
            "/service-agreements/v2/tenant/1234567/service-agreements",
            {"ids": "7"},
        ),
        (
            SERVICE_AGREEMENTS,
            "customer_id",
            "/service-agreements/v2/tenant/1234567/service-agreements",
            {"customerIds": "7"},
        ),
    ],
)
async def test_each_key_asks_its_own_question(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    page: Page,
    resource: Resource[Any],
    by: str,
    path: str,
    query: dict[str, str],
) -> None:
    upstream.get(path__regex=".*").mock(return_value=page([]))
    given = await client.ask(resource, by, [7])
    request = upstream.calls.last.request
    assert (given.rows, given.calls) == ({7: ()}, 1)
    assert request.url.path == path
    assert dict(request.url.params) == query | FIRST | {"pageSize": str(resource.page_size)}
    assert request.headers["Authorization"] == "Bearer sandbox-token"
    assert request.headers["ST-App-Key"] == "sandbox-app-key"


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (JOB_TYPES, "/jpm/v2/tenant/1234567/job-types"),
        (MEMBERSHIP_TYPES, "/memberships/v2/tenant/1234567/membership-types"),
        (BUSINESS_UNITS, "/settings/v2/tenant/1234567/business-units"),
    ],
)
async def test_reference_data_is_asked_for_whole(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    page: Page,
    asked: Asked,
    resource: Resource[Any],
    path: str,
) -> None:
    rows = [{"id": 1, "name": "No heat"}, {"id": 2, "name": "Leak"}]
    upstream.get(path=path).mock(return_value=page(rows))
    given = await client.ask(resource, ALL, [0])
    found = given.rows[0]
    assert not isinstance(found, Exception)
    assert [row.name for row in found] == ["No heat", "Leak"]
    assert asked() == [{"active": "Any", "pageSize": "1000", **FIRST}]


def test_rows_with_items_come_in_smaller_pages() -> None:
    sizes = {resource.name: resource.page_size for resource in RESOURCES if resource.is_paged}
    assert {name: size for name, size in sizes.items() if size != 1000} == {
        "estimates": 200,
        "invoices": 500,
        "payments": 500,
    }


async def test_what_knows_no_pages_is_not_asked_for_them(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, asked: Asked
) -> None:
    path = "/memberships/v2/tenant/1234567/invoice-templates"
    rows = [{"id": 7, "total": 19.5}, {"id": 8, "total": 20}]
    upstream.get(path=path).mock(return_value=page(rows, total=None))
    given = await client.ask(INVOICE_TEMPLATES, "id", [7, 8])
    assert given.rows == {
        7: (InvoiceTemplate(id=InvoiceTemplateId(7), total=Decimal("19.5")),),
        8: (InvoiceTemplate(id=InvoiceTemplateId(8), total=Decimal(20)),),
    }
    assert asked() == [{"ids": "7,8"}]


async def test_r84_what_knows_no_pages_and_has_more_is_not_whole(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(path__regex=".*").mock(return_value=page([{"id": 7}], total=None, more=True))
    given = await client.ask(INVOICE_TEMPLATES, "id", [7])
    assert isinstance(given.rows[7], UpstreamRejected)


@pytest.mark.parametrize(
    ("resource", "by", "rows"),
    [
        (JOBS, "id", [{"id": 7, "customerId": 1, "locationId": 1}, {"id": 8}]),
        (JOBS, "customer_id", [{"id": 1, "customerId": 8, "locationId": 7}]),
        (JOBS, "location_id", [{"id": 1, "customerId": 7, "locationId": 8}]),
        (CUSTOMERS, "id", [{"id": 7}, {"id": 8}]),
        (LOCATIONS, "customer_id", [{"id": 7, "customerId": 8}]),
        (APPOINTMENTS, "customer_id", [{"id": 7, "customerId": 8, "jobId": 7}]),
        (ASSIGNMENTS, "appointment_id", [{"id": 7, "appointmentId": 8, "jobId": 7}]),
        (INVOICES, "customer_id", [{"id": 1, "customer": {"id": 7}}, {"id": 2}]),
        (INVOICES, "customer_id", [{"id": 7, "customer": {"id": 8}}]),
        (PAYMENTS, "invoice_id", [{"id": 7, "appliedTo": [{"appliedTo": 8}]}]),
        (PAYMENTS, "invoice_id", [{"id": 7, "appliedTo": None}]),
        (ESTIMATES, "id", [{"id": 8}]),
        (ESTIMATES, "location_id", [{"id": 7, "locationId": 8}]),
        (ESTIMATES, "location_id", [{"id": 7, "locationId": None}]),
        (ESTIMATES, "job_id", [{"id": 1, "jobId": 7}, {"id": 7, "jobId": 0}]),
        (INSTALLED_EQUIPMENT, "id", [{"id": 8}]),
        (INSTALLED_EQUIPMENT, "location_id", [{"id": 7, "locationId": 8}]),
        (MEMBERSHIPS, "customer_id", [{"id": 7, "customerId": 8}]),
        (RECURRING_SERVICES, "membership_id", [{"id": 7, "membershipId": 8}]),
        (RECURRING_SERVICES, "membership_id", [{"id": 7}]),
        (RECURRING_SERVICES, "location_id", [{"id": 7, "locationId": 8}]),
        (RECURRING_SERVICE_EVENTS, "id", [{"id": 8}]),
        (INVOICE_TEMPLATES, "id", [{"id": 7}, {"id": 8}]),
        (SERVICE_AGREEMENTS, "customer_id", [{"id": 7, "customerId": 8}]),
    ],
)
async def test_r14_r84_one_row_that_is_no_answer_refuses_all(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    page: Page,
    resource: Resource[Any],
    by: str,
    rows: list[dict[str, object]],
) -> None:
    filled = [{**dict.fromkeys(OWNERS, 1), **row} for row in rows]
    upstream.get(path__regex=".*").mock(return_value=page(filled))
    given = await client.ask(resource, by, [7])
    assert isinstance(given.rows[7], UpstreamRejected)
    assert given.calls == 1
    assert str(given.rows[7]) == (
        f"ServiceTitan gave {resource.name} that we did not ask for: none of them is shown."
    )
