"""What one part answered when it was asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A part, the OAuth scope it needs if any, and None or a sentence that says what to do.

    `note` is what nobody can ask of the part, and a person must see to. One that `is_asked` not
    answers nothing: its note is all there is.
    """

    part: str
    problem: str | None = None
    scope: str | None = None
    note: str | None = None
    is_asked: bool = True
