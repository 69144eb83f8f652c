"""What rows cost by themselves: decoded from an answer's bytes, and read back from memory."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from adapters.cache.ages import Ages, life_of
from adapters.cache.fills import Fill
from adapters.cache.memory import Memory
from adapters.servicetitan.decoding import decode
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource
from tests.bench.costs.material import Material
from tests.bench.costs.timing import cost_of
from tests.bench.results import Cost
from tests.bench.rows import CUSTOMER

M = TypeVar("M", bound=Model)


def decoding_costs(on: Material, repeats: int) -> Iterator[Cost]:
    """Measure the decoding of one whole page of jobs and of invoices with their items."""
    yield _decoding(JOBS, on.job_page, repeats)
    yield _decoding(INVOICES, on.invoice_page, repeats)


def _decoding(resource: Resource[M], page: bytes, repeats: int) -> Cost:
    def decoding() -> list[M]:
        return decode(resource.model, page, resource.name, Counter()).data

    rows = len(decoding())
    name = f"decoding a page of {resource.name}, {len(page) // rows} bytes a row"
    return cost_of(name, rows, decoding, repeats)


def memory_cost(on: Material, repeats: int) -> Cost:
    """Measure a remembered question: all of the customer's invoices, read back from memory."""
    with asyncio.Runner() as runner:
        memory = Memory()
        began = memory.began(INVOICES)
        life = life_of(Ages(3600, 3600, 3600), began.at, 0.0, began.number, lambda: 0.0)
        answers = ((CUSTOMER, tuple(on.invoices)),)
        runner.run(memory.keep(Fill(INVOICES, "customer_id", answers, life), began))

        def reading() -> object:
            return runner.run(memory.answers(INVOICES, "customer_id", [CUSTOMER]))

        return cost_of("a remembered invoice, of a question", len(on.invoices), reading, repeats)
