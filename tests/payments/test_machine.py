"""No double charge and no lost charge, whatever befalls: ten thousand stories, each to its end.

PAYMENT_STORIES says how many, PAYMENT_SEED where to begin: a story that fails names its seed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest

from adapters.ledger.ledger import Ledger
from adapters.payments import cashier
from tests.databases import postgresql
from tests.long_runs import IS_LONG
from tests.payments.quick_ledger import QuickLedger
from tests.payments.stories import Story
from tests.payments.unheard import unheard

__all__ = ["postgresql"]

STORIES = int(os.environ.get("PAYMENT_STORIES", "100000" if IS_LONG else "10000"))
SEED = int(os.environ.get("PAYMENT_SEED", "0"))
SHARED = 500
"""How many stories share a file."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait by the clock of the wall."""
    monkeypatch.setattr(cashier, "_LOOK_SECONDS", 0.0)


async def play(ledger: Ledger, seeds: range) -> None:
    """Play these stories, one after another."""
    for seed in seeds:
        try:
            with unheard():
                await Story(seed, ledger).told()
        except BaseException as error:
            error.add_note(f"PAYMENT_SEED={seed} PAYMENT_STORIES=1")
            raise


@pytest.fixture
def file() -> Iterator[str]:
    """The path of a ledger's file, in memory where the machine has a place for that."""
    shared = Path("/dev/shm")  # noqa: S108  # memory, as a folder
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield f"{folder}/ledger.db"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(SEED, SEED + STORIES, SHARED))
async def test_no_charge_is_lost_or_doubled(file: str, first: int) -> None:
    made = Ledger(f"sqlite+aiosqlite:///{file}")
    await made.open()
    await made.aclose()
    ledger = QuickLedger(file)
    await play(cast("Ledger", ledger), range(first, min(first + SHARED, SEED + STORIES)))
    await ledger.aclose()


@pytest.mark.timeout(6000 if IS_LONG else 600)
async def test_nor_on_postgresql(postgresql: str) -> None:
    ledger = Ledger(postgresql)
    await ledger.open()
    await play(ledger, range(SEED, SEED + max(1, STORIES // 20)))
    await ledger.aclose()
