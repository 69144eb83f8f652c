"""A client that leaves before its document is made ends what is read and printed for it."""

import asyncio
from collections.abc import Iterator, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.documents.press import Press
from resolvers.signed_addresses import Target, TargetKind
from tests.documents.conftest import Address
from tests.house import House, number

INVOICE = Target(TargetKind.INVOICE, int(number("open-invoice")))
Message = MutableMapping[str, Any]


class SlowPress:
    """Prints when it is let; `ended` is how many printings were ended before."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.let = asyncio.Event()
        self.ended = 0

    async def pdf(self, *_: object) -> bytes:
        """Print."""
        self.begun.set()
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.ended += 1
            raise
        return b"%PDF"


class Client:
    """Asks for an address without a connection, until it leaves."""

    def __init__(self, address: str) -> None:
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self._said: Iterator[Message] = iter([{"type": "http.request", "body": b""}])
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": urlsplit(address).path,
            "raw_path": urlsplit(address).path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"gateway")],
            "client": ("127.0.0.1", 1),
            "server": ("gateway", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }

    async def receive(self) -> Message:
        """Say that there is no body, and later that it has left."""
        for message in self._said:
            return message
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Write down what comes."""
        self.sent.append(message)


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> SlowPress:
    slow = SlowPress()
    monkeypatch.setattr(Press, "pdf", slow.pdf)
    monkeypatch.setattr("gateway.http.documents.DOCUMENT_SECONDS", 1000.0)
    return slow


async def test_what_nobody_waits_for_is_printed_no_longer(
    house: House, address: Address, press: SlowPress
) -> None:
    client = Client(address(INVOICE))
    assert house.app is not None
    asked = asyncio.ensure_future(house.app(client.scope, client.receive, client.send))
    async with asyncio.timeout(20):
        await press.begun.wait()
        assert not asked.done()
        client.left.set()
        await asked
    assert (press.ended, client.sent[0]["status"]) == (1, 400)
    assert [line for line in house.logs if line["log_level"] == "error"] == []


async def test_who_stays_has_it(house: House, address: Address, press: SlowPress) -> None:
    client = Client(address(INVOICE))
    assert house.app is not None
    asked = asyncio.ensure_future(house.app(client.scope, client.receive, client.send))
    async with asyncio.timeout(20):
        await press.begun.wait()
        await asyncio.sleep(0.1)
        press.let.set()
        await asked
    assert press.ended == 0
    assert client.sent[0]["status"] == 200
    assert b"".join(part.get("body", b"") for part in client.sent[1:]) == b"%PDF"
