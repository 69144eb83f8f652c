"""Operations in the order they came: who is let in, who comes again, and when they are served."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from random import Random

import httpx
import pytest
from structlog.testing import capture_logs

from adapters.cache.ages import Ages
from adapters.cache.opening import memory_records
from adapters.cache.records import Records
from adapters.cache.usage import Usage
from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.errors import UpstreamBusy
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.places import MOST_OF_ONE, Claim, Place, ProcessPlaces
from adapters.servicetitan.priority import Priority
from tests.virtual_time import VIRTUALLY

pytestmark = VIRTUALLY

LATENCY = 0.08
TASKS = (INVOICES, JOBS, APPOINTMENTS)
Page = Callable[..., httpx.Response]


@dataclass
class Wire:
    """A ServiceTitan that answers nothing after a while; who was asked about, and when."""

    page: Page
    sent: list[tuple[float, int]] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer an empty list."""
        self.sent.append((_now(), int(request.url.params.get("customerId", "0"))))
        await asyncio.sleep(LATENCY)
        return self.page([])

    def fullest_second(self) -> int:
        """How many calls began within one second at most?"""
        moments = [at for at, _ in self.sent]
        return max(sum(at <= other < at + 1.0 for other in moments) for at in moments)

    def served(self) -> dict[int, float]:
        """Tell when each customer was asked about for the last time."""
        return {customer: at for at, customer in self.sent}


@dataclass
class Person:
    """Somebody who opens a screen of some lists at this moment, and comes again when told."""

    number: int
    at: float
    lists: int = len(TASKS)
    rounds: int = 1
    told: list[float] = field(default_factory=list)
    asked: int = 0
    answered: float = 0.0
    returns: bool = True
    halves: int = 0

    async def open(self, records: Records, patience: float) -> None:
        """Come, and come again."""
        await asyncio.sleep(self.at - _now())
        while True:
            began = _now()
            self.asked += 1
            usage = Usage(place=Place(f"holder {self.number}", began))
            answers = []
            for _ in range(self.rounds):
                answers += await asyncio.gather(
                    *(
                        records.rows(kind, "customer_id", [self.number], usage)
                        for kind in TASKS[: self.lists]
                    )
                )
            records.end(usage)
            busy = [of for (of,) in answers if isinstance(of, UpstreamBusy)]
            assert _now() - began <= patience
            if not busy:
                assert [of for (of,) in answers] == [()] * self.lists * self.rounds
                self.answered = _now()
                return
            assert all(of == () or isinstance(of, UpstreamBusy) for (of,) in answers)
            self.halves += len(busy) < len(answers)
            self.told.append(max(of.retry_after_ms for of in busy) / 1000)
            if not self.returns:
                return
            await asyncio.sleep(self.told[-1])


@dataclass
class House:
    """A client, its memory, and its wire."""

    client: ServiceTitan
    records: Records
    wire: Wire

    async def opened(self, people: list[Person]) -> None:
        """Have all of these open their screens."""
        await asyncio.gather(*(person.open(self.records, 8.0) for person in people))


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """Write no line for each of thousands of calls."""
    with capture_logs():
        yield


@pytest.fixture
def wire(page: Page) -> Wire:
    return Wire(page)


@pytest.fixture
async def house(connection: Connection, wire: Wire) -> AsyncIterator[House]:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/connect/token"):
            grant = {"access_token": "t", "expires_in": 900, "token_type": "Bearer"}
            return httpx.Response(200, json=grant)
        return await wire.answer(request)

    client = connect(connection, transport=httpx.MockTransport(answer), deadline=8.0)
    records = memory_records(client, lambda _kind: Ages(600, 600, 600), clock=_now)
    yield House(client, records, wire)
    await records.aclose()
    await client.aclose()


def _now() -> float:
    return asyncio.get_running_loop().time()


def overtaken(people: list[Person], wire: Wire) -> int:
    """How many were served more than a second after somebody who came later?"""
    served = wire.served()
    order = sorted(people, key=lambda person: person.at)
    later = [min(served[p.number] for p in order[place:]) for place in range(len(order))]
    return sum(served[p.number] > soonest + 1.0 for p, soonest in zip(order, later, strict=True))


async def test_a_mailing_is_served_in_the_order_of_arrival(house: House, wire: Wire) -> None:
    """Some 67 calls a second are wanted of 48 that the pace carries."""
    people = [Person(number, number * 0.045) for number in range(1, 1001)]
    await house.opened(people)
    assert len(wire.sent) == 3000
    assert wire.fullest_second() <= 54
    assert wire.sent[-1][0] == pytest.approx((3000 - 4.8) / 48, abs=0.1)
    assert overtaken(people, wire) == 0
    assert sum(person.halves for person in people) == 0
    assert Counter(person.asked for person in people) == {1: 353, 2: 647}
    assert house.client.counters.refused == {Priority.PEOPLE: 647}


async def test_a_crowd_at_one_moment_is_told_when_to_come_and_served_in_its_order(
    house: House, wire: Wire
) -> None:
    people = [Person(number, 1.0 + number / 1000) for number in range(1, 401)]
    await house.opened(people)
    assert len(wire.sent) == 1200
    assert wire.sent[-1][0] == pytest.approx(1.0 + 1200 / 48, abs=1.0)
    assert overtaken(people, wire) == 0
    assert sum(person.halves for person in people) == 0
    assert Counter(person.asked for person in people).keys() == {1, 2}
    told = [person.told[0] for person in people if person.told]
    assert told == sorted(told)


async def test_who_comes_at_the_very_same_moment_is_told_before_anything_is_asked(
    house: House, wire: Wire
) -> None:
    await house.opened([Person(number, number * 0.1) for number in range(1, 51)])
    people = [Person(number, 10.0) for number in range(51, 251)]
    await house.opened(people)
    assert sum(person.halves for person in people) == 0
    told = sum(len(person.told) for person in people)
    assert told > 0
    assert house.client.counters.refused == {Priority.PEOPLE: told}
    assert len(wire.sent) == 750


async def test_what_somebody_is_told_is_when_they_are_served(house: House, wire: Wire) -> None:
    await house.opened([Person(number, number * 0.1) for number in range(1, 51)])
    people = [Person(number, 10.0 + number / 1000) for number in range(51, 401)]
    await house.opened(people)
    for person in people:
        if person.told:
            came_again = person.at + person.told[0]
            assert 1.0 <= person.answered - came_again <= 4.0
    assert len(wire.sent) == 1200


async def test_nobody_is_waited_for_who_does_not_come_again(house: House, wire: Wire) -> None:
    people = [Person(n, n * 0.045, returns=n % 3 != 0) for n in range(1, 1001)]
    await house.opened(people)
    answered = [person for person in people if person.answered]
    assert len(wire.sent) == 3 * len(answered)
    assert {person.number % 3 for person in people if not person.answered} == {0}
    assert wire.sent[-1][0] <= len(wire.sent) / 48 * 1.1
    assert max(person.asked for person in people) == 2


async def test_where_nobody_stands_any_more_nobody_is_told_to_come_again(house: House) -> None:
    crowd = [Person(number, 1.0 + number / 1000, returns=False) for number in range(1, 401)]
    newcomers = [Person(number, 9.0 + number / 100) for number in range(401, 413)]
    await house.opened(crowd + newcomers)
    assert max(person.told[0] for person in crowd if person.told) > 12.0
    assert [person.asked for person in newcomers] == [1] * len(newcomers)


async def test_screens_of_one_call_and_of_three_keep_the_order(house: House, wire: Wire) -> None:
    sizes = Random(5).choices([1, 2, 3], k=800)  # noqa: S311  # the same every time
    people = [Person(n, n * 0.03, lists=size) for n, size in enumerate(sizes, 1)]
    await house.opened(people)
    assert len(wire.sent) == sum(sizes)
    assert overtaken(people, wire) == 0
    assert sum(person.halves for person in people) == 0
    assert max(person.asked for person in people) == 2


async def test_what_is_begun_goes_before_what_came_later(house: House, wire: Wire) -> None:
    """The first asks again when sixty others stand in the line."""
    first = Usage(place=Place("first", _now()))
    await house.records.rows(JOBS, "customer_id", [1], first)
    others = [Person(number, _now(), lists=1) for number in range(2, 62)]
    opening = asyncio.create_task(house.opened(others))
    await asyncio.sleep(0.01)
    came = _now()
    await house.records.rows(INVOICES, "customer_id", [1], first)
    assert _now() - came <= 2 / 48 + LATENCY
    await opening
    assert [customer for _, customer in wire.sent].index(1, 1) < 8


async def test_an_operation_that_ends_leaves_the_line(house: House, wire: Wire) -> None:
    busy = asyncio.create_task(house.opened([Person(n, 0.0, lists=1) for n in range(1, 41)]))
    await asyncio.sleep(0.01)
    usage = Usage(place=Place("leaves", _now()))
    reading = asyncio.create_task(house.records.rows(JOBS, "customer_id", [99], usage))
    await asyncio.sleep(0.01)
    reading.cancel()
    house.records.end(usage)
    await busy
    await asyncio.sleep(5.0)
    assert 99 not in wire.served()


async def test_what_others_wait_for_too_is_asked_though_its_operation_ends(
    house: House, wire: Wire
) -> None:
    busy = asyncio.create_task(house.opened([Person(n, 0.0, lists=1) for n in range(1, 41)]))
    await asyncio.sleep(0.01)
    usages = [Usage(place=Place(name, _now())) for name in ("leaves", "stays")]
    leaves, stays = (
        asyncio.create_task(house.records.rows(JOBS, "customer_id", [99], usage))
        for usage in usages
    )
    await asyncio.sleep(0.01)
    leaves.cancel()
    house.records.end(usages[0])
    assert await stays == [()]
    await busy
    assert [customer for _, customer in wire.sent].count(99) == 1


async def test_who_joins_what_was_just_given_up_asks_for_themselves(
    house: House, wire: Wire
) -> None:
    busy = asyncio.create_task(house.opened([Person(n, 0.0, lists=1) for n in range(1, 41)]))
    await asyncio.sleep(0.01)
    usages = [Usage(place=Place(name, _now())) for name in ("leaves", "stays")]
    leaves = asyncio.create_task(house.records.rows(JOBS, "customer_id", [99], usages[0]))
    await asyncio.sleep(0.01)
    leaves.cancel()
    house.records.end(usages[0])
    assert await house.records.rows(JOBS, "customer_id", [99], usages[1]) == [()]
    await busy
    assert [customer for _, customer in wire.sent].count(99) == 1


async def test_one_who_is_told_to_come_again_takes_nobody_along(house: House) -> None:
    """The first had come before the line was full; the second, who asks the same, had not."""
    first = Usage(place=Place("first", _now()))
    await house.records.rows(INVOICES, "customer_id", [900], first)
    crowd = [Person(number, 1.0 + number / 1000) for number in range(1, 301)]
    opening = asyncio.create_task(house.opened(crowd))
    await asyncio.sleep(1.5 - _now())
    second = Usage(place=Place("second", _now()))
    late, early = await asyncio.gather(
        house.records.rows(JOBS, "customer_id", [900], second),
        house.records.rows(JOBS, "customer_id", [900], first),
    )
    assert early == [()]
    assert isinstance(late[0], UpstreamBusy)
    await opening


async def test_ids_that_travel_together_stand_where_the_first_of_them_would(
    house: House, wire: Wire
) -> None:
    usages = [Usage(place=Place(str(number), _now())) for number in range(3)]
    crowd = [Person(number, 0.1, lists=1) for number in range(1, 41)]
    opening = asyncio.create_task(house.opened(crowd))
    await asyncio.sleep(0.2)
    late = Usage(place=Place("late", _now()))
    before = len(wire.sent)
    await asyncio.gather(
        house.records.rows(JOBS, "id", [73], late),
        *(house.records.rows(JOBS, "id", [70 + n], usages[n]) for n in reversed(range(3))),
    )
    assert [customer for _, customer in wire.sent].index(0) <= before + 2
    await opening
    assert len(wire.sent) == 41


async def test_who_travels_with_one_that_ends_travels_on(house: House, wire: Wire) -> None:
    opening = asyncio.create_task(house.opened([Person(n, 0.0, lists=1) for n in range(1, 41)]))
    await asyncio.sleep(0.01)
    usages = [Usage(place=Place(str(number), _now())) for number in range(2)]
    ends, stays = (
        asyncio.create_task(house.records.rows(JOBS, "id", [70 + n], usage))
        for n, usage in enumerate(usages)
    )
    await asyncio.sleep(0.01)
    ends.cancel()
    house.records.end(usages[0])
    assert await stays == [()]
    await opening
    assert len(wire.sent) == 41


async def test_after_a_pause_those_who_were_sent_away_come_first(house: House, wire: Wire) -> None:
    people = [Person(number, 0.0 + number / 1000) for number in range(1, 101)]
    opening = asyncio.create_task(house.opened(people))
    await asyncio.sleep(1.0)
    await house.client._calls.turns.pause(20.0)  # noqa: SLF001  # as ServiceTitan's 429 does
    newcomers = [Person(number, 20.5 + number / 1000) for number in range(200, 300)]
    await asyncio.gather(opening, house.opened(newcomers))
    everybody = people + newcomers
    assert len(wire.sent) == 3 * len(everybody)
    assert overtaken(everybody, wire) == 0


async def test_what_is_over_is_not_reckoned_with_though_something_holds_it(house: House) -> None:
    over = [Place(f"over {number}", _now()) for number in range(200)]
    for place in over:
        assert await house.client.admit(place, "jobs") is None or place.told is not None
    assert await house.client.admit(Place("early", _now()), "jobs") is not None
    for place in over:
        house.client.leave(place)
    assert await house.client.admit(Place("late", _now()), "jobs") is None


async def test_money_waits_for_no_operation(house: House) -> None:
    opening = asyncio.create_task(house.opened([Person(n, n / 1000) for n in range(1, 301)]))
    await asyncio.sleep(2.0)
    before = _now()
    await house.records.fresh(JOBS, [7], Usage(place=Place("pays", _now())))
    assert _now() - before <= 2 / 48 + LATENCY
    await opening


async def test_a_place_is_given_back_once_to_its_holder_alone() -> None:
    places = ProcessPlaces()
    await places.keep("a", 5.0, 60.0)
    assert await places.claim("b") == Claim(None, 1)
    assert await places.claim("a") == Claim(5.0, 0)
    assert await places.claim("a") == Claim(None, 0)


async def test_the_first_of_them_comes_first() -> None:
    places = ProcessPlaces()
    for holder, since in (("a", 9.0), ("b", 4.0), ("a", 2.0), ("c", 3.0)):
        await places.keep(holder, since, 60.0)
    assert await places.claim("b") == Claim(4.0, 2)
    assert await places.claim("a") == Claim(2.0, 0)
    assert await places.claim("a") == Claim(9.0, 1)


async def test_it_is_kept_no_longer_than_it_is_told() -> None:
    places = ProcessPlaces()
    await places.keep("a", 0.0, 10.0)
    await places.keep("b", 0.0, 30.0)
    await asyncio.sleep(11.0)
    assert await places.claim("a") == Claim(None, 1)


async def test_nobody_keeps_more_than_a_page_asks() -> None:
    places = ProcessPlaces()
    for _ in range(3 * MOST_OF_ONE):
        await places.keep("a", 0.0, 60.0)
    assert await places.claim("b") == Claim(None, MOST_OF_ONE)
