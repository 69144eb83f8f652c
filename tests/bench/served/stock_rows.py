"""The rows that plain Strawberry is given: ready in memory, in order, and formatted beforehand."""

from datetime import date
from decimal import Decimal

from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.invoices import Invoice as InvoiceRow
from adapters.servicetitan.invoices import InvoiceItem as ItemRow
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.jobs import Job as JobRow
from resolvers.invoices import ever_owed, status_of
from resolvers.moments import business_day
from schema.scalars import money_text, quantity_text
from tests.bench.rows import client_over, every
from tests.bench.sandbox import TWENTY_CUSTOMER
from tests.bench.served.stock import Customer, Invoice, InvoiceStatus, Item, Job, Rows


async def read_rows(sandbox_url: str) -> Rows:
    """Read the customer's invoices, jobs and the names of their types from the sandbox."""
    async with client_over(sandbox_url) as client:
        (customer,) = await every(client, CUSTOMERS, "id", TWENTY_CUSTOMER)
        invoices = await every(client, INVOICES, "customer_id", TWENTY_CUSTOMER)
        jobs = await every(client, JOBS, "customer_id", TWENTY_CUSTOMER)
        types = await every(client, JOB_TYPES, "all", 0)
    billed = sorted((row for row in invoices if ever_owed(row)), key=_newest, reverse=True)
    return Rows(
        customer=Customer(name=customer.name.strip(), rows=[_invoice(row) for row in billed]),
        jobs={row.id: _job(row) for row in jobs},
        types={row.id: row.name for row in types},
    )


def _newest(row: InvoiceRow) -> tuple[date, int]:
    return business_day(row.invoice_date) or date.min, row.id


def _invoice(row: InvoiceRow) -> Invoice:
    return Invoice(
        number=row.reference_number or str(row.id),
        status=InvoiceStatus(status_of(row).value),
        total=_money(row.total),
        balance=_money(row.balance),
        items=[_item(item) for item in row.items or ()],
        job_id=row.job.id if row.job else 0,
    )


def _item(row: ItemRow) -> Item:
    return Item(
        name=row.display_name or row.sku_name,
        quantity=quantity_text(row.quantity or Decimal(0)),
        total=_money(row.total),
    )


def _job(row: JobRow) -> Job:
    return Job(number=row.job_number, type_id=row.job_type_id or 0)


def _money(amount: Decimal | None) -> Decimal:
    return Decimal(money_text(amount or Decimal(0)))
