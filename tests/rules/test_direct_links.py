"""R38, R61, R63, R65: to what a direct link may be sent, and where it leads."""

from decimal import Decimal

import pytest

from adapters.ledger.direct_links import LinkKind
from adapters.servicetitan.estimates import Estimate, EstimateStatusField, ReviewStatus
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.model import CustomerId, EstimateId, InvoiceId, JobId, ProjectId
from resolvers.direct_links import NoLink, Why, address_of, offerable, payable

OPEN, SOLD = EstimateStatusField(value=0, name="Open"), EstimateStatusField(value=1, name="Sold")
DISMISSED = EstimateStatusField(value=2, name="Dismissed")


def invoice(balance: str | None = "10.00", *, active: bool = True) -> Invoice:
    told = None if balance is None else Decimal(balance)
    return Invoice(id=InvoiceId(1), reference_number="42", balance=told, active=active)


def estimate(of: int, **more: object) -> Estimate:
    values: dict[str, object] = {
        "id": EstimateId(of),
        "customer_id": CustomerId(1),
        "job_id": JobId(5),
        "status": OPEN,
        "review_status": ReviewStatus.NONE,
    }
    return Estimate(**(values | more))  # type: ignore[arg-type]  # of each field's own kind


def refused(told: NoLink | None) -> tuple[Why, str]:
    assert told is not None
    return told.why, told.sentence


def test_r61_a_payment_link_is_to_one_invoice_with_a_balance() -> None:
    assert payable("42", [invoice()]) is None
    assert payable("42", [invoice("0.01")]) is None


@pytest.mark.parametrize(
    ("found", "why", "sentence"),
    [
        ([], Why.NOT_FOUND, "ServiceTitan has no invoice 42."),
        (
            [invoice(), invoice()],
            Why.CONFLICT,
            "ServiceTitan has 2 invoices 42: give this one a number of its own.",
        ),
        ([invoice("0.00")], Why.NOT_AVAILABLE, "Nothing is left to pay on invoice 42."),
        ([invoice("-5.00")], Why.NOT_AVAILABLE, "Nothing is left to pay on invoice 42."),
        ([invoice(None)], Why.NOT_AVAILABLE, "The balance of invoice 42 cannot be read."),
        ([invoice(active=False)], Why.NOT_AVAILABLE, "Invoice 42 is no longer active."),
    ],
)
def test_r65_to_no_other_is_a_payment_link_sent(
    found: list[Invoice], why: Why, sentence: str
) -> None:
    assert refused(payable("42", found)) == (why, sentence)


def test_r63_an_estimate_link_is_to_some_of_one_proposal() -> None:
    assert offerable([1], [estimate(1)]) is None
    assert offerable([2, 1], [estimate(1), estimate(2)]) is None
    project = {"job_id": None, "project_id": ProjectId(9)}
    assert offerable([1, 2], [estimate(1, **project), estimate(2, **project)]) is None


@pytest.mark.parametrize(
    ("other", "why", "sentence"),
    [
        (estimate(3), Why.NOT_FOUND, "ServiceTitan has no estimate 2."),
        (
            estimate(2, status=DISMISSED),
            Why.NOT_AVAILABLE,
            "Estimate 2 is not shown: The estimate was dismissed.",
        ),
        (
            estimate(2, review_status=ReviewStatus.NEEDS_APPROVAL),
            Why.NOT_AVAILABLE,
            "Estimate 2 is not shown: The office has not approved the estimate.",
        ),
        (
            estimate(2, active=False),
            Why.NOT_AVAILABLE,
            "Estimate 2 is not shown: The estimate is no longer active.",
        ),
        (estimate(2, status=SOLD), Why.NOT_AVAILABLE, "Estimate 2 was accepted already."),
        *(
            (
                other,
                Why.CONFLICT,
                "These estimates are not of one proposal: make a link for each proposal.",
            )
            for other in (
                estimate(2, job_id=JobId(6)),
                estimate(2, customer_id=CustomerId(2)),
                estimate(2, job_id=None),
            )
        ),
    ],
)
def test_r38_r63_one_that_does_not_belong_stops_them_all(
    other: Estimate, why: Why, sentence: str
) -> None:
    assert refused(offerable([1, 2], [estimate(1), other])) == (why, sentence)


def test_dl_16_a_link_leads_to_the_front_end_and_the_secret_to_no_server() -> None:
    site = "https://portal.example.com/app"
    assert address_of(LinkKind.PAYMENT_LINK, "s3cr3t", site) == f"{site}/i#s3cr3t"
    assert address_of(LinkKind.ESTIMATE_LINK, "s3cr3t", site) == f"{site}/e#s3cr3t"
