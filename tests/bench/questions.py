"""What is asked while it is measured, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ASKER = "jordan@example.com"
"""Somebody with 2,000 jobs and 1,500 invoices."""

TWENTY = "twenty@example.com"
"""Somebody with twenty invoices, each of a job of its own, put into the sandbox for the run."""
LATENCY_MS = 50
MAILING_LATENCY_MS = 80


@dataclass(frozen=True, slots=True)
class Question:
    """An operation, its variables if it has any, and what it is called in the tables."""

    name: str
    query: str
    variables: Mapping[str, object] = field(default_factory=dict, hash=False)


CUSTOMER_READ = Question(
    "customer, 20 invoices, items, job",
    "{ viewer { customers(first: 1) { nodes { name invoices(first: 20) { nodes {"
    " number status total balance items { name quantity total } job { number type }"
    " } } } } } }",
)
JOBS_SCREEN = Question(
    "Jobs screen of 2,000, 20 with appointments",
    "{ viewer { jobs(tab: COMPLETED, first: 20) {"
    " nodes { number type appointments { status date } } totalCount }"
    " jobCounts { inProgress onHold upcoming completed canceled } } }",
)


@dataclass(frozen=True, slots=True)
class Screen:
    """What a mailing leads to, and the fewest calls upstream that can answer one customer."""

    question: Question
    calls: int


INVOICES_OPENED = Screen(
    Question(
        "the Invoices screen",
        "{ viewer { invoices(first: 20) { totalCount nodes { id number status total balance"
        " dueDate } } } }",
    ),
    calls=1,
)
TASKS_OPENED = Screen(
    Question(
        "My Tasks",
        "{ viewer { tasks { count totalDue invoicesToPay(first: 3) { id number balance dueDate }"
        " upcomingAppointments(first: 3) { id number date } } } }",
    ),
    calls=4,
)
HELLO = Question("who am I", "{ viewer { email } }")
