"""The crowd: people who come at their own moments, whoever else is being answered.

A process of its own. It compares nothing and parses little, so that a core carries thousands of
requests a second; by how much it was late all the same, it tells.
"""

import asyncio
import heapq
import time
from collections.abc import Iterator
from random import Random

import uvloop

from tests.bench.load.street import Street, Told, rendered
from tests.bench.obeying import hear, tell
from tests.bench.wishes import Crowd, Crowded, Stream


def moments(stream: Stream, seed: int) -> Iterator[float]:
    """Give the seconds at which people of a stream come, each by themselves (Poisson)."""
    dice, at = Random(seed), stream.begins  # noqa: S311  # the same ones every time
    while stream.per_second > 0:
        at += dice.expovariate(stream.per_second)
        if at >= stream.ends:
            return
        yield at


async def _crowd(crowd: Crowd) -> Crowded:
    cpu, began = time.process_time(), time.perf_counter()
    tolds = [
        Told(
            stream,
            [rendered(asking, crowd.port) for asking in stream.askings],
            [asking.never.encode() for asking in stream.askings],
        )
        for stream in crowd.streams
    ]
    street = Street(crowd.port)
    again = asyncio.gather(*(_keep_asking(street, told) for told in tolds))
    await _come(street, tolds)
    await again
    over = street.now() + crowd.patience
    while any(_waits(told) for told in tolds) and street.now() < over:  # noqa: ASYNC110  # counts tell nobody
        await asyncio.sleep(0.01)
    heard = [told.heard() for told in tolds]
    street.close()
    await asyncio.sleep(0)
    seconds, busy = time.perf_counter() - began, time.process_time() - cpu
    return Crowded(streams=heard, seconds=seconds, cpu_seconds=busy)


async def _come(street: Street, tolds: list[Told]) -> None:
    """Have each come at their moment."""
    for at, number in heapq.merge(*(_numbered(told, of) for of, told in enumerate(tolds))):
        await asyncio.sleep(max(0.0, at - street.now()))
        street.ask(tolds[number], at)


def _numbered(told: Told, number: int) -> Iterator[tuple[float, int]]:
    for at in moments(told.stream, number):
        yield at, number


async def _keep_asking(street: Street, told: Told) -> None:
    """Have so many ask again as soon as each was answered, until the stream ends."""
    stream = told.stream
    if not stream.at_once:
        return
    await asyncio.sleep(stream.begins - street.now())
    free = asyncio.Semaphore(stream.at_once)
    while street.now() < stream.ends:
        await free.acquire()
        street.ask(told, street.now(), free.release)


def _waits(told: Told) -> bool:
    return told.asked > len(told.took) + told.lost


def main() -> None:
    """Be the crowd that the run says, until it ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        while (crowd := hear(Crowd)) is not None:
            tell(runner.run(_crowd(crowd)))


if __name__ == "__main__":
    main()
