"""Estimates: the options of a proposal, each with its price."""

from decimal import Decimal
from enum import Enum

from adapters.servicetitan.model import (
    BusinessUnitId,
    CustomerId,
    EstimateId,
    Instant,
    JobId,
    LocationId,
    Model,
    ProjectId,
)
from adapters.servicetitan.resource import BLOCK, Key, Resource


class EstimateState(Enum):
    """Source: Estimates.Types.EstimateStatus; its number for Sold, 1, is inferred and not seen."""

    OPEN = "Open"
    SOLD = "Sold"
    DISMISSED = "Dismissed"
    UNKNOWN = "UNKNOWN"


class ReviewStatus(Enum):
    """Whether the office has approved it for the customer (R38).

    Source: Estimates.Types.EstimateReviewStatus.
    """

    NONE = "None"
    NEEDS_APPROVAL = "NeedsApproval"
    APPROVED = "Approved"
    NOT_APPROVED = "NotApproved"
    UNKNOWN = "UNKNOWN"


class EstimateStatusField(Model, frozen=True, kw_only=True):
    """A status as estimates tell it, in a number and a word. Source: EstimateStatusModel."""

    value: int | None = None
    name: str | None = None


_BY_NUMBER = {0: EstimateState.OPEN, 1: EstimateState.SOLD, 2: EstimateState.DISMISSED}
_BY_WORD = {state.value.casefold(): state for state in _BY_NUMBER.values()}


class Sku(Model, frozen=True, kw_only=True):
    """What an item is called, for the customer and in the price book. Source: SkuModel."""

    display_name: str | None = None
    name: str | None = None


class EstimateItem(Model, frozen=True, kw_only=True):
    """A line of an estimate, without what it costs the business (R81).

    `description` is HTML from the office; a discount is a line with a negative rate.
    Source: EstimateItemResponse.
    """

    id: int
    sku: Sku | None = None
    description: str | None = None
    qty: Decimal | None = None
    unit_rate: Decimal | None = None
    total: Decimal | None = None
    item_group_name: str | None = None
    chargeable: bool | None = None


class Estimate(Model, frozen=True, kw_only=True):
    """An estimate: one option among those of its job.

    Money is None where it was not told or cannot be read; the total is subtotal and tax together.
    `items` is None where they were not told or not all could be read, and then says nothing;
    `summary` is HTML. `deposit_percent` is of 100.
    Source: GET /sales/v2/tenant/{tenant}/estimates, EstimateResponse.
    """

    id: EstimateId
    job_id: JobId | None = None
    project_id: ProjectId | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    name: str = ""
    job_number: str | None = None
    status: EstimateStatusField | None = None
    review_status: ReviewStatus = ReviewStatus.UNKNOWN
    summary: str | None = None
    created_on: Instant | None = None
    modified_on: Instant | None = None
    sold_on: Instant | None = None
    active: bool = True
    items: tuple[EstimateItem, ...] | None = None
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    business_unit_id: BusinessUnitId | None = None
    is_recommended: bool = False
    is_change_order: bool = False
    proposal_tag_name: str | None = None
    deposit_amount: Decimal | None = None
    deposit_percent: Decimal | None = None
    require_deposit_on_signature: bool | None = None

    @property
    def state(self) -> EstimateState:
        """What the status says: its word, and its number where no word was told."""
        told = self.status or EstimateStatusField()
        if told.name is not None:
            return _BY_WORD.get(told.name.casefold(), EstimateState.UNKNOWN)
        number = -1 if told.value is None else told.value
        return _BY_NUMBER.get(number, EstimateState.UNKNOWN)


ESTIMATES = Resource(
    name="estimates",
    path="sales/v2/tenant/{tenant}/estimates",
    model=Estimate,
    keys={
        "id": Key[Estimate]("ids", lambda row: (row.id,), BLOCK),
        "location_id": Key[Estimate](
            "locationId", lambda row: (row.location_id,) if row.location_id else ()
        ),
        "job_id": Key[Estimate]("jobId", lambda row: (row.job_id,) if row.job_id else ()),
        "project_id": Key[Estimate](
            "projectId", lambda row: (row.project_id,) if row.project_id else ()
        ),
    },
    page_size=200,
    by_location="location_id",
)
