"""Budgets that nobody uses up, for tests of something else."""

from dataclasses import replace

import pytest

from gateway.guard.limits import EVERYBODY, STAFF
from resolvers.policy import Limits

MANY = 1_000_000_000
UNBOUNDED = Limits(**dict.fromkeys(Limits.__struct_fields__, MANY))
UNBOUNDED_TEXT = "\n[limits]\n" + "".join(f"{of} = {MANY}\n" for of in Limits.__struct_fields__)
"""The same, as a policy file says it."""


@pytest.fixture
def any_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a document have as many fields and aliases as it likes."""
    for name, limits in {"EVERYBODY": EVERYBODY, "STAFF": STAFF}.items():
        wide = replace(limits, fields=MANY, aliases=MANY, siblings=MANY, root_fields=MANY)
        monkeypatch.setattr(f"gateway.documents.{name}", wide)
