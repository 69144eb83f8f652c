"""A list read whole, however many pages it has, or not at all (R84)."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from adapters.servicetitan.decoding import Envelope
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.together import together

M = TypeVar("M", bound=Model)

_READINGS = 2
_MOST_PAGES = 100

Page = Callable[[int], Coroutine[Any, Any, Envelope[M]]]


async def whole_list(resource: Resource[M], page: Page[M]) -> list[M]:
    """Read the first page, then the others together; twice where they do not add up.

    Pages are cut without a snapshot, so rows may move between them while they are read: as many
    distinct rows as the total tells make a whole. Raises `UpstreamError`.
    """
    for _ in range(_READINGS):
        rows = await _one_reading(resource, page)
        if rows is not None:
            return rows
    raise UpstreamRejected(f"ServiceTitan's pages of {resource.name} do not add up.")


async def _one_reading(resource: Resource[M], page: Page[M]) -> list[M] | None:
    first = await page(1)
    size = first.page_size if first.page_size and first.page_size > 0 else resource.page_size
    pages = -(-(first.total_count or 0) // size)
    if pages > _MOST_PAGES:
        raise UpstreamRejected(f"ServiceTitan has more {resource.name} here than we may read.")
    others = await together(page(number) for number in range(2, pages + 1))
    read = [first, *others]
    rows = {resource.id_of(row): row for part in read for row in part.data}
    is_whole = not read[-1].has_more and first.total_count in (None, len(rows))
    return list(rows.values()) if is_whole else None
