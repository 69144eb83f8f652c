"""Pat Sullivan's home: one customer, one location, and something on every screen."""

from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.pat import care, home, invoices, jobs, offers
from adapters.sandbox.homes.people.person import Person

PAT = Person(
    "pat@example.com",
    "Pat Sullivan",
    "One home and every screen: open, partly paid, overdue and paid invoices, jobs on every tab, "
    "a proposal of three options, equipment with history, a Gold membership.",
    records={
        "customers": [home.PAT.id],
        "locations": [home.HOME.id],
        "jobs": [work.id for work in jobs.JOBS],
        "invoices": [
            invoices.OPEN.id,
            invoices.PARTLY_PAID.id,
            invoices.OVERDUE.id,
            invoices.PAID.id,
            invoices.MAIN_OF_TWO.id,
            invoices.ADDED_LATER.id,
            invoices.MEMBERSHIP_MONTH.id,
        ],
        "estimates": [600101, 600102, 600103, jobs.SOLD_ESTIMATE],
        "installed-equipment": [machine.id for machine in care.MACHINES],
        "memberships": [care.GOLD_PLAN.id],
    },
)
RILEY = Person(
    "riley@example.com",
    "Riley Sullivan",
    "A contact of Pat's customer whom the policy makes non-billing: jobs and work summaries, "
    "no invoices.",
    records={
        "customers": [home.PAT.id],
        "locations": [home.HOME.id],
        "jobs": [work.id for work in jobs.JOBS],
    },
)
LANDMARKS = {
    "tune-up-tomorrow": ("jobs", jobs.TUNE_UP_TOMORROW.id),
    "scheduled-and-hold": ("jobs", jobs.UPCOMING_WITH_HOLD.id),
    "working-now": ("jobs", jobs.WORKING_NOW.id),
    "on-the-way": ("jobs", jobs.ON_THE_WAY.id),
    "on-hold": ("jobs", jobs.ON_HOLD.id),
    "leftover-visit": ("jobs", jobs.LEFTOVER_VISIT.id),
    "inactive-visit": ("jobs", jobs.PAID.id),
    "two-invoices": ("jobs", jobs.TWO_INVOICES.id),
    "canceled": ("jobs", jobs.CANCELED.id),
    "second-day-to-come": ("jobs", jobs.TWO_DAYS.id),
    "passed-by": ("jobs", jobs.PASSED_BY.id),
    "under-warranty": ("jobs", jobs.UNDER_WARRANTY.id),
    "open-invoice": ("invoices", invoices.OPEN.id),
    "partly-paid-invoice": ("invoices", invoices.PARTLY_PAID.id),
    "overdue-invoice": ("invoices", invoices.OVERDUE.id),
    "paid-invoice": ("invoices", invoices.PAID.id),
    "added-later-invoice": ("invoices", invoices.ADDED_LATER.id),
    "membership-invoice": ("invoices", invoices.MEMBERSHIP_MONTH.id),
    "empty-invoice": ("invoices", jobs.TUNE_UP_TOMORROW.invoice),
    "credit-invoice": ("invoices", invoices.CREDIT.id),
    "inactive-invoice": ("invoices", invoices.WITHDRAWN.id),
    "warranty-invoice": ("invoices", invoices.WARRANTY.id),
    "sold-estimate": ("estimates", jobs.SOLD_ESTIMATE),
    "dismissed-estimate": ("estimates", 600105),
    "unapproved-estimate": ("estimates", 600106),
}
"""Rows of Pat's by what they are there to show, for tests and demos to point at."""


def write(book: Book) -> None:
    """Write down everything of Pat's."""
    for part in (home, jobs, invoices, offers, care):
        part.write(book)
