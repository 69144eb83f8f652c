"""What one operation knows: who asks, when, what they reach, and the doors to ask through."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any, ClassVar, TypeGuard, TypeVar, cast
from zoneinfo import ZoneInfo

from adapters.cache.failing import may_be_asked_again
from adapters.cache.usage import Usage
from adapters.found_once import found_once
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource
from resolvers import at_once as trial
from resolvers.access import Reach
from resolvers.acquaintance import owners_of
from resolvers.asking import Answer, Ask, Asking
from resolvers.at_once import about_to_wait, at_once, is_in_vain
from resolvers.beside import Edges
from resolvers.doors import Doors
from resolvers.errors import Forbidden
from resolvers.lasting import Lasting
from resolvers.levels import AccessLevel
from resolvers.origins import UNTOLD, Origin
from resolvers.pending import OnTheWay
from resolvers.policy import Policy
from resolvers.rights import Refused
from resolvers.shelves import is_lasting
from resolvers.verdict import Verdict
from resolvers.viewer import Viewer
from resolvers.visit_times import Clock

M = TypeVar("M", bound=Model)
P = TypeVar("P")
R = TypeVar("R")
Sees = Callable[[M], Verdict]


@dataclass(frozen=True)
class Context(Edges):
    """One operation's question to the house; nothing in it outlives the operation.

    Rows leave `own` and `many` only through a rule; `under` gives what hangs from records already
    seen, and who calls it deals the rows to those alone. `rights` and `policy` are what they were
    when the operation began, though they change meanwhile; so is `pending`, until the operation
    itself pays. Invoices leave only with what is pending taken off their balance (R34).
    """

    viewer: Viewer
    now: datetime
    doors: Doors
    policy: Policy
    rights: Reach | Refused
    request_id: str = ""
    usage: Usage = field(default_factory=Usage)
    pending: OnTheWay = field(default_factory=OnTheWay)
    origin: Origin = UNTOLD
    trial: ClassVar[ModuleType] = trial

    @found_once
    def zone(self) -> ZoneInfo:
        """The zone in which the business's days begin."""
        return self.policy.tenant.zone()

    @property
    def reach(self) -> Reach:
        """What this viewer may come near; raises why they were refused, where they were."""
        if isinstance(self.rights, Reach):
            return self.rights
        raise self.rights

    @found_once
    def clock(self) -> Clock:
        """What time it is, and how exactly customers may know of times."""
        return self.clock_at(self.now)

    def clock_at(self, now: datetime) -> Clock:
        """Return the clock that stands at this moment."""
        jobs = self.policy.jobs
        grace = timedelta(minutes=jobs.past_grace_minutes)
        return Clock(now, self.zone, jobs.show_date_only, grace)

    @found_once
    def today(self) -> date:
        """The calendar day it now is for the business."""
        return self.now.astimezone(self.zone).date()

    async def own(
        self,
        resource: Resource[M],
        sees: Sees[M],
        least: AccessLevel = AccessLevel.NON_BILLING,
        customer: int | None = None,
    ) -> list[M]:
        """Return every row in reach that the rule lets through; whole, or raises UpstreamError.

        Only customers and places with at least this level are asked about; with `customer`, only
        that one.
        """
        asks = [ask for ask in self._own(resource, least, customer) if customer in {None, ask[2]}]
        answers = await self._load(resource, [(by, of) for by, of, _ in asks])
        rows = {resource.id_of(row): row for answer in answers for row in whole(answer)}
        return [row for row in rows.values() if sees(row)]

    def _own(
        self, resource: Resource[M], least: AccessLevel, customer: int | None
    ) -> list[tuple[str, int, int]]:
        """Which questions (key, value, whose) together ask for all that is in reach?"""
        by_customer = cast("str", resource.by_customer)
        if self.reach.is_staff:
            return [] if customer is None else [(by_customer, customer, customer)]
        asks = [(by_customer, of, of) for of in self.reach.customers_showing(least)]
        for place in self.reach.places_alone(least):
            by, of = by_customer, place.customer_id
            if resource.by_location is not None:
                by, of = resource.by_location, place.id
            asks.append((by, of, place.customer_id))
        return list(dict.fromkeys(asks))

    async def under(
        self, resource: Resource[M], by: str, values: Sequence[int]
    ) -> list[tuple[M, ...] | UpstreamError]:
        """Return, for each value, the rows that hang from it.

        The values come from records that were seen, and who calls deals the rows to those alone.
        """
        return await self._load(resource, [(by, value) for value in values])

    async def many(
        self, resource: Resource[M], ids: Sequence[int | None], sees: Sees[M]
    ) -> list[M | UpstreamError | None]:
        """Return the row of each id, None where it is not this viewer's or not at all (R14).

        A remembered row counts only for who may see it: for anybody else it is asked for as though
        nothing were known, and that it was refused is remembered for this viewer alone.
        """
        wanted = list(dict.fromkeys(of for of in ids if of is not None))
        records = self.doors.records
        remembered = await self._remembered(resource, wanted)
        if self.reach.is_staff:
            await self.meet(*owners_of(remembered.values()))
        seen = {of: row for of, row in remembered.items() if sees(row)}
        found: dict[int, M | UpstreamError | None] = {**seen}
        rest = [of for of in wanted if of not in found and not self.was_refused(resource, of)]
        asks = [("id", of) for of in rest]
        for of, answer in zip(rest, await self._load(resource, asks, anew=True), strict=True):
            found[of] = self._seen(resource, of, answer, sees)
        self.usage.saved += len(seen)
        failed = [of for of in rest if may_be_asked_again(found[of])]
        lasting = await self._remembered(resource, failed, failing=True)
        old = {of: row for of, row in lasting.items() if sees(row)}
        await records.used(resource, [*seen, *old], self.usage)
        found |= old
        return [None if of is None else found.get(of) for of in ids]

    async def _remembered(
        self, resource: Resource[M], ids: Sequence[int], *, failing: bool = False
    ) -> dict[int, M]:
        if not ids:
            return {}
        rows = await self.doors.records.remembered(resource, ids, failing=failing)
        return {of: self.pending.less(resource, row) for of, row in rows.items()}

    async def anew(
        self, resource: Resource[M], ids: Sequence[int]
    ) -> list[tuple[M, ...] | UpstreamError]:
        """Return each id's row as it is now, whatever is remembered: who calls judges it."""
        return await self._load(resource, [("id", of) for of in ids], anew=True)

    def _seen(
        self, resource: Resource[M], of: int, answer: tuple[M, ...] | UpstreamError, sees: Sees[M]
    ) -> M | UpstreamError | None:
        if isinstance(answer, UpstreamError):
            return answer
        if answer and sees(answer[0]):
            return answer[0]
        self.refuse(resource, of)
        return None

    def refuse(self, resource: Resource[M], of: int) -> None:
        """Remember for a while that this row is not this viewer's, or not at all."""
        self.doors.refusals.add(self._lookup(resource, of))

    def forget_refusal(self, resource: Resource[M], of: int) -> None:
        """Ask for this row again though it was refused: it has changed, and is in reach."""
        self.doors.refusals.discard(self._lookup(resource, of))

    def was_refused(self, resource: Resource[M], of: int) -> bool:
        """Was this row just found to be not this viewer's, or not at all?"""
        return self._lookup(resource, of) in self.doors.refusals

    def _lookup(self, resource: Resource[M], of: int) -> tuple[str, int, str, int]:
        return self.viewer.key, self.reach.revision, resource.name, of

    async def meet(self, customers: Iterable[int], locations: Iterable[int] = ()) -> None:
        """Let staff know these records by name, and the places and owners that go with them.

        A person's reach knows all it may from the beginning, and learns nothing here.
        """
        if self.reach.is_staff:
            await self.doors.rights.meet(self.reach, customers, locations)

    async def once(self, work: Callable[..., Awaitable[R]], *arguments: object) -> R:
        """Do this work for the operation once, however many of its fields build on it.

        Where it has to wait it is a task: who leaves ends it for nobody else.
        """
        key = (work, arguments)
        lasting = self.lasting if is_lasting(work) and key not in self._works else None
        if lasting is not None and (part := lasting.find(key)) is not None:
            return cast("R", part.value)

        async def now() -> R:
            if lasting is None:
                return await self._done(key, work(self, *arguments))
            return await self._done(key, lasting.make(key, lambda of: work(of, *arguments)))

        async def later() -> R:
            if key not in self._works:
                self._works[key] = asyncio.ensure_future(work(self, *arguments))
            if not self._works[key].done():
                about_to_wait()
            return cast("R", await asyncio.shield(self._works[key]))

        return await (later() if key in self._works else at_once(now, later))

    async def by_rights(
        self, key: str, ask: Callable[[], Awaitable[R]], weigh: Callable[[R], int]
    ) -> R:
        """Ask for what changes with the revision of rights alone: for the same rights once."""
        lasting = self.lasting
        found: R | None = None if lasting is None else lasting.by_rights(key)
        if found is None:
            about_to_wait()
            found = await ask()
            if lasting is not None:
                lasting.keep_by_rights(key, found, weigh(found))
        return found

    def apart(self) -> "Context":
        """Return the same context for a part of the operation, which notes by itself what it reads.

        Only who notes has one.
        """
        raise NotImplementedError

    async def _done(self, key: object, work: Awaitable[R]) -> R:
        """Do work at once, and remember what came of it, or how it failed."""
        done = asyncio.get_running_loop().create_future()
        try:
            done.set_result(await work)
        except Exception as error:  # noqa: BLE001  # it is whoever's asks
            done.set_exception(error)
            done.exception()  # whoever asks hears of it; that nobody does is no failure of the loop
        if not is_in_vain():
            self._works[key] = done
        return cast("R", done.result())

    async def confirm(self) -> None:
        """Read the viewer's rights once more, before the first call that changes something.

        Raises why they are refused now, and Forbidden where they are not what they were.
        """
        now = await self.doors.rights.of(self.viewer, self.doors.policy().access)
        if not isinstance(now, Reach):
            raise now
        if not self.reach.is_staff and now != self.reach:
            raise Forbidden("What you may do here has just changed. Look again, and try anew.")

    async def take_in_pending(self) -> None:
        """Go by what is pending at this moment, from here on; raises LedgerUnavailable."""
        self.pending.take_in(await self.doors.till.pending.read())

    async def look_again(self) -> None:
        """Forget what was read for this operation: it has changed something, and reads it anew."""
        self.end_works()
        self._works.clear()
        self.forget_edges()
        self._asking.forget()
        await self.take_in_pending()

    def end(self) -> None:
        """End the operation: what it alone still waits in the line for is not asked any more."""
        self.end_works()
        self.doors.records.end(self.usage)

    def end_works(self) -> None:
        """Cancel what was begun through this context alone; flights upstream are not its own."""
        for work in self._works.values():
            work.cancel()

    async def _load(
        self, resource: Resource[M], asks: Sequence[Ask], *, anew: bool = False
    ) -> list[Answer[M]]:
        if not asks:
            return []
        answers = await self._asking.answers(resource, asks, anew=anew)
        if self.reach.is_staff:
            await self.meet(*owners_of(row for rows in answers if _is_there(rows) for row in rows))
        return [self._owed(resource, answer) for answer in answers]

    def _owed(
        self, resource: Resource[M], answer: tuple[M, ...] | UpstreamError
    ) -> tuple[M, ...] | UpstreamError:
        if isinstance(answer, UpstreamError):
            return answer
        return self.pending.taken_off(resource, answer)

    @found_once
    def _asking(self) -> Asking:
        return Asking(self.doors.records, self.usage)

    @found_once
    def lasting(self) -> Lasting | None:
        """What outlives this operation; None for one that nobody notes the readings of."""
        if self.usage.readings is None:
            return None
        return Lasting(self, self._asking, cast("datetime", vars(self)["now"]))

    @found_once
    def _works(self) -> dict[Any, asyncio.Future[Any]]:
        return {}


def _is_there(answer: object) -> TypeGuard[tuple[Model, ...]]:
    return isinstance(answer, tuple)


def whole(answer: Sequence[M] | UpstreamError) -> Sequence[M]:
    """Return the rows of an answer that is there; raises the UpstreamError it failed with."""
    if isinstance(answer, UpstreamError):
        raise answer
    return answer
