"""A client that leaves ends what it only reads; what it changes is done to its end."""

import asyncio

import pytest

from gateway.http.gone import LOOK_AFTER_SECONDS
from gateway.http.lanes import Lane
from tests.overload.asking import MUTATION, QUERY, Desk


async def test_a_reader_that_leaves_is_read_for_no_longer() -> None:
    desk = Desk()
    asked = desk.ask(QUERY)
    await desk.begins(1)
    asked.leave()
    async with asyncio.timeout(5):
        await asked.task
    assert (desk.cancelled, desk.ended, asked.sent) == ([QUERY], [], [])
    assert desk.gate.inside[Lane.PEOPLE] == 0
    assert not asked.task.cancelled()


async def test_sh2_what_a_client_changes_is_done_though_it_leaves() -> None:
    desk = Desk()
    asked = desk.ask(MUTATION)
    await desk.begins(1)
    asked.leave()
    await asyncio.sleep(3 * LOOK_AFTER_SECONDS)
    assert (desk.cancelled, asked.receives) == ([], 1)
    desk.go_on.set()
    await asked.task
    assert (desk.ended, desk.cancelled) == ([MUTATION], [])


async def test_a_quick_answer_costs_no_task() -> None:
    desk = Desk()
    desk.go_on.set()
    before = len(asyncio.all_tasks())
    asked = desk.ask(QUERY)
    await asked.task
    await asyncio.sleep(2 * LOOK_AFTER_SECONDS)
    assert (asked.receives, asked.status) == (1, 200)
    assert len(asyncio.all_tasks()) == before


async def test_a_slow_answer_that_is_given_leaves_nobody_looking() -> None:
    desk = Desk()
    before = len(asyncio.all_tasks())
    asked = desk.ask(QUERY)
    await desk.begins(1)
    await asyncio.sleep(3 * LOOK_AFTER_SECONDS)
    assert asked.receives == 2
    desk.go_on.set()
    await asked.task
    await asyncio.sleep(0)
    assert asked.status == 200
    assert len(asyncio.all_tasks()) == before


async def test_who_cancels_the_request_itself_cancels_it() -> None:
    desk = Desk()
    asked = desk.ask(QUERY)
    await desk.begins(1)
    asked.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked.task
    assert (desk.cancelled, desk.gate.inside[Lane.PEOPLE]) == ([QUERY], 0)
