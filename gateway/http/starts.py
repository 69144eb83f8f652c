"""How answers begin: a line of status, and the headers that the server puts before all others."""

from collections.abc import Sequence

from gateway.header_pairs import Pair, written


class Starts:
    """Writes these lines once for as long as those headers stay the same."""

    def __init__(self, status: bytes) -> None:
        self._status = status
        self._before: Sequence[Pair] = ()
        self._written = status

    def after(self, before: Sequence[Pair]) -> bytes:
        """Return the status and these headers as they are sent."""
        if before is not self._before:
            self._before, self._written = before, self._status + written(before)
        return self._written
