"""What is for the office alone is never parsed, so that nothing above can show it."""

from typing import get_args

import msgspec
import pytest

from adapters.servicetitan.assignments import Assignment
from adapters.servicetitan.catalog import FEEDS, RESOURCES
from adapters.servicetitan.estimates import Estimate
from adapters.servicetitan.job_types import JobType
from adapters.servicetitan.jobs import Job
from adapters.servicetitan.model import Model, without_none
from adapters.servicetitan.recurring_services import RecurringService

MODELS: tuple[type[Model], ...] = tuple(
    source.model for group in (RESOURCES, FEEDS) for source in group
)
# Customer.do_not_service is read, for the rule that takes the booking action away (R85), and is no
# field of the graph.
OFFICE_ONLY = {
    *("cost", "total_cost", "sold_hours", "technician_id", "royalty", "employee_info", "batch"),
    *("commission_eligibility_date", "review_status", "assigned_to", "sync_status", "priority"),
    *("custom_fields", "campaign_id", "lead_call_id", "sold_by_id", "tag_type_ids", "notes"),
    *("credit_limit", "credit_limit_balance", "auth_code", "check_number"),
    *("memo", "general_ledger_account", "cost_of_sale_account", "asset_account"),
    *("unit_cost", "general_ledger_account_id", "general_ledger_account_name", "sku_account"),
    *("barcode_id", "predicted_replacement_months", "predicted_replacement_date", "follow_up_on"),
    *("estimated_travel_cost", "estimated_labor_cost", "estimated_material_cost", "allocation"),
    *("labor_markup_percentage", "material_markup_percentage", "labor_surcharge"),
    *("material_surcharge", "estimated_gross_margin_amount", "estimated_gross_margin_percentage"),
    *("imported_deferred_amount", "imported_recognized_amount", "template_fields"),
    *("initial_deferred_revenue", "follow_up_status", "estimated_payroll_cost", "job_summary"),
    *("discount", "revenue_recognition_mode", "default_tax_rate", "quickbooks_class", "sold_by"),
    *("account_code", "rate_sheet_id", "account_manager_id", "created_by_id", "external_data"),
}
ALLOWED: dict[type[Model], set[str]] = {
    Assignment: {"technician_id"},  # R81 hides it on items of invoices
    Estimate: {"review_status"},  # read so that what was not approved is hidden (R38)
}


def _parts(model: type[Model]) -> set[type[Model]]:
    """A model, and every model within it."""
    found = {model}
    for field in msgspec.structs.fields(model):
        bare, _ = without_none(field.type)
        for kind in (bare, *get_args(bare)):
            if isinstance(kind, type) and issubclass(kind, Model):
                found |= _parts(kind)
    return found


def test_parts_are_found_however_deep() -> None:
    assert {part.__name__ for part in _parts(Estimate)} == {
        *("Estimate", "EstimateStatusField", "EstimateItem", "Sku"),
    }


@pytest.mark.parametrize("model", MODELS)
def test_r69_r73_r81_what_is_for_the_office_alone_is_not_parsed(model: type[Model]) -> None:
    names = {name for part in _parts(model) for name in part.__struct_fields__}
    assert (names & OFFICE_ONLY) == ALLOWED.get(model, set())
    if model in (Job, JobType, RecurringService):
        assert "summary" not in names
