"""Which lane a request belongs to: by what it looks like, and again once that is known.

What it looks like costs microseconds, for it is looked at while too many ask. Whoever makes theirs
look like money or staff's stands in the people's line as soon as it is known to be neither.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from starlette.datastructures import Headers

from gateway.http.exchange import GraphQLRequest
from gateway.http.lanes import Lane
from gateway.http.overload import Entry, Gate
from gateway.http.rates import network_of
from gateway.http.refusals import Refused
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import Claimed, read_claimed
from resolvers.policy import Limits
from resolvers.viewer import Viewer, ViewerKind

MOST_LEARNED: Final = 1000

HELD_SECONDS: Final = 1.0
"""How long who was refused a moment ago waits to be refused again, and how long a moment is.

Who asks again at once would else have this process do nothing but refuse.
"""

MOST_HELD: Final = 1000
"""So many wait for that at most; whoever comes then is told at once."""

K = TypeVar("K")

_CHANGED: Final = "mutation"
_CHANGES = re.compile(rf"\b{_CHANGED}\b")

LooksLikeStaff = Callable[[Headers], bool]

Passing = tuple[Hashable, ...]
"""Every name under which somebody is counted at the gate; by the first they stand in the line."""


def nobody_looks_like_staff(_headers: Headers) -> bool:
    """Is this staff's? There are none."""
    return False


def staff_looks(
    issuer: str | None, audience: str | None, claimed: Callable[[str], Claimed] = read_claimed
) -> LooksLikeStaff:
    """Return what tells whether headers look like those of staff; nothing of it is verified.

    `claimed` reads what a token claims, or raises InvalidToken.
    """

    def looks(headers: Headers) -> bool:
        """Do they bring a session of staff, or a token that says it is one of theirs?"""
        given = headers.get("authorization")
        if given is None:
            return "staff=" in headers.get("cookie", "")
        if issuer is None:
            return False
        try:
            told = claimed(given.partition(" ")[2].strip())
        except InvalidToken:
            return False
        return told.iss == issuer and audience in told.audiences

    return looks


def _nothing_known(_name: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Admitting:
    """Lets requests through the gate; `known` gives the text of a document by its trusted name.

    Names of other documents that turned out to change something are remembered, who was refused and
    when, and who of those that are sent away is none of staff; all are bounded.
    """

    gate: Gate = field(default_factory=Gate)
    limits: Callable[[], Limits] = Limits
    is_staffs: LooksLikeStaff = nobody_looks_like_staff
    known: Callable[[str], str | None] = _nothing_known
    _learned: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _held: set[object] = field(default_factory=set)
    _readers: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)
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

    def is_strained(self) -> bool:
        """Are some who only read sent away at this moment?"""
        return self.gate.is_strained(Lane.PEOPLE)

    def expect(self) -> None:
        """Expect a request that was let in: most only read."""
        self.gate.expect(Lane.PEOPLE)

    def refusal(
        self, headers: Headers, address: Callable[[], str], asked: GraphQLRequest
    ) -> Refused | None:
        """Why would this not begin, as far as it only reads? None where it might; it is counted."""
        credentials = _credentials(headers)
        who = _of_address(address()) if credentials is None else hash(credentials)
        if self.gate.has_place(Lane.PEOPLE, who) or self._may_change(asked):
            return None
        if who not in self._readers:
            if self.is_staffs(headers):
                return None
            _remember(self._readers, who)
        return self.gate.sent_away(Lane.PEOPLE)

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

    def passing(
        self, headers: Headers, address: str, asked: GraphQLRequest, viewer: Viewer
    ) -> Passing | None:
        """As whom would a customer come by who asks this? None where it is not the people's."""
        if self._lane_of(headers, asked) is not Lane.PEOPLE:
            return None
        who, _ = _whoever(headers, address, self.limits())
        return who, ("customer", viewer.key)

    def may_pass(self, passing: Passing) -> bool:
        """May they come by who are inside for no time at all?"""
        return self.gate.may_pass(Lane.PEOPLE, passing, self.limits().at_once)

    def has_time(self) -> bool:
        """May somebody be answered in one go, in this round of the loop?"""
        return self.gate.has_time()

    def spent_at_once(self, seconds: float) -> None:
        """Count how long somebody took who was, or should have been."""
        self.gate.spent_at_once(seconds)

    def _may_change(self, asked: GraphQLRequest) -> bool:
        name = asked.document_id or asked.digest
        text = asked.query or (None if name is None else self.known(name))
        if text is None:
            return name in self._learned
        return _CHANGED in text and _CHANGES.search(text) is not None

    def _learn(self, asked: GraphQLRequest) -> None:
        name = asked.document_id or asked.digest
        if name is not None:
            _remember(self._learned, name)


def _remember(known: OrderedDict[K, None], key: K) -> None:
    """Remember this as the latest; the oldest is forgotten where there are many."""
    known[key] = None
    known.move_to_end(key)
    if len(known) > MOST_LEARNED:
        known.popitem(last=False)


def _whoever(headers: Headers, address: str, limits: Limits) -> tuple[Hashable, int]:
    """Who is this as far as can be told unverified, and how much may they have open?

    Only who knows somebody's credentials can use up what these may have open.
    """
    credentials = _credentials(headers)
    if credentials is not None:
        return hash(credentials), limits.at_once
    return _of_address(address), limits.address_at_once


def _credentials(headers: Headers) -> str | None:
    return headers.get("authorization") or headers.get("cookie")


def _of_address(address: str) -> Hashable:
    return "address", network_of(address)
