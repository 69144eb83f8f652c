"""A tenant where 120.00 are owed, and one worker: nothing goes wrong that is not written."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import cast

import pytest

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from tests.payments.quick_ledger import QuickLedger
from tests.payments.world import Process, World

_S = AttemptState
INVOICE, OWED = 7, Decimal("120.00")
PARTS = {INVOICE: OWED}


@pytest.fixture
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A tenant where 120.00 are owed, and nothing goes wrong that is not written."""
    file = f"{tmp_path_factory.mktemp('walk')}/ledger.db"
    made = Ledger(f"sqlite+aiosqlite:///{file}")
    await made.open()
    await made.aclose()
    quick = QuickLedger(file)
    world = World(1, cast("Ledger", quick), trouble=0.0)
    world.accounts.balances[INVOICE] = OWED
    world.accounts.shown_after = 0.0
    yield world
    await quick.aclose()


@pytest.fixture
def process(world: World) -> Process:
    """The one worker."""
    return world.process()


async def story(world: World, attempt: int = 1) -> list[str]:
    """Return every state an attempt was in."""
    return [step.state.value for step in await world.attempts.steps(attempt)]


async def stands(world: World, attempt: int = 1) -> Attempt:
    """Return an attempt as it stands."""
    return (await world.attempts.get([attempt]))[attempt]


async def later(world: World, process: Process, **more: float) -> None:
    """Let time pass, and have a turn taken."""
    world.clock.pass_by(timedelta(**more).total_seconds())
    await process.reconciler.turn()


CHARGED = ["RECEIVED", "CHECKED", "CHARGING", "CHARGED"]
