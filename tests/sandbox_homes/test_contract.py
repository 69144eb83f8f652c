"""Rows are as the published list models have them, but for the careless ones."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from adapters.sandbox.homes import QUIRKS

Tenant = dict[str, list[dict[str, Any]]]
FOLDER = os.environ.get("SERVICETITAN_SPECS", "")
SPECS = {
    "customers": ("crm-v2", "/customers"),
    "customer-contacts": ("crm-v2", "/customers/contacts"),
    "locations": ("crm-v2", "/locations"),
    "location-contacts": ("crm-v2", "/locations/contacts"),
    "jobs": ("jpm-v2", "/jobs"),
    "appointments": ("jpm-v2", "/appointments"),
    "job-types": ("jpm-v2", "/job-types"),
    "appointment-assignments": ("dispatch-v2", "/appointment-assignments"),
    "invoices": ("accounting-v2", "/invoices"),
    "payments": ("accounting-v2", "/payments"),
    "estimates": ("salestech-v2", "/estimates"),
    "installed-equipment": ("equipment-systems-v2", "/installed-equipment"),
    "memberships": ("memberships-v2", "/memberships"),
    "membership-types": ("memberships-v2", "/membership-types"),
    "recurring-services": ("memberships-v2", "/recurring-services"),
    "recurring-service-events": ("memberships-v2", "/recurring-service-events"),
    "invoice-templates": ("memberships-v2", "/invoice-templates"),
    "service-agreements": ("service-agreements-v2", "/service-agreements"),
    "technicians": ("settings-v2", "/technicians"),
    "business-units": ("settings-v2", "/business-units"),
}
JORDANS = range(310001, 512001)
"""Rows of one make by the thousand, of which every fiftieth is looked at."""
FEED_ONLY = {"customer-contacts", "location-contacts", "recurring-service-events"}
"""Their `active` is on the feed's rows and not in the list model."""


def _model(collection: str) -> dict[str, Any]:
    """Return the schema of one row of a collection's list, with what it refers to."""
    name, path = SPECS[collection]
    spec = json.loads((Path(FOLDER) / f"{name}.json").read_text())
    (operation,) = (spec["paths"][key]["get"] for key in spec["paths"] if key.endswith(f"}}{path}"))
    page = operation["responses"]["200"]["content"]["application/json"]["schema"]
    schemas = spec["components"]["schemas"]
    row = schemas[page["$ref"].split("/")[-1]]["properties"]["data"]["items"]
    return {**row, "components": spec["components"]}


@pytest.mark.skipif(
    not (FOLDER and Path(FOLDER, "crm-v2.json").is_file()),
    reason="SERVICETITAN_SPECS names no folder of published specifications",
)
@pytest.mark.parametrize("collection", sorted(SPECS))
def test_rows_are_as_published(tenant: Tenant, collection: str) -> None:
    model = _model(collection)
    check = Draft202012Validator(model)
    known = model["components"]["schemas"][model["$ref"].split("/")[-1]]["properties"]
    careless = {key for place, key in QUIRKS.values() if place == collection}
    for row in tenant[collection]:
        if row["id"] in careless or (row["id"] in JORDANS and row["id"] % 50):
            continue
        told = {
            name: value
            for name, value in row.items()
            if name != "active" or collection not in FEED_ONLY
        }
        assert [error.message for error in check.iter_errors(told)] == []
        assert set(known) <= set(told)
