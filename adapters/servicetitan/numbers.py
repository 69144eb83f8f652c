"""Records found by the number that the office knows them by, which is not their id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from adapters.servicetitan.decoding import Envelope
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)

MOST = 10
"""How many rows of one number are read: more bear none, and the filter was ignored."""


@dataclass(frozen=True, eq=False)
class Numbers(Generic[M]):
    """How a kind of record is asked for by number, and where a row says its own.

    `fixed` parameters go with the question, beside the resource's.
    """

    resource: Resource[M]
    parameter: str
    of: Callable[[M], str | None]
    fixed: Mapping[str, str] = field(default_factory=dict)


INVOICE_NUMBERS = Numbers(
    INVOICES,
    "number",
    lambda row: row.reference_number,
    {"activeState": "All"},  # one that was withdrawn is told apart from none
)
JOB_NUMBERS = Numbers(JOBS, "number", lambda row: row.job_number)


def bearing(numbers: Numbers[M], number: str, told: Envelope[M]) -> tuple[M, ...]:
    """Return the rows; raises UpstreamRejected where one bears another number (R84)."""
    if told.has_more or any(numbers.of(row) != number for row in told.data):
        subject = numbers.resource.name
        message = f"ServiceTitan gave {subject} that we did not ask for: none of them is shown."
        raise UpstreamRejected(message)
    return tuple(told.data)
