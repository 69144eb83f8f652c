"""Answers of one round are sent together: none is lost, late, out of turn, or hurt by another's."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.http.outbox import MOST_ANSWERS, MOST_BYTES, Outbox
from tests.again.wire import Told, Wire, open_wire

KIND = "{ viewer { kind } }"
OF_PAT = {"viewer": {"kind": "CUSTOMER"}}


@dataclass
class End:
    """The end of a connection; `said` is shared, so that one can tell who was told first."""

    name: str
    said: list[tuple[str, bytes]] = field(default_factory=list)
    is_closed: bool = False
    fails: bool = False

    def is_closing(self) -> bool:
        """Is it closed?"""
        return self.is_closed

    def write(self, data: bytes) -> None:
        """Send this."""
        if self.fails:
            raise RuntimeError("broken")
        self.said.append((self.name, data))


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path) as wire:
        await wire.meets()
        yield wire


async def connection_of(wire: Wire) -> Any:  # noqa: ANN401  # uvicorn's
    """Return the gateway's end of the one connection."""
    return await wire.accepted()


async def test_they_are_sent_in_their_order_once_the_loop_has_come_round() -> None:
    outbox, said = Outbox(), list[tuple[str, bytes]]()
    one, other = End("one", said), End("other", said)
    for to, answer in ((one, b"1"), (other, b"2"), (one, b"3")):
        outbox.put(to, answer)
    assert said == []
    await asyncio.sleep(0)
    assert said == [("one", b"1"), ("other", b"2"), ("one", b"3")]
    outbox.put(other, b"4")
    await asyncio.sleep(0)
    assert said[3:] == [("other", b"4")]


async def test_whoever_needs_it_has_them_sent_before() -> None:
    outbox, one = Outbox(), End("one")
    outbox.put(one, b"1")
    outbox.send()
    assert one.said == [("one", b"1")]
    await asyncio.sleep(0)
    assert one.said == [("one", b"1")]


@pytest.mark.parametrize(
    ("size", "most"), [(1, MOST_ANSWERS), (MOST_BYTES // 4, 4), (MOST_BYTES * 2, 1)]
)
async def test_many_or_large_ones_do_not_wait(size: int, most: int) -> None:
    outbox, one = Outbox(), End("one")
    for _ in range(2):
        for _ in range(most - 1):
            outbox.put(one, b"." * size)
        assert one.said == []
        outbox.put(one, b"." * size)
        assert len(one.said) == most
        one.said.clear()


async def test_who_has_hung_up_or_fails_hurts_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(
        asyncio.get_running_loop(), "call_exception_handler", told.append, raising=False
    )
    outbox, said = Outbox(), list[tuple[str, bytes]]()
    ends = [End("gone", said, is_closed=True), End("broken", said, fails=True), End("one", said)]
    for end in ends:
        outbox.put(end, b"1")
    await asyncio.sleep(0)
    assert said == [("one", b"1")]
    assert [str(of["exception"]) for of in told] == ["broken"]


@pytest.mark.parametrize("is_known", [True, False])
async def test_who_says_that_they_say_no_more_is_answered(wire: Wire, is_known: bool) -> None:
    data = await wire.asked(KIND, blanks=1)
    if is_known:
        await wire.becomes_known(data)
    await wire.familiar()
    async with wire.line() as line:
        connection = await connection_of(wire)
        connection.data_received(data)
        connection.eof_received()
        connection.transport.close()  # as loops do then
        assert (await line.hear()).body["data"] == OF_PAT
    assert (await wire.again(), await wire.familiar()) == (int(is_known), int(not is_known))


async def test_a_process_that_ends_sends_what_it_holds(wire: Wire) -> None:
    data = await wire.asked(KIND)
    await wire.becomes_known(data)
    async with wire.line() as line:
        connection = await connection_of(wire)
        connection.data_received(data)
        connection.shutdown()
        assert (await line.hear()).body["data"] == OF_PAT
        assert await line.is_closed()


async def test_all_connections_have_one(wire: Wire) -> None:
    data = await wire.asked(KIND)
    await wire.becomes_known(data)
    async with wire.line() as one:
        await wire.accepted()
        async with wire.line() as other:
            while len(wire.state.connections) < 2:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)
            first, second = wire.state.connections
            first.data_received(data)
            second.data_received(data)
            first.shutdown()
            second.transport.close()
            assert [(await of.hear()).body["data"] for of in (one, other)] == [OF_PAT] * 2


async def test_what_is_refused_right_behind_an_answer_is_told_after_it(wire: Wire) -> None:
    data = await wire.asked(KIND)
    await wire.becomes_known(data)
    async with wire.line() as line:
        connection = await connection_of(wire)
        connection.data_received(data)
        connection.data_received(b"nothing of HTTP's\r\n\r\n")
        assert [(await line.hear()).status, (await line.hear()).status] == [200, 400]


async def test_answers_of_many_in_one_round_are_each_their_own(wire: Wire) -> None:
    """All of them have come before the loop looks: they are answered in one round of it."""
    asked = [await wire.asked(KIND, blanks=of + 1) for of in range(3 * MOST_ANSWERS)]
    lines = [socket.create_connection(("127.0.0.1", wire.port)) for _ in asked]
    try:
        async with asyncio.timeout(10):
            while len(wire.state.connections) < len(lines):  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)
        ids = [f"id-of-{of}" for of in range(len(lines))]
        for line, data, name in zip(lines, asked, ids, strict=True):
            line.sendall(data.replace(b"\r\n\r\n", f"\r\nx-request-id: {name}\r\n\r\n".encode(), 1))
        told = [Told(await asyncio.to_thread(line.recv, 65536)) for line in lines]
    finally:
        for line in lines:
            line.close()
    assert [of.headers["x-request-id"] for of in told] == ids
    assert {of.status for of in told} == {200}
