"""What is expected of each kind of viewer, type and field, read from the table beside this file."""

import tomllib
from pathlib import Path
from typing import Any, Final

TABLE: Final[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "expected.toml").read_text(encoding="utf-8")
)
OUTCOMES = frozenset({"own", "everything", "linked", "edges", "never"})
GRANTS = frozenset({"public", "billing", "staff", "unlinked"})


def outcome(kind: str, of: str) -> str:
    """Return what this kind of viewer gets of this type."""
    told = TABLE["kinds"][kind]
    return str(told.get(of, told["default"]))


def grant(of: str, field: str) -> str | None:
    """Return what it takes to be told this field of a record in sight, None where nobody said."""
    told = TABLE["fields"].get(of, {}).get(field)
    return None if told is None else str(told)
