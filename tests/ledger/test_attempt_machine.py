"""Whatever two workers do, in whatever order, and wherever they crash: what the ledger promises.

At most one attempt holds an invoice; every write raises the version by one and none is lost; the
steps are the moves, and only such as may be; what is pending is the sum over what is taken in.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event

from adapters.ledger.attempt_rows import Attempt, NewAttempt
from adapters.ledger.attempts import Attempts, Begun, IdempotencyConflict, InvoicesHeld
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import COUNTED, FINAL, MOVES, OPEN, AttemptState
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.ledger.rights import read_revisions
from tests.ledger.paying import GATEWAY, LOCK, NOON, part, paying
from tests.long_runs import runs

T = TypeVar("T")
S = AttemptState

RUNS = runs(25, 25, at_length=(500, 50))
FEWER = runs(6, 25, at_length=(100, 50))

INVOICES = 4
SPLITS = st.lists(
    st.tuples(st.integers(0, INVOICES - 1), st.sampled_from(["0.01", "12.50", "99.99"])),
    min_size=1,
    max_size=INVOICES,
    unique_by=lambda told: told[0],
)
FREED = {S.REFUSED, S.DECLINED, S.EXPIRED, S.REFUNDED}
"""What goes back after these was charged on invoices that anybody might pay anew by then."""
KEYS = st.integers(0, 5)
WORKERS = st.integers(0, 1)
PLACES = st.integers(0, 9)
CRASHES = st.integers(0, 12) | st.none()
_SPACE = count(1)


class Crash(Exception):  # noqa: N818  # it is one
    """What the machine does to a transaction."""


@dataclass
class World:
    """Two workers at one database, in one event loop that outlives the examples."""

    url: str
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    ledgers: list[Ledger] = field(default_factory=list)

    def open(self) -> None:
        """Open both."""
        self.ledgers = [Ledger(self.url) for _ in range(2)]
        for ledger in self.ledgers:
            self.run(ledger.open())

    def close(self) -> None:
        """Close both."""
        for ledger in self.ledgers:
            self.run(ledger.aclose())
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for it."""
        return self.runner.run(work)

    def crashing(self, worker: int, work: Callable[[], Coroutine[Any, Any, T]], at: int) -> T:
        """Do this work; raise Crash before its statement of this number, if it has so many."""
        engine, seen = self.ledgers[worker]._engine.sync_engine, count()  # noqa: SLF001  # they pass there

        def before(*_: object) -> None:
            if next(seen) >= at:
                raise Crash

        event.listen(engine, "before_cursor_execute", before)
        try:
            return self.run(work())
        finally:
            event.remove(engine, "before_cursor_execute", before)


@dataclass
class Model:
    """What one attempt is by now: as it stands, every version of it, and whether it is counted."""

    now: Attempt
    counted: bool = False
    known: list[Attempt] = field(default_factory=list)
    moves: list[AttemptState] = field(default_factory=list)

    def write(self, after: Attempt, *, is_move: bool = False) -> None:
        """Take in what was written."""
        assert after.version == self.now.version + 1
        before, self.now = self.now.state, after
        self.known.append(after)
        if is_move:
            self.moves.append(after.state)
        if after.state is not before and not self._keeps(before):
            self.counted = after.state in COUNTED and before not in FREED

    def _keeps(self, before: AttemptState) -> bool:
        is_settled = (before, self.now.state) == (S.HANDED_OFF, S.RECORDED)
        return is_settled or (before is S.RECORDED and self.now.state in COUNTED)


class Payments(RuleBasedStateMachine):
    """Begins, moves, changes, locks and crashes, and looks whether all is as it must be."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.space = next(_SPACE) * 1000  # no two examples know each other
        self.models: dict[str, Model] = {}
        self.asked: dict[str, NewAttempt] = {}
        self.workers = [Attempts(ledger, lambda: NOON) for ledger in self.world.ledgers]

    @rule(key=KEYS, splits=SPLITS, worker=WORKERS, crash=CRASHES)
    def begin(
        self, key: int, splits: list[tuple[int, str]], worker: int, crash: int | None
    ) -> None:
        """Begin under a key: known or new, on invoices that are free or held."""
        new = self._new(key, splits)
        work = self.workers[worker].begin
        try:
            told = self._do(worker, lambda: work(new, NOON, LOCK), crash)
        except Crash:
            return
        except IdempotencyConflict:
            assert self.asked[new.key].request_hash != new.request_hash
            return
        except InvoicesHeld as held:
            self._refused(new, held)
            return
        self._begun(new, told)

    @rule(one=SPLITS, other=SPLITS, keys=st.tuples(KEYS, KEYS))
    def begin_two_at_once(
        self, one: list[tuple[int, str]], other: list[tuple[int, str]], keys: tuple[int, int]
    ) -> None:
        """Begin at both workers at once, under one key or two, on the same invoices or others."""
        news = [self._new(keys[0], one), self._new(keys[1], other)]

        async def both() -> list[Begun | BaseException]:
            works = [
                worker.begin(new, NOON, LOCK)
                for worker, new in zip(self.workers, news, strict=True)
            ]
            return await asyncio.gather(*works, return_exceptions=True)

        held = self._held()
        for new, told in sorted(
            zip(news, self.world.run(both()), strict=True),
            key=lambda told: not (isinstance(told[1], Begun) and told[1].is_new),
        ):
            if isinstance(told, Begun):
                self._begun(new, told)
            elif isinstance(told, IdempotencyConflict):
                assert self.asked[new.key].request_hash != new.request_hash
            else:
                assert isinstance(told, InvoicesHeld), told
                wanted = {part.invoice for part in new.splits}
                assert set(told.invoices) <= wanted & (held | self._held())

    @precondition(lambda self: self.models)
    @rule(place=PLACES, which=PLACES, way=PLACES, worker=WORKERS, crash=CRASHES)
    def move(self, place: int, which: int, way: int, worker: int, crash: int | None) -> None:
        """Move an attempt as it stands, or as it was read some time ago."""
        model, read = self._read(place, which)
        ways = sorted(MOVES[read.state], key=lambda to: to.value)
        if not ways:
            return
        work, to = self.workers[worker].move, ways[way % len(ways)]
        self._write(model, read, worker, lambda: work(read, to, GATEWAY), crash, is_move=True)

    @precondition(lambda self: self.models)
    @rule(place=PLACES, which=PLACES, tries=PLACES, worker=WORKERS, crash=CRASHES)
    def note(self, place: int, which: int, tries: int, worker: int, crash: int | None) -> None:
        """Change what stands beside the state."""
        model, read = self._read(place, which)
        work = self.workers[worker].note
        self._write(model, read, worker, lambda: work(read, NOON, tries=tries), crash)

    @precondition(lambda self: self.models)
    @rule(place=PLACES, which=PLACES, minutes=st.integers(0, 3), worker=WORKERS)
    def lock(self, place: int, which: int, minutes: int, worker: int) -> None:
        """Take an attempt, now or when its lock is over."""
        model, read = self._read(place, which)
        now = NOON + timedelta(minutes=minutes)
        until = model.now.locked_until
        after = self.world.run(self.workers[worker].lock(read, now, LOCK))
        is_mine = read == model.now and (until is None or until <= now)
        assert (after is not None) is is_mine
        if after is not None:
            model.write(after)

    @precondition(lambda self: self.models)
    @rule(place=PLACES, which=PLACES, worker=WORKERS)
    def release(self, place: int, which: int, worker: int) -> None:
        """Leave an attempt to others."""
        model, read = self._read(place, which)
        work = self.workers[worker].release
        self._write(model, read, worker, lambda: work(read, NOON, None), None)

    @invariant()
    def all_is_as_it_was_written(self) -> None:
        """Every attempt stands as the last write that was told left it, and nothing else does."""
        ids = {model.now.id: model for model in self.models.values()}
        assert self.world.run(self.workers[0].get(list(ids))) == {
            of: model.now for of, model in ids.items()
        }
        customer = self.world.run(self.workers[1].paid_by([self.space]))
        assert {attempt.id for attempt in customer} == set(ids)
        for attempt in customer:
            assert (attempt.next_at is None) is (attempt.state in FINAL)

    @invariant()
    def what_is_pending_is_the_sum_of_what_is_taken_in(self) -> None:
        """The amounts of those that are counted, and no other; and who holds what."""
        ledger = self.world.ledgers[1]
        revision = self.world.run(ledger.read(read_revisions)).payments
        found = self.world.run(PendingAmounts(ledger, lambda: NOON).at(revision))
        wanted: dict[int, Decimal] = {}
        for model in self.models.values():
            for split in model.now.splits if model.counted else ():
                wanted[split.invoice] = wanted.get(split.invoice, Decimal(0)) + split.amount
        mine = range(self.space, self.space + INVOICES)
        assert {of: found.by_invoice[of] for of in mine if of in found.by_invoice} == wanted
        assert {of for of in mine if of in found.held} == self._held()
        assert found.by_customer.get(self.space, Decimal(0)) == sum(wanted.values(), Decimal(0))

    def teardown(self) -> None:
        """See that every move is a step, and that each was one that may be."""
        for model in self.models.values():
            steps = self.world.run(self.workers[0].steps(model.now.id))
            assert [step.state for step in steps] == [S.RECEIVED, *model.moves]
            assert all(after.state in MOVES[before.state] for before, after in pairwise(steps))
            assert all(before.version < after.version for before, after in pairwise(steps))
            assert steps[-1].version <= model.now.version
            assert [attempt.version for attempt in model.known] == list(
                range(1, model.now.version + 1)
            )

    def _new(self, key: int, splits: list[tuple[int, str]]) -> NewAttempt:
        parts = [part(self.space + invoice, amount) for invoice, amount in splits]
        hashed = str(sorted((split.invoice, split.amount) for split in parts))
        principal = f"pat {self.space}"
        new = paying(f"{key}", *parts, customer=self.space, principal=principal)
        return replace(new, request_hash=f"{hash(hashed):x}"[:64])

    def _begun(self, new: NewAttempt, told: Begun) -> None:
        if told.is_new:
            assert new.key not in self.asked
            assert not {part.invoice for part in new.splits} & self._held()
            self.asked[new.key] = new
            self.models[new.key] = Model(told.attempt, known=[told.attempt])
        else:
            assert self.asked[new.key].request_hash == new.request_hash
            assert told.attempt == self.models[new.key].now

    def _refused(self, new: NewAttempt, held: InvoicesHeld) -> None:
        assert new.key not in self.asked
        assert set(held.invoices) == {part.invoice for part in new.splits} & self._held()

    def _held(self) -> set[int]:
        open_now = [model.now for model in self.models.values() if model.now.state in OPEN]
        held = [split.invoice for attempt in open_now for split in attempt.splits]
        assert len(held) == len(set(held))
        return set(held)

    def _read(self, place: int, which: int) -> tuple[Model, Attempt]:
        """Return a model, and one of its latest versions, the latest one most often."""
        models = list(self.models.values())
        model = models[place % len(models)]
        return model, model.known[-1] if which > 1 else model.known[-(1 + which) :][0]

    def _write(
        self,
        model: Model,
        read: Attempt,
        worker: int,
        work: Callable[[], Coroutine[Any, Any, Attempt | None]],
        crash: int | None,
        *,
        is_move: bool = False,
    ) -> None:
        """Write; exactly who had read what stands there does."""
        try:
            after = self._do(worker, work, crash)
        except Crash:
            return
        assert (after is not None) is (read == model.now)
        if after is not None:
            model.write(after, is_move=is_move)

    def _do(self, worker: int, work: Callable[[], Coroutine[Any, Any, T]], crash: int | None) -> T:
        if crash is None:
            return self.world.run(work())
        return self.world.crashing(worker, work, crash)


def test_whatever_happens_what_the_ledger_promises_holds(shared_url: str) -> None:
    world = World(shared_url)
    world.open()
    try:
        length = RUNS if shared_url.startswith("sqlite") else FEWER
        machine = type("Payments", (Payments,), {"world": world})
        run_state_machine_as_test(machine, settings=length)
    finally:
        world.close()
