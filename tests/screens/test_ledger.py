"""The ledger behind the screens: asked once, and what still stands without it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from resolvers.policy import Agreements
from tests.house import demo_policy, open_house, ready_house
from tests.promises import JORDAN, imported, lines, promised_house

FILE = lines(
    "930801,2102,Fall,2026-10-15,Unscheduled,",
    "930801,2101,Fall,2026-10-01,Unscheduled,",
    "930801,2101,Booked,2026-07-20,Unscheduled,310001",
    "930802,2101,Last year,2025-08-01,Dismissed,",
)
NAMES = "unscheduledVisits { name }"
JOBS = """jobs(tab: UPCOMING, first: 100) { totalCount } jobCounts { upcoming }
    tasks { upcomingAppointments(first: 100) { job { number } } }"""


class Asked(Ledger):
    """A ledger that counts what it is asked."""

    questions: ClassVar[Counter[str]] = Counter()

    async def visits_of(self, agreements: Sequence[int]) -> Any:  # noqa: ANN401  # as Ledger
        """Count, and ask."""
        Asked.questions["visits"] += 1
        return await super().visits_of(agreements)

    async def ties_at(self, locations: Sequence[int]) -> Any:  # noqa: ANN401  # as Ledger
        """Count, and ask."""
        Asked.questions["ties"] += 1
        return await super().ties_at(locations)


async def test_an_operation_asks_the_ledger_once_for_ties_and_once_for_a_level_of_visits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.ground.Ledger", Asked)
    Asked.questions.clear()
    every = Agreements(statuses=("Activated", "Expired", "Draft"))
    async with promised_house(tmp_path, FILE, demo_policy(agreements=every)) as house:
        await house.viewer(
            JORDAN, f"{JOBS} {NAMES} customers {{ nodes {{ jobCounts {{ upcoming }} {NAMES} }} }}"
        )
        assert Asked.questions == {"ties": 1, "visits": 1}
        Asked.questions.clear()
        shown = "serviceAgreements { nodes { visits { nodes { name } } } }"
        told = await house.viewer(JORDAN, shown)
        assert len(told["serviceAgreements"]["nodes"]) == 3
        assert Asked.questions == {"visits": 1}
        Asked.questions.clear()
        await house.viewer("morgan@example.com", "customers { nodes { jobCounts { upcoming } } }")
        assert Asked.questions == {"ties": 1}


class Without(Ledger):
    """A ledger whose visits cannot be read."""

    async def visits_of(self, agreements: Sequence[int]) -> Any:  # noqa: ANN401  # as Ledger
        """Fail as a database does."""
        del agreements
        raise LedgerUnavailable("What the office keeps of agreements cannot be read now.")

    async def ties_at(self, locations: Sequence[int]) -> Any:  # noqa: ANN401  # as Ledger
        """Fail as a database does."""
        del locations
        raise LedgerUnavailable("What the office keeps of agreements cannot be read now.")


async def test_without_its_visits_everything_else_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.ground.Ledger", Without)
    async with ready_house() as house:
        page = f"""{{ viewer {{ {NAMES} jobCounts {{ upcoming }}
            serviceAgreements {{ nodes {{
                name visits {{ totalCount }} invoices {{ totalCount }} }} }}
            memberships {{ totalCount }} }} }}"""
        told = await house.ask(JORDAN, page)
        assert told["data"]["viewer"] == {
            "unscheduledVisits": None,
            "jobCounts": {"upcoming": 25},
            "serviceAgreements": {
                "nodes": [{"name": "Planned Care, all stores", "visits": None, "invoices": None}]
            },
            "memberships": {"totalCount": 0},
        }
        errors = {(error["path"][-1], error["extensions"]["code"]) for error in told["errors"]}
        code = "UPSTREAM_UNAVAILABLE"
        assert errors == {("unscheduledVisits", code), ("visits", code), ("invoices", code)}


async def test_without_the_ledger_nobody_is_let_in(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/not/there/ledger.db"
    async with open_house(demo_policy(), database=url) as house:
        ready = (await house.gateway.get("/health/ready")).json()
        assert ready["waiting"] == {
            "directory": "The directory of people is still being read: 0 of its rows so far.",
            "ledger": "The ledger's database (PORTAL_DATABASE_URL) fails: OperationalError.",
        }
        told = await house.ask("pat@example.com", "{ portal { currency } viewer { email } }")
        assert told["data"] == {"portal": {"currency": "USD"}, "viewer": None}
        (error,) = told["errors"]
        assert error["path"] == ["viewer"]
        assert error["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}
        assert str(tmp_path) not in str(error)


async def test_a_ledger_that_comes_back_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.workers.RETRY_SECONDS", (0.01,))
    folder = tmp_path / "late"
    url = f"sqlite+aiosqlite:///{folder}/ledger.db"
    async with open_house(demo_policy(), database=url) as house:
        told = await house.gateway.get("/health/ready")
        assert "ledger" in told.json()["waiting"]
        await asyncio.to_thread(folder.mkdir)
        await house.is_ready()
        await imported(url, FILE)
        assert len((await house.viewer(JORDAN, NAMES))["unscheduledVisits"]) == 2
