"""What one operation knows: who asks, when, what they reach, and the doors to ask through."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any, TypeGuard, TypeVar, cast
from zoneinfo import ZoneInfo

from strawberry.dataloader import DataLoader

from adapters.cache.records import may_be_asked_again
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Ask, Resource
from resolvers.access import Reach
from resolvers.acquaintance import owners_of
from resolvers.beside import Beside
from resolvers.doors import Doors
from resolvers.errors import Forbidden
from resolvers.levels import AccessLevel
from resolvers.origins import UNTOLD, Origin
from resolvers.pending import OnTheWay
from resolvers.policy import Policy
from resolvers.rights import Refused
from resolvers.verdict import Verdict
from resolvers.viewer import Viewer
from resolvers.visit_times import Clock

M = TypeVar("M", bound=Model)
P = TypeVar("P")
R = TypeVar("R")
Sees = Callable[[M], Verdict]
Edge = Callable[..., Awaitable[Sequence[R | Exception]]]


@dataclass(frozen=True)
class Context:
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

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which the business's days begin."""
        return self.policy.tenant.zone()

    @property
    def reach(self) -> Reach:
        """What this viewer may come near; raises why they were refused, where they were."""
        if isinstance(self.rights, Reach):
            return self.rights
        raise self.rights

    @cached_property
    def clock(self) -> Clock:
        """What time it is, and how exactly customers may know of times."""
        jobs = self.policy.jobs
        grace = timedelta(minutes=jobs.past_grace_minutes)
        return Clock(self.now, self.zone, jobs.show_date_only, grace)

    @cached_property
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
        answers = await self._load(resource, [Ask(resource, by, of) for by, of, _ in asks])
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
        return await self._load(resource, [Ask(resource, by, value) for value in values])

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
        self.usage.saved += len(seen)
        rest = [of for of in wanted if of not in found and not self.was_refused(resource, of)]
        asks = [Ask(resource, "id", of) for of in rest]
        for of, answer in zip(rest, await self._load(resource, asks, anew=True), strict=True):
            found[of] = self._seen(resource, of, answer, sees)
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
        return await self._load(resource, [Ask(resource, "id", of) for of in ids], anew=True)

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
        """Do this work for the operation once, however many of its fields build on it."""
        key = (work, arguments)
        task = self._works.get(key)
        if task is None:
            task = self._works[key] = asyncio.ensure_future(work(self, *arguments))
        return cast("R", await asyncio.shield(task))

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
        for kept in (self._works, self._loaders, self._edges):
            kept.clear()
        await self.take_in_pending()

    def end(self) -> None:
        """End the operation: what it alone still waits in the line for is not asked any more."""
        self.end_works()
        self.doors.records.end(self.usage)

    def end_works(self) -> None:
        """Cancel what was begun through this context alone; flights upstream are not its own."""
        for work in self._works.values():
            work.cancel()

    async def each(self, edge: Edge[R], parent: P, **arguments: object) -> R:
        """Answer one parent's edge, asked for together with that of every parent beside it."""
        (found,) = await self.every(edge, [parent], **arguments)
        if isinstance(found, BaseException):
            raise found
        return found

    async def every(
        self, edge: Edge[R], parents: Sequence[P], **arguments: object
    ) -> list[R | BaseException]:
        """Answer the edge of all these parents, and of every parent asked about beside them."""
        key = (edge, tuple(arguments.items()))
        beside = self._edges.get(key)
        if beside is None:

            async def load(parents: Sequence[P]) -> Sequence[R | BaseException]:
                return await edge(parents, self, **arguments)

            beside = self._edges[key] = Beside(load)
        return await beside.of(parents)

    async def _load(
        self, resource: Resource[M], asks: Sequence[Ask[M]], *, anew: bool = False
    ) -> list[tuple[M, ...] | UpstreamError]:
        if not asks:
            return []
        loader = self._loaders.get((resource, anew))
        if loader is None:
            batch = partial(self._batch, anew=anew)
            loader = self._loaders[resource, anew] = DataLoader(batch)
        flights = (
            asyncio.shield(_heard(cast("asyncio.Future[Any]", loader.load(ask)))) for ask in asks
        )
        answers = await asyncio.gather(*flights, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, UpstreamError):
                raise answer
        if self.reach.is_staff:
            await self.meet(*owners_of(row for rows in answers if _is_there(rows) for row in rows))
        told = cast("list[tuple[M, ...] | UpstreamError]", answers)
        return [self._owed(resource, answer) for answer in told]

    def _owed(
        self, resource: Resource[M], answer: tuple[M, ...] | UpstreamError
    ) -> tuple[M, ...] | UpstreamError:
        if isinstance(answer, UpstreamError):
            return answer
        return self.pending.taken_off(resource, answer)

    async def _batch(self, asks: list[Ask[Any]], *, anew: bool) -> list[Any]:
        """Answer one resource's questions of one tick, together for each key they are asked by."""
        values: defaultdict[str, list[int]] = defaultdict(list)
        for ask in asks:
            values[ask.by].append(ask.value)
        resource = asks[0].resource
        answered = await asyncio.gather(
            *(
                self.doors.records.rows(resource, by, of, self.usage, anew=anew)
                for by, of in values.items()
            )
        )
        answers = {
            (by, value): rows
            for (by, of), found in zip(values.items(), answered, strict=True)
            for value, rows in zip(of, found, strict=True)
        }
        return [answers[ask.by, ask.value] for ask in asks]

    @cached_property
    def _loaders(self) -> dict[tuple[Resource[Any], bool], DataLoader[Ask[Any], Any]]:
        return {}

    @cached_property
    def _works(self) -> dict[Any, asyncio.Future[Any]]:
        return {}

    @cached_property
    def _edges(self) -> dict[Any, Beside[Any, Any]]:
        return {}


def _is_there(answer: object) -> TypeGuard[tuple[Model, ...]]:
    return isinstance(answer, tuple)


def whole(answer: Iterable[M] | UpstreamError) -> Iterable[M]:
    """Return the rows of an answer that is there; raises the UpstreamError it failed with."""
    if isinstance(answer, UpstreamError):
        raise answer
    return answer


def _heard(answer: asyncio.Future[R]) -> asyncio.Future[R]:
    """Return what is awaited; a failure that nobody stayed to hear is not a failure of the loop."""
    answer.add_done_callback(lambda told: told.cancelled() or told.exception())
    return answer
