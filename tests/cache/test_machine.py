"""Whatever happens in whatever order: what the cache promises, tried by a machine (I1 to I5)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from adapters.cache.ages import Ages
from adapters.cache.fills import Held, Listed
from adapters.cache.generations import Generations, Storing
from adapters.cache.records import Records
from adapters.cache.shared import Shared
from adapters.cache.shelf import Shelved
from adapters.cache.usage import Usage
from adapters.servicetitan.client import Answer
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Resource
from tests.cache.world import Upstream, World, job, world
from tests.long_runs import runs

T = TypeVar("T")

IDS = (11, 12)
CUSTOMERS = (1, 2)
RUNS = runs(60, 40, at_length=(500, 50))
FEWER = runs(12, 30, at_length=(100, 50))


@dataclass
class Gated(Upstream):
    """Whose answers to readers wait, each for itself, between their reading and their telling."""

    gates: list[asyncio.Event] = field(default_factory=list)

    async def ask(
        self,
        resource: Resource[Any],
        by: str,
        values: Sequence[int],
        priority: Priority = Priority.PEOPLE,
        place: Place | None = None,
    ) -> Answer[Any]:
        """Answer as things stand, and tell it when the gate is opened."""
        answer = await super().ask(resource, by, values, priority, place)
        if priority is not Priority.WEBHOOK:
            gate = asyncio.Event()
            self.gates.append(gate)
            await gate.wait()
        return answer


@dataclass
class Reading:
    """A read that was begun, and what had been acknowledged by then."""

    by: str
    value: int
    viewer: int
    acknowledged: dict[int, int]
    task: "asyncio.Task[list[tuple[Job, ...] | UpstreamError]]"


class Machine(RuleBasedStateMachine):
    """One worker over its own memory."""

    store = "memory"
    workers = 1

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.history: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.acknowledged: dict[int, int] = {}
        self.readings: list[Reading] = []
        self.grants = {viewer: {viewer} for viewer in CUSTOMERS}
        self.begun = self.delivered = self.refreshed = 0

    def run(self, doing: Awaitable[T]) -> T:
        """Do it in the machine's loop."""

        async def done() -> T:
            return await doing

        return self.runner.run(done())

    @initialize()
    def open(self) -> None:
        """Open a world where each customer has a job."""
        opened = self.stack.enter_async_context(world(self.store, self.workers, Ages(60, 300, 900)))
        self.world: World = self.run(opened)
        self.upstream = Gated()
        for worker in self.world.workers:
            worker._gathering._upstream = self.upstream  # noqa: SLF001  # the machine's own takes its place
        for of, customer in zip(IDS, CUSTOMERS, strict=True):
            self._put(of, customer)

    def _put(self, of: int, customer: int) -> None:
        version = len(self.history[of]) + 1
        self.history[of].append((version, customer))
        self.upstream.put(job(of, customer, version))

    @rule(of=st.sampled_from(IDS), customer=st.sampled_from(CUSTOMERS))
    def change(self, of: int, customer: int) -> None:
        """ServiceTitan changes a record, and perhaps whose it is; the event may never come."""
        self._put(of, customer)

    @rule(of=st.sampled_from(IDS), worker=st.integers(0, 9), twice=st.booleans())
    def deliver(self, of: int, worker: int, *, twice: bool) -> None:
        """An event comes, late or twice or for nothing; then it holds for every reader."""
        version = len(self.history[of])
        by = self.world.workers[worker % self.workers]
        for _ in range(1 + twice):
            self.run(by.changed(JOBS, [of]))
            self.delivered += 1
        self.run(self._heard(by))
        self.acknowledged[of] = version

    async def _heard(self, by: Records) -> None:
        number = _generations(by).number("jobs")
        for _ in range(500):
            if all(_generations(each).number("jobs") >= number for each in self.world.workers):
                return
            await asyncio.sleep(0.002)
        raise AssertionError("a worker has not heard of a change within a second")

    @rule(
        by=st.sampled_from(["customer_id", "id"]),
        at=st.integers(0, 1),
        worker=st.integers(0, 9),
        viewer=st.sampled_from(CUSTOMERS),
        anew=st.booleans(),
    )
    def begin_read(self, by: str, at: int, worker: int, viewer: int, *, anew: bool) -> None:
        """Somebody begins to read."""
        value = (CUSTOMERS if by == "customer_id" else IDS)[at]
        asked = self.world.workers[worker % self.workers]

        async def begin() -> None:
            reading = asyncio.ensure_future(
                asked.rows(JOBS, by, [value], Usage(), anew=anew and by == "id")
            )
            told = dict(self.acknowledged)
            self.readings.append(Reading(by, value, viewer, told, reading))
            await self._turn()

        self.run(begin())
        self.begun += 1
        self._finish_read()

    async def _turn(self) -> None:
        await self.world.settle()
        if self.upstream.gates:
            await asyncio.sleep(0.004)  # for those who wait for others to travel with

    @rule(which=st.integers(0, 9))
    def cancel_read(self, which: int) -> None:
        """Somebody does not wait."""
        if self.readings:
            reading = self.readings.pop(which % len(self.readings))
            reading.task.cancel()
            self.run(self._turn())

    @rule(which=st.integers(0, 9))
    def tell(self, which: int) -> None:
        """ServiceTitan tells one of the answers it has read."""
        gates = self.upstream.gates
        if gates:
            gates.pop(which % len(gates)).set()
        self.run(self._turn())
        self._finish_read()

    def _finish_read(self) -> None:
        for reading in [each for each in self.readings if each.task.done()]:
            self.readings.remove(reading)
            (rows,) = reading.task.result()
            assert not isinstance(rows, UpstreamError)
            self._check(reading, rows)

    def _check(self, reading: Reading, rows: tuple[Job, ...]) -> None:
        seen = [row for row in rows if row.customer_id in self.grants[reading.viewer]]
        if reading.by == "customer_id":  # I1: a row tells itself whose it is, by the same word
            assert all(row.customer_id == reading.value for row in rows)
            if reading.value not in self.grants[reading.viewer]:
                assert seen == []
        else:
            assert all(row.id == reading.value for row in rows)
        told = {int(row.id): int(row.job_number) for row in rows}
        for of, version in reading.acknowledged.items():  # I3
            assert told.get(of, version) >= version
            if reading.by == "customer_id":
                may = {customer for at, customer in self.history[of] if at >= version}
                assert of in told or may != {reading.value}
                assert of not in told or reading.value in may

    @rule(viewer=st.sampled_from(CUSTOMERS), customer=st.sampled_from(CUSTOMERS))
    def regrant(self, viewer: int, customer: int) -> None:
        """A right is given, or taken away."""
        self.grants[viewer] ^= {customer}

    @rule(which=st.integers(0, 99), worker=st.integers(0, 9))
    def evict(self, which: int, worker: int) -> None:
        """Memory has no room for something."""
        held = _memory(self.world.workers[worker % self.workers]).store.held
        if held:
            del held[list(held)[which % len(held)]]

    @rule(seconds=st.sampled_from([1, 4, 50, 250, 700]))
    def pass_time(self, seconds: int) -> None:
        """Time goes by."""
        self.world.now[0] += seconds

    @invariant()
    def every_value_is_of_its_key(self) -> None:
        """I5, in memory."""
        for worker in getattr(self, "world", _NOWHERE).workers:
            for key, entry in _memory(worker).store.held.items():
                if isinstance(entry, Held):
                    assert key == ("jobs", entry.row.id)
                else:
                    assert isinstance(entry, Listed)
                    assert key[1] in JOBS.keys

    @invariant()
    def calls_are_few(self) -> None:
        """I4: a read may cost its own call and one behind it, an event one and one once more."""
        assert (
            len(getattr(self, "upstream", Upstream()).calls) <= 2 * self.begun + 2 * self.delivered
        )

    def teardown(self) -> None:
        """Let everything come to rest: what is remembered is as new as what was acknowledged."""
        try:
            self.run(self._rest())
            self._finish_read()
            for worker in self.world.workers:
                for entry in _memory(worker).store.held.values():
                    if isinstance(entry, Held):
                        self._is_new(entry.row)
            self.run(self._shelved())
        finally:
            self.run(self._rest())
            self.run(self.stack.aclose())
            self.runner.close()

    async def _rest(self) -> None:
        while self.upstream.gates or any(not each.task.done() for each in self.readings):
            for gate in self.upstream.gates:
                gate.set()
            self.upstream.gates.clear()
            await asyncio.sleep(0.001)

    async def _shelved(self) -> None:
        if self.world.redis is None:
            return
        decoder = msgspec.json.Decoder(Shelved[Job])
        for key in await self.world.keys():
            raw = await self.world.redis.get(key) if key.startswith(b"v:") else None
            if raw is not None:
                told = decoder.decode(raw[1:])
                assert key.decode().endswith(f":{told.resource}:{told.body.id}")  # I5
                self._is_new(told.body)

    def _is_new(self, row: Job) -> None:
        assert int(row.job_number) >= self.acknowledged.get(int(row.id), 0)  # I2


class Fleet(Machine):
    """Two workers over one Redis, which may lose everything."""

    store = "redis"
    workers = 2

    def pass_time(self, seconds: int) -> None:
        """Time is Redis's own here."""

    @rule()
    def flush(self) -> None:
        """Redis loses everything."""

        async def flush() -> None:
            assert self.world.redis is not None
            if keys := await self.world.keys():
                await self.world.redis.delete(*keys)

        self.run(flush())


class _Nowhere:
    workers: tuple[Records, ...] = ()


_NOWHERE = _Nowhere()


def _memory(worker: Records) -> Any:  # noqa: ANN401  # the store's own
    return worker._store.memory  # type: ignore[attr-defined]  # noqa: SLF001  # looked at from the side


def _generations(worker: Records) -> Generations:
    told: Generations = _memory(worker).generations
    return told


def test_ca22_one_worker() -> None:
    run_state_machine_as_test(Machine, settings=RUNS)


def test_ca22_two_workers_over_redis() -> None:
    run_state_machine_as_test(Fleet, settings=FEWER)


@pytest.fixture
def _unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take out the check of generations, in memory and in Redis."""
    monkeypatch.setattr(Generations, "judge", lambda *_, **__: Storing.KEPT)
    whole = Shared._script  # noqa: SLF001  # the one place where scripts are read

    def script(of: Shared, *names: str) -> Any:  # noqa: ANN401  # redis-py's own
        made = whole(of, *names)
        text = str(made.script).replace("tonumber(number) > began", "false")
        return of.client.register_script(text)

    monkeypatch.setattr(Shared, "_script", script)


def _race(machine: Machine) -> None:
    """A change is acknowledged while an older answer is on its way to another reader."""
    try:
        machine.open()
        machine.begin_read("customer_id", 0, 1, 1, anew=False)
        machine.change(11, 1)
        machine.deliver(11, 0, twice=False)
        machine.tell(0)
    finally:
        machine.teardown()


KINDS = pytest.mark.parametrize("machine", [Machine, Fleet], ids=["memory", "redis"])


@KINDS
def test_ca7_an_old_answer_that_comes_last_is_not_kept(machine: type[Machine]) -> None:
    _race(machine())


@pytest.mark.usefixtures("_unchecked")
@KINDS
def test_without_the_check_the_machine_goes_red(machine: type[Machine]) -> None:
    with pytest.raises(AssertionError):
        _race(machine())


@pytest.mark.usefixtures("_unchecked")
def test_without_the_check_chance_finds_it_too() -> None:
    unshrunk = settings(RUNS, max_examples=3000, phases=[Phase.generate])
    with pytest.raises((AssertionError, Flaky)):  # real time makes no two runs the same
        run_state_machine_as_test(Machine, settings=unshrunk)
