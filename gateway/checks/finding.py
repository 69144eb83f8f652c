"""What one part answered when it was asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A part, the OAuth scope it needs if any, and None or a sentence that says what to do."""

    part: str
    problem: str | None = None
    scope: str | None = None
