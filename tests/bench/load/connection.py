"""One connection of the load generator: plain HTTP/1.1, kept alive, one request after another."""

import asyncio
import time
from dataclasses import dataclass, field

from tests.bench.wishes import Load

HOST = "127.0.0.1"
LONGEST_HEAD = 16 * 1024
MOST_REQUESTS = 200_000
"""How many one round may make, whatever time it has."""


class Unexpected(Exception):  # noqa: N818  # told to the run, which fails by it
    """An answer that is not the expected one."""


@dataclass(slots=True)
class Round:
    """What all connections of one round share."""

    request: bytes
    expected: bytes
    until: float
    latencies: list[int] = field(default_factory=list)

    def goes_on(self) -> bool:
        """Is there time, and room, for another request?"""
        return time.perf_counter() < self.until and len(self.latencies) < MOST_REQUESTS


def request_of(load: Load) -> bytes:
    """Return the bytes of the request."""
    content = load.body.encode()
    headers = {"host": f"{HOST}:{load.port}", "content-length": str(len(content)), **load.headers}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(["POST /graphql HTTP/1.1", *lines, "", ""]).encode() + content


async def keep_asking(port: int, shared: Round) -> None:
    """Ask until the round is over; raises Unexpected."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=LONGEST_HEAD)
    try:
        while shared.goes_on():
            began = time.perf_counter()
            writer.write(shared.request)
            answer = await _answer(reader)
            shared.latencies.append(round((time.perf_counter() - began) * 1_000_000))
            if answer != shared.expected:
                raise Unexpected(f"not the expected answer: {answer[:300]!r}")
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    if not status.startswith(b"HTTP/1.1 200 "):
        raise Unexpected(f"answered {status.decode()}")
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return await reader.readexactly(int(value))
    raise Unexpected("an answer without a length")
