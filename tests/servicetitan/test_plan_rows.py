"""Equipment, memberships, visits and agreements as they come, and what is read of them."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec
import pytest

from adapters.servicetitan.decoding import decode
from adapters.servicetitan.installed_equipment import Equipment, EquipmentStatus
from adapters.servicetitan.invoice_templates import InvoiceTemplate
from adapters.servicetitan.memberships import BillingFrequency, Membership, MembershipStatus
from adapters.servicetitan.model import (
    CustomerId,
    EquipmentId,
    InvoiceTemplateId,
    JobId,
    LocationId,
    MembershipId,
    MembershipTypeId,
    Model,
    RecurringServiceEventId,
    RecurringServiceId,
    ServiceAgreementId,
)
from adapters.servicetitan.named import Named
from adapters.servicetitan.recurring_service_events import FollowUpStatus, RecurringServiceEvent
from adapters.servicetitan.service_agreements import (
    AgreementStatus,
    BillingSchedule,
    ServiceAgreement,
)

M = TypeVar("M", bound=Model)


def _read(model: type[M], told: dict[str, object]) -> tuple[M, Counter[str]]:
    oddities: Counter[str] = Counter()
    body = msgspec.json.encode({"hasMore": False, "data": [told]})
    return decode(model, body, "rows", oddities).data[0], oddities


def test_r66_equipment_as_it_was_seen() -> None:
    row, oddities = _read(
        Equipment,
        {
            "id": 241300001,
            "equipmentId": None,
            "locationId": 240200001,
            "customerId": 240000001,
            "name": "K-5A",
            "type": {"id": 7, "name": None},
            "installedOn": "2018-10-12T00:00:00Z",
            "serialNumber": "3380000",
            "memo": "Under kitchen sink",
            "manufacturer": None,
            "model": "K-5A",
            "cost": 0.0,
            "manufacturerWarrantyStart": "2018-10-12T00:00:00Z",
            "manufacturerWarrantyEnd": None,
            "serviceProviderWarrantyStart": "2018-10-12T00:00:00Z",
            "serviceProviderWarrantyEnd": "2019-10-11T00:00:00Z",
        },
    )
    installed = datetime(2018, 10, 12, tzinfo=UTC)
    assert oddities == Counter()
    assert row == Equipment(
        id=EquipmentId(241300001),
        location_id=LocationId(240200001),
        customer_id=CustomerId(240000001),
        name="K-5A",
        type=Named(id=7),
        installed_on=installed,
        serial_number="3380000",
        model="K-5A",
        manufacturer_warranty_start=installed,
        service_provider_warranty_start=installed,
        service_provider_warranty_end=datetime(2019, 10, 11, tzinfo=UTC),
    )
    assert (row.status, row.active) == (EquipmentStatus.UNKNOWN, True)


def test_r76_a_membership_as_it_was_seen() -> None:
    row, oddities = _read(
        Membership,
        {
            "id": 1485757,
            "createdOn": "2018-09-07T15:13:39.7234082Z",
            "modifiedOn": "2022-06-28T10:31:26.6221904Z",
            "followUpOn": "0001-01-01T00:00:00Z",
            "cancellationDate": None,
            "from": "2018-09-07T00:00:00Z",
            "nextScheduledBillDate": None,
            "to": "2019-09-07T00:00:00Z",
            "billingFrequency": "OneTime",
            "renewalBillingFrequency": None,
            "status": "Deleted",
            "active": False,
            "initialDeferredRevenue": 0.0,
            "customerId": 11323841,
            "membershipTypeId": 10102828,
            "billingTemplateId": None,
            "locationId": 11350415,
            "memo": None,
        },
    )
    assert oddities == Counter()
    assert row == Membership(
        id=MembershipId(1485757),
        customer_id=CustomerId(11323841),
        location_id=LocationId(11350415),
        membership_type_id=MembershipTypeId(10102828),
        status=MembershipStatus.DELETED,
        active=False,
        from_=datetime(2018, 9, 7, tzinfo=UTC),
        to=datetime(2019, 9, 7, tzinfo=UTC),
        billing_frequency=BillingFrequency.ONE_TIME,
        modified_on=datetime(2022, 6, 28, 10, 31, 26, 622190, tzinfo=UTC),
    )


@pytest.mark.parametrize("location", [None, 0])
def test_r78_a_membership_without_a_location_holds_for_them_all(location: int | None) -> None:
    told: dict[str, object] = {"id": 1, "customerId": 2, "locationId": location, "to": None}
    row, oddities = _read(Membership, told)
    assert (row.location_id, row.to, oddities) == (None, None, Counter())


def test_a_visit_as_it_was_seen() -> None:
    row, oddities = _read(
        RecurringServiceEvent,
        {
            "id": 266148892,
            "locationRecurringServiceId": 266150200,
            "locationRecurringServiceName": "Cooling Maintenance",
            "membershipId": 266150174,
            "membershipName": "GOLD MEMBERSHIP",
            "status": "Won",
            "date": "2024-06-01T00:00:00Z",
            "createdOn": "2024-05-06T17:23:11.1173718Z",
            "jobId": 266140317,
            "createdById": 20002049,
        },
    )
    assert oddities == Counter()
    assert row == RecurringServiceEvent(
        id=RecurringServiceEventId(266148892),
        location_recurring_service_id=RecurringServiceId(266150200),
        location_recurring_service_name="Cooling Maintenance",
        membership_id=MembershipId(266150174),
        membership_name="GOLD MEMBERSHIP",
        status=FollowUpStatus.WON,
        date=datetime(2024, 6, 1, tzinfo=UTC),
        job_id=JobId(266140317),
    )


def test_a_template_comes_to_a_total() -> None:
    told: dict[str, object] = {"id": 7, "name": None, "total": 19.5, "items": [{"cost": 3}]}
    row = InvoiceTemplate(id=InvoiceTemplateId(7), total=Decimal("19.5"))
    assert _read(InvoiceTemplate, told) == (row, Counter())


def test_an_agreement_as_it_is_published() -> None:
    row, oddities = _read(
        ServiceAgreement,
        {
            "id": 930801,
            "name": "Rooftop units ",
            "customerId": 1031,
            "locationIds": [2101, 2102],
            "status": "Activated",
            "summary": " ",
            "startDate": "2026-01-01",
            "endDate": "2026-12-31",
            "autoRenew": True,
            "billingSchedule": "Biannual",
            "estimatedLaborCost": 5.0,
        },
    )
    assert oddities == Counter()
    assert row == ServiceAgreement(
        id=ServiceAgreementId(930801),
        customer_id=CustomerId(1031),
        name="Rooftop units",
        location_ids=(LocationId(2101), LocationId(2102)),
        status=AgreementStatus.ACTIVATED,
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        auto_renew=True,
        billing_schedule=BillingSchedule.BIANNUAL,
    )


@pytest.mark.parametrize(
    ("told", "value", "odd"),
    [
        ("2026-12-31", date(2026, 12, 31), 0),
        ("2028-02-29", date(2028, 2, 29), 0),
        (None, None, 0),
        ("0001-01-01", None, 0),
        ("9999-12-31", None, 0),
        ("2026-02-29", None, 1),
        ("2026-12-31T00:00:00Z", None, 1),
        ("31.12.2026", None, 1),
        ("", None, 1),
        (20261231, None, 1),
    ],
)
def test_g3_an_agreement_ends_on_a_plain_day(told: object, value: date | None, odd: int) -> None:
    row, oddities = _read(ServiceAgreement, {"id": 1, "customerId": 2, "endDate": told})
    assert (row.end_date, oddities.total()) == (value, odd)
    assert type(row.end_date) in (date, type(None))


@pytest.mark.parametrize("told", [[2101, "2102"], [None], "2101", {}, [2101.5], [[2101]]])
def test_r71_places_that_cannot_all_be_read_are_none(told: object) -> None:
    row, oddities = _read(ServiceAgreement, {"id": 1, "customerId": 2, "locationIds": told})
    assert (row.location_ids, oddities) == ((), Counter({"rows.location_ids": 1}))
