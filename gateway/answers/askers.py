"""Who asks, as far as the head of a request tells: all that is the same for whatever they ask."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.answers.request_lines import RequestLines
from gateway.counts import Ended
from gateway.guard.budgets import Payer
from gateway.header_pairs import Pair, written
from gateway.http.admitting import Passing
from gateway.identity.verified import Verified
from gateway.request_ids import ID
from gateway.same_lines import SameLine
from resolvers.origins import Origin
from resolvers.policy import Policy
from resolvers.viewer import Viewer

_SIZE: Final = b"content-length"
_MOST_LINES: Final = 8

Said = tuple[str | None, str, int, int]
"""What one line of the log tells and another may not: the operation, its document, its costs."""


@dataclass(slots=True, eq=False)
class Asker:
    """A customer at one connection's other end, and how whatever they ask is answered.

    `policy` is the one that `payer` and `passing` go by. `head` is that of an answer, but for its
    id and its size.
    """

    verified: Verified
    viewer: Viewer
    policy: Policy
    payer: Payer
    passing: Passing
    origin: Origin
    lines: RequestLines
    head: bytes
    spelled: dict[Said, SameLine | None] = field(default_factory=dict)

    def written(self, start: bytes, given: str, body: bytes) -> bytes:
        """Return an answer as it is sent, behind the lines that the server begins with."""
        head = self.head % {b"id": given.encode("ascii"), b"size": b"%d" % len(body)}
        return b"".join((start, head, body))

    def log(self, given: str, ended: Ended, at: float, seconds: float) -> None:
        """Count a request that ended so, and write its line."""
        said = ended.name, ended.document, ended.saved, ended.stale_seconds
        line = self.spelled.get(said)
        if line is None and said not in self.spelled:
            if len(self.spelled) >= _MOST_LINES:
                self.spelled.clear()
            line = self.spelled[said] = self.lines.spelled(ended)
        if not self.lines.write(line, given, ended, at, seconds):
            self.spelled.clear()


def head_for_any(head: Sequence[Pair]) -> bytes | None:
    """Return the head of an answer with places for its id and its size; None where it has others.

    That is one that tells who asks to hang up, or does not have both once.
    """
    names = [name for name, _ in head]
    if names.count(ID) != 1 or names.count(_SIZE) != 1 or b"connection" in names:
        return None
    places = {ID: b"%(id)b", _SIZE: b"%(size)b"}
    told = [(name, places.get(name, value.replace(b"%", b"%%"))) for name, value in head]
    return written(told) + b"\r\n"
