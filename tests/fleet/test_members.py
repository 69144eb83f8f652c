"""A place in a fleet, held by programs smaller than a gateway."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from gateway import fleet_member
from gateway.fleet_member import Member

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
SHORT = "raise SystemExit(3)"
PATIENT = "import time; time.sleep(60)"


@pytest.fixture
def member() -> Iterator[Callable[[str, float], Member]]:
    """Makes a place for a program."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield lambda program, patience: Member(
            1, listener.fileno(), lambda: b"one", ("-c", program), patience
        )


async def begun(member: Member, starts: int = 1) -> None:
    """Wait until so many processes have held the place."""
    async with asyncio.timeout(10):
        while member.starts < starts:  # noqa: ASYNC110  # the place tells nobody
            await asyncio.sleep(0.01)


async def test_who_does_not_end_in_time_is_killed(member: Callable[[str, float], Member]) -> None:
    place = member(DEAF, 0.3)
    with capture_logs() as logs:
        keeping = asyncio.create_task(place.keep())
        await begun(place)
        await asyncio.sleep(0.5)  # it takes as long until it is deaf
        place.end(signal.SIGTERM)
        async with asyncio.timeout(10):
            await keeping
    assert [line["event"] for line in logs] == ["worker started", "worker had to be killed"]


async def test_who_ends_in_time_is_not(member: Callable[[str, float], Member]) -> None:
    place = member(PATIENT, 30)
    with capture_logs() as logs:
        keeping = asyncio.create_task(place.keep())
        await begun(place)
        place.end(signal.SIGTERM)
        async with asyncio.timeout(10):
            await keeping
    assert [line["event"] for line in logs] == ["worker started"]


async def test_a_place_stays_empty_longer_after_each_end_in_a_row(
    member: Callable[[str, float], Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_member, "AGAIN_SECONDS", (0.01, 0.02, 0.03))
    place = member(SHORT, 30)
    with capture_logs() as logs:
        keeping = asyncio.create_task(place.keep())
        await begun(place, 5)
        place.end(signal.SIGTERM)
        async with asyncio.timeout(10):
            await keeping
    ended = [line for line in logs if line["event"] == "worker ended"]
    assert [(line["code"], line["again_in"]) for line in ended[:4]] == [
        (3, 0.01),
        (3, 0.02),
        (3, 0.03),
        (3, 0.03),
    ]


async def test_an_end_while_the_place_is_empty_starts_nobody(
    member: Callable[[str, float], Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_member, "AGAIN_SECONDS", (60.0,))
    place = member(SHORT, 30)
    with capture_logs() as logs:
        keeping = asyncio.create_task(place.keep())
        async with asyncio.timeout(10):
            while not any(line["event"] == "worker ended" for line in logs):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.01)
        place.end(signal.SIGTERM)
        async with asyncio.timeout(5):
            await keeping
    assert place.starts == 1


async def test_a_program_that_cannot_be_started_is_tried_again(
    member: Callable[[str, float], Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_member, "AGAIN_SECONDS", (0.01,))
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    place = member(SHORT, 30)
    with capture_logs() as logs:
        keeping = asyncio.create_task(place.keep())
        await asyncio.sleep(0.1)
        place.end(signal.SIGTERM)
        async with asyncio.timeout(5):
            await keeping
    assert place.starts == 0
    tried = [line for line in logs if line["event"] == "worker not started"]
    assert len(tried) > 1
    assert tried[0]["problem"] == "FileNotFoundError"
