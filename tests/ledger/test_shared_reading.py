"""One reading for all that ask at once; none is told what was read before they asked."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.shared_reading import SharedReading


class Slow:
    """A reading that tells how many have begun, and takes some turns of the loop."""

    def __init__(self, turns: int = 3) -> None:
        self.begun = 0
        self.under_way = 0
        self.turns = turns

    async def __call__(self) -> int:
        """Read."""
        self.begun += 1
        self.under_way += 1
        assert self.under_way == 1
        told = self.begun
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.under_way -= 1
        return told


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(0, 5))
def test_a_reading_begins_after_it_was_asked_for(delays: list[int], turns: int) -> None:
    async def run() -> None:
        slow = Slow(turns)
        shared = SharedReading(slow)

        async def ask(delay: int) -> None:
            for _ in range(delay):
                await asyncio.sleep(0)
            before = slow.begun
            assert await shared() > before

        await asyncio.gather(*(ask(delay) for delay in delays))
        assert slow.begun <= len(delays)

    asyncio.run(run())


async def test_all_that_ask_meanwhile_share_the_next_reading() -> None:
    slow = Slow()
    shared = SharedReading(slow)
    first = asyncio.create_task(shared())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert slow.begun == 1
    told = await asyncio.gather(*(shared() for _ in range(50)))
    assert (await first, set(told), slow.begun) == (1, {2}, 2)


async def test_who_leaves_ends_it_for_nobody_else() -> None:
    shared = SharedReading(Slow())
    leaving, staying = asyncio.create_task(shared()), asyncio.create_task(shared())
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_failure_is_told_to_all_it_was_for_and_forgotten() -> None:
    failures = [OSError("no"), None]

    async def read() -> str:
        await asyncio.sleep(0)
        if (failure := failures.pop(0)) is not None:
            raise failure
        return "read"

    shared = SharedReading(read)
    told = await asyncio.gather(shared(), shared(), return_exceptions=True)
    assert [str(of) for of in told] == ["no", "no"]
    assert await shared() == "read"


async def test_a_failure_that_nobody_waits_for_is_no_failure_of_the_loop() -> None:
    async def read() -> str:
        raise OSError("no")

    shared = SharedReading(read)
    leaving = asyncio.create_task(shared())
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0.01)
