"""The ledger's figures, in each kind of database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from adapters.ledger.audit import Action, Audit, By
from adapters.ledger.figures import read_figures
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptKind, AttemptState
from adapters.ledger.payment_tables import PAYMENT_ATTEMPTS
from adapters.ledger.seen_events import SeenEvents, Told
from gateway.metrics.books import Books
from tests.databases import url
from tests.telemetry.test_operations import samples

__all__ = ["url"]

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)


def attempt(of: int, state: AttemptState, next_at: datetime | None = None) -> dict[str, Any]:
    """Return a row of an attempt."""
    return {
        "confirmation": f"C{of}",
        "state": state.value,
        "version": 1,
        "principal": "pat",
        "idempotency_key": str(of),
        "request_hash": "h",
        "actor": "pat",
        "request_id": "r",
        "kind": next(iter(AttemptKind)).value,
        "customer_id": 1,
        "currency": "USD",
        "amount": 12000,
        "processor": "sandbox",
        "method_kind": "CARD",
        "method_label": "Visa",
        "keep_method": False,
        "tries": 0,
        "next_at": next_at,
        "counted": False,
        "created_at": NOON,
        "updated_at": NOON,
    }


@pytest.fixture
async def ledger(url: str) -> Any:  # noqa: ANN401  # a generator of one
    """An open ledger."""
    ledger = Ledger(url)
    await ledger.open()
    yield ledger
    await ledger.aclose()


async def test_an_empty_ledger_tells_of_every_state_and_of_nothing_due(ledger: Ledger) -> None:
    families = await Books(ledger).families(NOON)
    told = samples(families, "payment_attempts")
    assert set(told) == {(state.value,) for state in AttemptState}
    assert set(told.values()) == {0}
    for name in ("audit_entries", "webhook_events_waiting", "webhook_wait_seconds"):
        assert samples(families, name) == {(): 0}
    assert samples(families, "payment_attempts_overdue_seconds") == {(): 0}
    assert samples(families, "ledger_up") == {(): 1}


async def test_entries_events_and_attempts_are_counted(ledger: Ledger) -> None:
    by = By("office", "r", NOON)
    for _ in range(3):
        await Audit(ledger).append(by.did(Action.STAFF_SIGNED_IN, "staff key"))
    events = SeenEvents(ledger, lambda: NOON - timedelta(seconds=40))
    await events.receive(Told("a", "d", "[]"))
    await events.receive(Told("b", "d", None))
    rows = [
        attempt(1, AttemptState.UNKNOWN, NOON - timedelta(seconds=25)),
        attempt(2, AttemptState.UNKNOWN, NOON + timedelta(seconds=25)),
        attempt(3, AttemptState.RECORDED),
    ]
    await ledger.write(lambda on: on.execute(insert(PAYMENT_ATTEMPTS), rows))
    figures = await ledger.read(read_figures)
    assert (figures.audit_entries, figures.events_waiting) == (3, 1)
    families = await Books(ledger).families(NOON)
    told = samples(families, "payment_attempts")
    assert {state: count for (state,), count in told.items() if count} == {
        "UNKNOWN": 2,
        "RECORDED": 1,
    }
    assert samples(families, "webhook_wait_seconds") == {(): 40}
    assert samples(families, "payment_attempts_overdue_seconds") == {(): 25}
    assert samples(families, "audit_entries") == {(): 3}


async def test_what_is_due_later_is_not_overdue(ledger: Ledger) -> None:
    row = attempt(1, AttemptState.PROCESSING, NOON + timedelta(hours=1))
    await ledger.write(lambda on: on.execute(insert(PAYMENT_ATTEMPTS), [row]))
    families = await Books(ledger).families(NOON)
    assert samples(families, "payment_attempts_overdue_seconds") == {(): 0}
