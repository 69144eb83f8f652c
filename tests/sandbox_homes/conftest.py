"""One seeded tenant, and an oracle of the tabs that shares nothing with the gateway's rules."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.sandbox.homes import TIME_ZONE, build

TODAY = date(2026, 7, 14)
FALLBACK = {
    "Scheduled": "UPCOMING",
    "Dispatched": "IN_PROGRESS",
    "InProgress": "IN_PROGRESS",
    "Hold": "ON_HOLD",
    "Completed": "COMPLETED",
    "Canceled": "CANCELED",
}

Tenant = dict[str, list[dict[str, Any]]]
Tabs = Callable[[Tenant, int, datetime], str | None]


@pytest.fixture(scope="session")
def tenant() -> Tenant:
    """The demo's tenant on one summer day."""
    return build(1, TODAY, 50)


@pytest.fixture(scope="session")
def noon() -> datetime:
    """Noon of that day where the contractor works."""
    return datetime(2026, 7, 14, 12, tzinfo=ZoneInfo(TIME_ZONE))


@pytest.fixture(scope="session")
def midnights() -> tuple[datetime, datetime]:
    """The first and the last moment of that day where the contractor works."""
    start = datetime(2026, 7, 14, tzinfo=ZoneInfo(TIME_ZONE))
    return start, start + timedelta(days=1, microseconds=-1)


@pytest.fixture(scope="session")
def tab_of() -> Tabs:
    """Tell a job's tab by R47-R53, from its appointments."""
    return _tab_of


@pytest.fixture(scope="session")
def shown() -> Callable[[dict[str, Any]], bool]:
    """Tell whether an invoice ever had a balance, and is active (R21, R24)."""
    return _shown


def _tab_of(tenant: Tenant, job_id: int, now: datetime) -> str | None:
    (job,) = (row for row in tenant["jobs"] if row["id"] == job_id)
    live = [
        row
        for row in tenant["appointments"]
        if row["jobId"] == job_id and row.get("active", True) and not row["unused"]
    ]
    tab = _by_statuses([row["status"] for row in live]) or FALLBACK[job["jobStatus"]]
    to_come = any(row["status"] == "Scheduled" and _end(row) >= now for row in live)
    return None if tab == "UPCOMING" and not to_come else tab


def _by_statuses(statuses: list[str]) -> str | None:
    match sorted(set(statuses)):
        case ["Canceled"]:
            return "CANCELED"
        case ["Done"]:
            return "COMPLETED"
        case ["Hold"]:
            return "ON_HOLD"
        case ["Scheduled"] | ["Hold", "Scheduled"]:
            return "UPCOMING"
        case words if {"Dispatched", "Working"} & set(words) or {"Done", "Scheduled"} <= set(words):
            return "IN_PROGRESS"
    return None


def _end(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["arrivalWindowEnd"] or row["end"])


def _shown(invoice: dict[str, Any]) -> bool:
    total, balance = float(invoice["total"]), float(invoice["balance"])
    return invoice.get("active", True) and (total > 0 or balance > 0 or total > balance)
