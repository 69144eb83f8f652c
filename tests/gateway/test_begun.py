"""Work whose first step is taken at once, and what goes on after that."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from gateway.begun import Begun, within


async def _answer(log: list[str], waits: int, *, fails: bool = False) -> str:
    """Wait so often, in the task that is noted; a cancelling is tidied up after."""
    log.append("begun")
    try:
        for _ in range(waits):
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        await asyncio.sleep(0)
        log.append("tidied")
        raise
    if fails:
        raise LookupError("none")
    return "told"


async def test_what_need_not_wait_is_over_at_once() -> None:
    begun = Begun(_answer([], 0))
    assert (begun.is_over, begun.told, await begun) == (True, "told", "told")


@pytest.mark.parametrize("waits", [1, 2, 5])
async def test_what_waits_is_taken_to_its_end(waits: int) -> None:
    log: list[str] = []
    begun = Begun(_answer(log, waits))
    assert (begun.is_over, log) == (False, ["begun"])
    assert await begun == "told"


@pytest.mark.parametrize("waits", [0, 1, 3])
async def test_what_fails_is_raised_where_it_fails(waits: int) -> None:
    with pytest.raises(LookupError):
        await Begun(_answer([], waits, fails=True))


async def test_it_runs_in_the_task_that_awaits_it() -> None:
    tasks: list[asyncio.Task[Any] | None] = []

    async def noting() -> None:
        tasks.append(asyncio.current_task())
        await asyncio.sleep(0)
        tasks.append(asyncio.current_task())

    await Begun(noting())
    assert tasks == [asyncio.current_task()] * 2


@pytest.mark.parametrize("waits", [1, 2])
async def test_who_is_cancelled_cancels_it(waits: int) -> None:
    log: list[str] = []

    async def asking() -> str:
        return await Begun(_answer(log, 1_000_000))

    task = asyncio.create_task(asking())
    for _ in range(waits):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["begun", "tidied"]


async def test_what_hears_that_it_is_cancelled_may_answer_all_the_same() -> None:
    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "told"
        return "never"

    async def asking() -> str:
        return await Begun(stubborn())

    task = asyncio.create_task(asking())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "told"


async def test_what_is_let_go_of_unawaited_is_closed() -> None:
    closed: list[bool] = []

    async def waiting() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    work: Coroutine[Any, Any, None] = waiting()
    begun = Begun(work)
    del begun, work
    assert closed == [True]


async def test_within_its_time_it_answers_and_beyond_it_is_ended() -> None:
    log: list[str] = []
    assert await within(0, _answer(log, 0)) == "told"
    assert await within(60, _answer(log, 2)) == "told"
    with pytest.raises(TimeoutError):
        await within(0, _answer(log, 1_000_000))
    assert log == ["begun", "begun", "begun", "tidied"]
