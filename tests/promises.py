"""A house whose office has imported visits of its agreements."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.ledger.ledger import Ledger
from adapters.ledger.visit_file import read_visit_file
from adapters.sandbox.homes.people.jordan.planned import planned_visits
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override, Policy
from tests.house import RILEY, TODAY, House, demo_policy, ready_house

JORDAN = "jordan@example.com"
HEADER = "agreement,location,name,due,status,job"
OFFICE_FILE = planned_visits(TODAY)


def lines(*told: str) -> str:
    """Return a file with these lines."""
    return "\n".join((HEADER, *told))


def jordan_at(*levels: tuple[int | None, AccessLevel], **blocks: Any) -> Policy:  # noqa: ANN401  # of the policy
    """Return choices by which Jordan has these levels: at locations, or (None) at the customer."""
    overrides = tuple(Override(customer=1031, location=of, level=level) for of, level in levels)
    people = RILEY | {JORDAN: overrides}
    return demo_policy(**({"access": Access(people=people)} | blocks))


async def imported(url: str, file: str | Iterable[str]) -> None:
    """Take a file over, as the command does."""
    ledger = await asyncio.to_thread(Ledger, url)
    await ledger.open()
    await ledger.import_visits(
        read_visit_file(file.splitlines() if isinstance(file, str) else file)
    )
    await ledger.aclose()


@asynccontextmanager
async def promised_house(
    folder: Path,
    file: str = OFFICE_FILE,
    policy: Policy | None = None,
    **options: Any,  # noqa: ANN401  # of the house
) -> AsyncIterator[House]:
    """Open a house over a ledger in this folder that has this file's visits."""
    url = f"sqlite+aiosqlite:///{folder}/ledger.db"
    await imported(url, file)
    async with ready_house(policy, database=url, **options) as house:
        yield house
