"""What a parent is told by its workers: whole, in time, or not at all."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from gateway.metrics import workers
from gateway.metrics.families import Family, by, counter, gauge
from gateway.metrics.serving import Families
from gateway.metrics.workers import WorkerLine, answering

TOLD = [counter("a", "A.", by("of", {"x\n": 3})), gauge("b", "B.", None)]


@asynccontextmanager
async def line_to(families: Families) -> AsyncIterator[WorkerLine]:
    """Have a worker that tells these."""
    ours, theirs = socket.socketpair()
    line = WorkerLine(ours)
    async with answering(theirs.detach(), families):
        yield line
        await line.aclose()


async def told() -> list[Family]:
    """Tell."""
    return TOLD


async def test_a_worker_tells_what_it_knows_as_often_as_it_is_asked() -> None:
    async with line_to(told) as line:
        assert [await line.families() for _ in range(3)] == [TOLD, TOLD, TOLD]


async def test_those_who_ask_at_once_are_told_the_same() -> None:
    asked = 0

    async def counted() -> list[Family]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return TOLD

    async with line_to(counted) as line:
        assert list(await asyncio.gather(line.families(), line.families())) == [TOLD, TOLD]
        assert asked == 1


async def test_who_is_too_slow_is_not_there_and_is_heard_again_without_confusion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "PATIENCE_SECONDS", 0.05)
    released, asked = asyncio.Event(), 0

    async def slow() -> list[Family]:
        nonlocal asked
        asked += 1
        await released.wait()
        return [gauge("x", "X.", asked)]

    async with line_to(slow) as line:
        assert [await line.families(), await line.families()] == [None, None]
        assert asked == 1
        released.set()
        monkeypatch.setattr(workers, "PATIENCE_SECONDS", 30)
        first, second = await line.families(), await line.families()
    assert first == [gauge("x", "X.", 1)]
    assert second == [gauge("x", "X.", 2)]
    assert asked == 2


async def test_a_worker_that_is_gone_is_not_there() -> None:
    ours, theirs = socket.socketpair()
    line = WorkerLine(ours)
    theirs.close()
    assert await line.families() is None
    assert await line.families() is None
    await line.aclose()


async def test_a_worker_that_tells_nonsense_is_not_there() -> None:
    ours, theirs = socket.socketpair()
    line = WorkerLine(ours)
    theirs.send(b'{"no": "families"}\n')
    assert await line.families() is None
    await line.aclose()
    theirs.close()


async def test_metrics_that_fail_end_no_worker() -> None:
    fails = True

    async def failing() -> list[Family]:
        if fails:
            raise RuntimeError("hunter2")
        return TOLD

    with capture_logs() as logs:
        async with line_to(failing) as line:
            assert await line.families() == []
            fails = False
            assert await line.families() == TOLD
    assert logs == [{"event": "metrics not told", "error": "RuntimeError", "log_level": "error"}]


async def test_nobody_asks_and_nothing_is_left() -> None:
    async with line_to(told):
        pass
