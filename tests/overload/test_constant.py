"""Round after round of requests, answered, left and listened for: a process holds no more."""

import asyncio
import gc
import os

import httpx
import msgspec
import pytest

from tests.overload.test_deadline import NUMBERS, PAT, inside
from tests.subscriptions.talking import Street, events, street

pytestmark = pytest.mark.processes

ROUNDS, EACH = 5, 8


def open_files() -> int:
    """How many files and sockets does this process have open?"""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # names alone


async def one_round(of: Street) -> None:
    """Ask, hang up without waiting, and listen for changes in both ways and leave."""
    token = await of.house.token(PAT)
    headers = {"authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{of.port}/graphql"
    async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
        asked = [client.post(url, json={"query": NUMBERS}) for _ in range(EACH)]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    await asyncio.gather(*(hang_up(of.port, token) for _ in range(EACH)))
    async with of.listen(PAT) as talk, events(of, token) as stream:
        await of.listeners(2)
        assert stream.answer.status_code == 200
        assert (await talk.ask("{ __typename }"))["data"] == {"__typename": "Query"}
    await of.listeners(0)


async def hang_up(port: int, token: str) -> None:
    """Send a whole request and wait for nothing."""
    body = msgspec.json.encode({"query": NUMBERS})
    head = f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
    more = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((head + more).encode() + body)
    await writer.drain()
    await asyncio.sleep(0.005)
    writer.transport.abort()


async def held(of: Street, before: tuple[int, int] | None) -> tuple[int, int]:
    """Return how many tasks and files there are, once they are as many as before or a moment on."""
    now = (-1, -1)
    for _ in range(200):
        await asyncio.sleep(0.01)
        gc.collect()
        now = len(asyncio.all_tasks()), open_files()
        if now == before and not await inside(of.house):
            break
    return now


async def test_sh10_tasks_and_files_are_as_many_after_any_number_of_rounds() -> None:
    async with street() as of:
        await one_round(of)
        first = await held(of, None)
        found = []
        for _ in range(ROUNDS):
            await one_round(of)
            found.append(await held(of, first))
        assert found == [first] * ROUNDS
        assert len(of.server.server_state.connections) == 0
