"""Jordan Reyes's grocery stores: twelve locations, two thousand jobs, an agreement."""

from adapters.sandbox.homes.book import Book
from adapters.sandbox.homes.people.jordan import care, invoices, jobs, sites
from adapters.sandbox.homes.people.person import Person

JORDAN = Person(
    sites.EMAIL,
    "Jordan Reyes",
    "Commercial: 12 locations, 2,000 jobs on every tab, 1,500 invoices, a service agreement.",
    records={
        "customers": [sites.GROCERS.id],
        "locations": [store.id for store in sites.STORES],
        "jobs": jobs.FIRST_OF_EACH_TAB,
        "invoices": [
            invoices.OPEN[0].id,
            invoices.PARTLY_PAID[0].id,
            invoices.PAID[0].id,
            invoices.CREDITED,
        ],
        "installed-equipment": [machine.id for machine in care.MACHINES],
        "service-agreements": [told.id for told in care.AGREEMENTS],
        "estimates": [offer.id for offer in care.OFFERS],
    },
)


def write(book: Book) -> None:
    """Write down everything of Jordan's."""
    for part in (sites, jobs, invoices, care):
        part.write(book)
