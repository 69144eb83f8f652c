"""Which lane a request belongs to: by what it looks like, and again once that is known.

What it looks like costs microseconds, for it is looked at while too many ask. Whoever makes theirs
look like money or staff's stands in the people's line as soon as it is known to be neither.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers

from gateway.http.exchange import GraphQLRequest
from gateway.http.overload import Entry, Gate, Lane
from gateway.http.rates import network_of
from gateway.http.refusals import Refused
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import read_claimed
from resolvers.policy import Limits
from resolvers.viewer import Viewer, ViewerKind

MOST_LEARNED: Final = 1000

HELD_SECONDS: Final = 1.0
"""How long who was refused a moment ago waits to be refused again, and how long a moment is.

Who asks again at once would else have this process do nothing but refuse.
"""

MOST_HELD: Final = 1000
"""So many wait for that at most; whoever comes then is told at once."""

_CHANGES = re.compile(r"\bmutation\b")

LooksLikeStaff = Callable[[Headers], bool]


def nobody_looks_like_staff(_headers: Headers) -> bool:
    """Is this staff's? There are none."""
    return False


def staff_looks(issuer: str | None, audience: str | None) -> LooksLikeStaff:
    """Return what tells whether headers look like those of staff; nothing of it is verified."""

    def looks(headers: Headers) -> bool:
        """Do they bring a session of staff, or a token that says it is one of theirs?"""
        given = headers.get("authorization")
        if given is None:
            return "staff=" in headers.get("cookie", "")
        try:
            claimed = read_claimed(given.partition(" ")[2].strip())
        except InvalidToken:
            return False
        return claimed.iss == issuer and audience in claimed.audiences

    return looks


def _nothing_known(_name: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Admitting:
    """Lets requests through the gate; `known` gives the text of a document by its trusted name.

    Names of other documents that turned out to change something are remembered, and who was refused
    and when; both are bounded.
    """

    gate: Gate = field(default_factory=Gate)
    limits: Callable[[], Limits] = Limits
    is_staffs: LooksLikeStaff = nobody_looks_like_staff
    known: Callable[[str], str | None] = _nothing_known
    _learned: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _held: set[object] = field(default_factory=set)
    _refused: OrderedDict[Hashable, float] = field(default_factory=OrderedDict)

    async def enter(self, headers: Headers, address: str, asked: GraphQLRequest) -> Entry:
        """Wait until this may begin; raises Refused (503, 429)."""
        who, most = _whoever(headers, address, self.limits())
        return await self.gate.enter(self._lane_of(headers, asked), who, most)

    async def refuse(self, refused: Refused, headers: Headers, address: str) -> None:
        """Let whoever asked too much, and was told so a moment ago, wait to be told again."""
        if refused.status != 429:  # noqa: PLR2004  # the status says it better than a name
            return
        who, _ = _whoever(headers, address, self.limits())
        now = asyncio.get_running_loop().time()
        before = self._refused.get(who)
        self._refused[who] = now
        self._refused.move_to_end(who)
        if len(self._refused) > MOST_LEARNED:
            self._refused.popitem(last=False)
        if before is not None and now - before < HELD_SECONDS:
            await self._hold()

    def _lane_of(self, headers: Headers, asked: GraphQLRequest) -> Lane:
        if self._may_change(asked):
            return Lane.CHANGES
        return Lane.STAFF if self.is_staffs(headers) else Lane.PEOPLE

    async def _hold(self) -> None:
        """Wait for a moment, unless very many do."""
        if len(self._held) >= MOST_HELD:
            return
        held = object()
        self._held.add(held)
        try:
            await asyncio.sleep(HELD_SECONDS)
        finally:
            self._held.discard(held)

    async def settle(
        self, entry: Entry, asked: GraphQLRequest, viewer: Viewer, *, changes: bool
    ) -> None:
        """Go on where it belongs, now that it is known who asks for what; raises as `enter`."""
        if viewer.staff is not None:
            entry.hold(("staff", viewer.staff.key), self.limits().at_once)
        elif viewer.kind is ViewerKind.CUSTOMER:
            entry.hold(("customer", viewer.key), self.limits().at_once)
        if changes:
            self._learn(asked)
            await entry.into(Lane.CHANGES)
        else:
            await entry.into(Lane.PEOPLE if viewer.staff is None else Lane.STAFF)

    def _may_change(self, asked: GraphQLRequest) -> bool:
        name = asked.document_id or asked.digest
        text = asked.query or (None if name is None else self.known(name))
        return name in self._learned if text is None else _CHANGES.search(text) is not None

    def _learn(self, asked: GraphQLRequest) -> None:
        name = asked.document_id or asked.digest
        if name is not None:
            self._learned[name] = None
            self._learned.move_to_end(name)
            if len(self._learned) > MOST_LEARNED:
                self._learned.popitem(last=False)


def _whoever(headers: Headers, address: str, limits: Limits) -> tuple[Hashable, int]:
    """Who is this as far as can be told unverified, and how much may they have open?

    Only who knows somebody's credentials can use up what these may have open.
    """
    credentials = headers.get("authorization") or headers.get("cookie")
    if credentials is not None:
        return hash(credentials), limits.at_once
    return ("address", network_of(address)), limits.address_at_once
