"""Tasks end though a library loses the word that they are to."""

import asyncio
from contextlib import suppress

from adapters.ending import ended

AGAIN = 0.02


async def test_all_are_told_and_what_they_raise_is_told_to_nobody() -> None:
    async def stay() -> None:
        await asyncio.sleep(60)

    async def fall() -> None:
        raise ZeroDivisionError

    tasks = [asyncio.create_task(stay()), asyncio.create_task(fall())]
    await asyncio.sleep(0)
    await ended(tasks)
    assert [task.cancelled() for task in tasks] == [True, False]
    await ended([])


async def test_who_goes_on_is_told_again() -> None:
    deaf = 3
    began = asyncio.Event()

    async def go_on() -> None:
        nonlocal deaf
        began.set()
        while deaf:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            deaf -= 1
        await asyncio.sleep(60)

    task = asyncio.create_task(go_on())
    await began.wait()
    await ended([task], AGAIN)
    assert task.cancelled()
    assert deaf == 0


async def test_a_word_that_comes_as_something_is_done_is_not_lost() -> None:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def send_for_ever() -> None:
        await asyncio.wait_for(done, 60)
        await asyncio.sleep(60)

    task = asyncio.create_task(send_for_ever())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    done.set_result(None)
    await ended([task], AGAIN)
    assert task.cancelled()
