"""What runs for an hour at low priority is not judged by the clock on the wall."""

import pytest


@pytest.fixture(autouse=True)
def patient_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who reads the ledger wait for it: its three seconds are those of somebody who waits."""
    monkeypatch.setattr("adapters.ledger.ledger.READ_SECONDS", 120.0)
