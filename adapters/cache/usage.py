"""What one operation cost upstream, and what memory saved it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Counted while an operation runs: calls made for it, and questions answered without one."""

    calls: int = 0
    saved: int = 0
