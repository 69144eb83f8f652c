"""What the costs are measured on: the customer's rows, their bytes, and who asks for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.directory.freshness import Freshness
from adapters.directory.mirror import Mirror
from adapters.directory.people import People, Standing
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.appointments import APPOINTMENTS, Appointment
from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.jobs import JOBS, Job
from resolvers.access import Reach, reach_of
from resolvers.policy import Access
from tests.bench.costs.pages import first_page
from tests.bench.questions import ASKER
from tests.bench.rows import CUSTOMER, client_over, every, settings_over


@dataclass(frozen=True, slots=True)
class Material:
    """Rows, pages of bytes, and the asker's place in the directory."""

    standing: Standing
    reach: Reach
    jobs: Sequence[Job]
    visits: Mapping[int, Sequence[Appointment]]
    invoices: Sequence[Invoice]
    job_page: bytes
    invoice_page: bytes


async def gather(sandbox_url: str) -> Material:
    """Read it all from the sandbox at this address."""
    async with client_over(sandbox_url) as client:
        standing = await _standing(client)
        jobs = await every(client, JOBS, "customer_id", CUSTOMER)
        appointments = await every(client, APPOINTMENTS, "customer_id", CUSTOMER)
        invoices = await every(client, INVOICES, "customer_id", CUSTOMER)
    connection = settings_over(sandbox_url).connection()
    return Material(
        standing=standing,
        reach=reach_of(ASKER, standing, Access()),
        jobs=jobs,
        visits=_by_job(appointments),
        invoices=invoices,
        job_page=first_page(connection, JOBS),
        invoice_page=first_page(connection, INVOICES),
    )


async def _standing(client: ServiceTitan) -> Standing:
    ledger = Ledger("sqlite+aiosqlite://")
    await ledger.open()
    await Mirror(client, ledger, Freshness(lambda: 60)).read()
    standing = await People(ledger).standing(ASKER)
    await ledger.aclose()
    return standing


def _by_job(appointments: Sequence[Appointment]) -> Mapping[int, Sequence[Appointment]]:
    found: defaultdict[int, list[Appointment]] = defaultdict(list)
    for visit in appointments:
        found[visit.job_id].append(visit)
    return found
