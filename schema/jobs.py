"""Jobs."""

from collections import Counter
from typing import Any

import strawberry

from adapters.servicetitan import jobs as model
from resolvers import customers, jobs, locations, work_summaries
from resolvers.appointments import appointments_of, next_of
from resolvers.equipment import equipment_of_jobs
from resolvers.invoices import invoices_of_jobs, totals_of
from resolvers.job_tabs import tabs_of
from resolvers.moments import day_in
from resolvers.prose import cleaned, plain
from schema import proposal_lists
from schema.edges import edge, field, later, list_of, tells
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.scalars import Day, Money, RichText
from schema.words import JobTab

Parent = strawberry.Parent[model.Job]
Tally = strawberry.Parent[Counter[Any]]
Customer = later("Customer", "schema.customers")
Location = later("Location", "schema.locations")
Appointment = later("Appointment", "schema.appointments")
Invoice = later("Invoice", "schema.invoices")
Equipment = later("Equipment", "schema.equipment")


@strawberry.type(description="How many jobs stand under each tab.")
class JobCounts:
    """Shows a tally by tab; jobs under no tab are not told."""

    @tells("Being worked on, with visits outstanding.")
    def in_progress(tally: Tally) -> int:
        return tally[JobTab.IN_PROGRESS]

    @tells("On hold.")
    def on_hold(tally: Tally) -> int:
        return tally[JobTab.ON_HOLD]

    @tells("Still to come.")
    def upcoming(tally: Tally) -> int:
        return tally[JobTab.UPCOMING]

    @tells("Done.")
    def completed(tally: Tally) -> int:
        return tally[JobTab.COMPLETED]

    @tells("Canceled.")
    def canceled(tally: Tally) -> int:
        return tally[JobTab.CANCELED]


def _customer(job: Parent, info: Info) -> object:
    return customers.customer_in(info.context.reach, job.customer_id)


def _location(job: Parent, info: Info) -> object:
    return locations.location_in(info.context.reach, job.location_id)


@strawberry.type(description="Work asked for, planned, being done, or done.")
class Job(Node):
    """Shows a job in sight."""

    is_type_of = shows(model.Job)

    @tells("The number the office knows it by.")
    def number(job: Parent) -> str:
        return job.job_number or str(job.id)

    tab: JobTab | None = edge(
        tabs_of,
        JobTab | None,
        "Null: its visits lie in the past, or its appointments could not be read.",
    )
    type: str | None = edge(jobs.types_of, str | None, "What kind of work it is.")
    customer = field(_customer, Customer | None, "For whom it is done, where in reach.")
    location = field(_location, Location | None, "Where it is done, where in reach.")
    appointments = edge(
        appointments_of,
        list_of(Appointment) | None,
        "All live ones, past and to come.",
    )
    next_appointment = edge(next_of, Appointment | None, "The visit that comes next.")

    @tells("The day it was completed.")
    def completed_on(job: Parent, info: Info) -> Day | None:
        day = day_in(info.context.zone, job.completed_on)
        return None if day is None else Day(day)

    work_summary: str | None = edge(
        work_summaries.summaries_of,
        str | None,
        "The Invoice Summary of the work, shown whether or not the invoice itself may be seen.",
        shown=plain,
    )
    work_summary_html: RichText | None = edge(
        work_summaries.summaries_of, RichText | None, "The same as rich text.", shown=cleaned
    )
    equipment = edge(
        equipment_of_jobs,
        list_of(Equipment) | None,
        "The machines it is done on, those in sight, by name.",
    )
    invoices = edge(
        invoices_of_jobs,
        list_of(Invoice) | None,
        "Its visible invoices, its own first.",
        directives=BILLING,
    )
    proposals = proposal_lists.OF_JOB
    total: Money | None = edge(
        totals_of,
        Money | None,
        "What it comes to; null where its own invoice is not in sight.",
        directives=BILLING,
    )


@strawberry.type
class JobQuery:
    """A job by its id."""

    job: Job | None = by_id("Job", Job | None, "A job in reach by its id.")
