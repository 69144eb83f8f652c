"""ServiceTitan's carelessness is there on purpose, each kind on the row that is named for it."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.sandbox.homes import OFFICE_ONLY, QUIRKS

Row = dict[str, Any]
Tenant = dict[str, list[Row]]
NEVER = "0001-01-01T00:00:00Z"
SHAPES: dict[str, Callable[[Row], bool]] = {
    "created-never": lambda row: (row["createdOn"], row["createdById"]) == (NEVER, 0),
    "external-data-null": lambda row: row["externalData"] is None,
    "tax-exempt-missing": lambda row: not {"taxExempt", "nationalAccount"} & set(row),
    "phone-settings-null": lambda row: row["phoneSettings"] is None,
    "contact-keys-missing": lambda row: not {"phoneSettings", "createdOn"} & set(row),
    "customer-po-null": lambda row: row["customerPo"] is None and row["externalData"] is None,
    "lead-source-of-nulls": lambda row: (
        row["jobGeneratedLeadSource"] == {"jobId": None, "employeeId": None}
    ),
    "job-keys-missing": lambda row: not {"estimateIds", "equipmentIds", "total"} & set(row),
    "job-total-zero": lambda row: row["total"] == 0 and row["invoiceId"] == 500604,
    "appointment-keys-missing": lambda row: not {"active", "isConfirmed"} & set(row),
    "custom-fields-null": lambda row: row["customFields"] is None,
    "money-of-nineteen-decimals": lambda row: row["balance"] == "547.1800000000000000000",
    "invoice-keys-missing": lambda row: not {"active", "discountTotal", "paidOn"} & set(row),
    "manufacturer-null": lambda row: row["manufacturer"] is row["name"] is None,
    "status-a-number": lambda row: row["status"] == 0,
    "status-missing": lambda row: not {"status", "active", "type"} & set(row),
    "follow-up-never": lambda row: row["followUpOn"] == NEVER,
    "stray-spaces": lambda row: row["name"] == " Quinn Abbott ",
    "email-as-typed": lambda row: row["value"] == "  Pat@Example.com ",
    "private-remark": lambda row: "(private: collect before next visit)" in row["summary"],
    "html-from-word": lambda row: "<o:p>" in row["summary"] and "<!--[if" in row["summary"],
    "script-in-summary": lambda row: "<script>" in row["summary"] and "onclick" in row["summary"],
    "membership-type-zero": lambda row: row["items"][0]["membershipTypeId"] == 0,
    "quantity-of-nineteen-decimals": lambda row: (
        row["items"][0]["quantity"] == "1.0000000000000000000"
    ),
    "type-id-a-string": lambda row: row["typeId"] == "64",
    "no-invoice-zero": lambda row: row["invoiceId"] == 0,
}


def test_every_published_quirk_has_a_shape() -> None:
    assert set(QUIRKS) == set(SHAPES)


@pytest.mark.parametrize("quirk", sorted(SHAPES))
def test_a_quirk_stands_where_it_is_said_to(tenant: Tenant, quirk: str) -> None:
    collection, key = QUIRKS[quirk]
    (row,) = (row for row in tenant[collection] if row["id"] == key)
    assert SHAPES[quirk](row)


@pytest.mark.parametrize(
    ("collection", "names"),
    [
        ("customers", ("creditLimit", "tagTypeIds", "customFields")),
        ("jobs", ("summary", "tagTypeIds", "leadCallId", "soldById", "customFields")),
        ("appointments", ("specialInstructions",)),
        ("invoices", ("royalty", "employeeInfo", "assignedTo", "batch", "syncStatus")),
        ("payments", ("authCode", "checkNumber", "memo", "generalLedgerAccount")),
        ("installed-equipment", ("cost", "memo", "barcodeId")),
        ("memberships", ("memo", "customFields", "initialDeferredRevenue")),
        ("service-agreements", ("estimatedLaborCost", "laborSurcharge", "templateFields")),
        ("technicians", ("hourlyRate", "home", "loginName", "memo", "mobilePhone")),
    ],
)
def test_r69_r73_r81_what_only_the_office_may_read_is_marked(
    tenant: Tenant, collection: str, names: tuple[str, ...]
) -> None:
    careless = {key for place, key in QUIRKS.values() if place == collection}
    for row in tenant[collection]:
        if row["id"] not in careless:
            for name in names:
                assert any(mark in str(row[name]) for mark in OFFICE_ONLY), (row["id"], name)


def test_r81_costs_and_accounts_of_items_are_marked(tenant: Tenant) -> None:
    hidden = ("cost", "totalCost", "soldHours", "generalLedgerAccount", "technicianId")
    for row in tenant["invoices"]:
        for item in row["items"]:
            assert all(any(mark in str(item[name]) for mark in OFFICE_ONLY) for name in hidden)
    for row in tenant["estimates"]:
        for item in row["items"]:
            told = (item["unitCost"], item["totalCost"], item["skuAccount"], item["sku"])
            assert all(any(mark in str(value) for mark in OFFICE_ONLY) for value in told)


@pytest.mark.parametrize(
    ("collection", "names"),
    [
        ("customers", ("name", "address", "balance")),
        ("invoices", ("total", "balance", "customer", "location", "job", "summary")),
        ("estimates", ("name", "summary", "subtotal", "tax", "status")),
        ("installed-equipment", ("name", "serialNumber", "manufacturer", "model")),
        ("appointment-assignments", ("technicianName",)),
        ("service-agreements", ("name", "summary", "totalAgreementPrice")),
    ],
)
def test_what_customers_are_shown_is_not_marked(
    tenant: Tenant, collection: str, names: tuple[str, ...]
) -> None:
    for row in tenant[collection]:
        for name in names:
            assert not any(mark in str(row[name]) for mark in OFFICE_ONLY), (row["id"], name)
