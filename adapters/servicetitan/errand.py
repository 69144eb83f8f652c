"""What goes with every call that a question takes."""

from dataclasses import dataclass

from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority


@dataclass(slots=True)
class Errand:
    """How urgent a question is, and until when it must be answered, in the event loop's own time.

    `calls` is how many calls it has cost so far, every attempt counted, tokens not. `place` is that
    of the operation it is asked for; a question without one comes when it is asked.
    """

    priority: Priority
    deadline: float
    calls: int = 0
    place: Place | None = None
