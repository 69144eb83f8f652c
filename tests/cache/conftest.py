"""What the tests of the cache share."""

import pytest

from adapters.cache import shared


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to fail: only tests of the limit itself keep it short."""
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 5.0)
    monkeypatch.setattr(shared, "CHANGE_SECONDS", 5.0)
