"""Comparing the printed schema with the committed one: what breaks clients first."""

import difflib
from collections.abc import Iterator

from graphql import build_schema
from graphql.utilities import (
    BreakingChange,
    DangerousChange,
    find_schema_changes,
)


def differences(committed: str, printed: str) -> list[str]:
    """Return the lines that tell the difference, none where there is none.

    Breaking changes come first, then dangerous ones, then the diff of the two texts. Raises
    GraphQLError when the committed text is no schema.
    """
    if committed == printed:
        return []
    return [*_changes(committed, printed), *_diff(committed, printed)]


def _changes(committed: str, printed: str) -> Iterator[str]:
    changes = find_schema_changes(build_schema(committed), build_schema(printed))
    for kind, title in ((BreakingChange, "breaking"), (DangerousChange, "dangerous")):
        for change in changes:
            if isinstance(change, kind):
                yield f"{title}: {change.description}"


def _diff(committed: str, printed: str) -> Iterator[str]:
    return difflib.unified_diff(
        committed.splitlines(), printed.splitlines(), "committed", "printed", lineterm=""
    )
