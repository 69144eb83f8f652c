"""R4: what another process committed counts for whatever is asked after it, in each database."""

import asyncio
import sys

from tests.databases import for_a_house, postgresql, shared_url
from tests.house import HOME, House, ready_house

__all__ = ["postgresql", "shared_url"]

PAT = "pat@example.com"
PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
from adapters.ledger.access_levels import AccessChoice, AccessLevels, LevelChange
from adapters.ledger.audit import By
from adapters.ledger.ledger import Ledger

async def main() -> None:
    ledger = Ledger(sys.argv[1])
    await ledger.open()
    by = By("office@example.com", "another process", datetime.now(UTC))
    change = LevelChange("pat@example.com", int(sys.argv[2]), AccessChoice[sys.argv[3]])
    await AccessLevels(ledger).set([change], by)
    await ledger.aclose()

asyncio.run(main())
"""


async def choose(url: str, level: str) -> None:
    """Have another process of the office's set Pat's level at home."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, url, str(HOME), level
    )
    assert await process.wait() == 0


async def seen(house: House) -> int:
    """Return how many invoices Pat is shown."""
    told = await house.viewer(PAT, "invoices(first: 1) { totalCount }")
    return int(told["invoices"]["totalCount"])


async def test_a_level_that_another_process_set_counts_on_the_very_next_request(
    shared_url: str,
) -> None:
    async with ready_house(database=for_a_house(shared_url)) as house:
        assert [await seen(house) for _ in range(3)] == [7, 7, 7]
        for _ in range(2):
            await choose(shared_url, "NONE")
            assert [await seen(house) for _ in range(2)] == [0, 0]
            await choose(shared_url, "INHERIT")
            assert [await seen(house) for _ in range(2)] == [7, 7]
