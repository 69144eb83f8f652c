"""The wires between the gateway and what it leans on, each of which can be spoilt (UP-26)."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import httpx

from tests.cache.link import Link


class Trouble(Enum):
    """What can be wrong with a neighbour."""

    DOWN = "down"
    SLOW = "slow"
    ERRORS = "errors"
    FLAPPING = "flapping"


PLACES: Final[Mapping[str, re.Pattern[str]]] = {
    "ServiceTitan": re.compile(r"^/.+/v2/tenant/"),
    "token endpoint": re.compile(r"^/connect/token$"),
    "identity provider": re.compile(r"^/idp/"),
    "payment processor": re.compile(r"^/processor/"),
}
"""What is spoken to by HTTP, and the paths of it in the sandbox, where all of them are."""

LONGER_THAN_ANYBODY_WAITS: Final = 60.0
FAILS: Final = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66, 78, 91}
"""Which of the calls to a neighbour that flaps fail: no rhythm that others could fall into."""


@dataclass
class Weather(httpx.AsyncBaseTransport):
    """Carries what is fine, and spoils what goes to one of the places."""

    onward: httpx.AsyncBaseTransport
    trouble: Trouble | None = None
    place: re.Pattern[str] = field(default_factory=lambda: re.compile("(?!)"))
    spoilt: int = 0
    _told: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        if self.trouble is None or not self.place.search(request.url.path):
            return await self.onward.handle_async_request(request)
        self._told += 1
        if self.trouble is Trouble.FLAPPING and self._told not in FAILS:
            return await self.onward.handle_async_request(request)
        self.spoilt += 1
        if self.trouble is Trouble.ERRORS:
            return httpx.Response(503, json={"title": "Service unavailable"}, request=request)
        if self.trouble is Trouble.SLOW:
            await asyncio.sleep(LONGER_THAN_ANYBODY_WAITS)
        raise httpx.ConnectError("Nobody is there.", request=request)


_POSTGRES_STARTING = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
_ERRORS: Final = {
    "Redis": b"-LOADING Redis is loading the dataset in memory\r\n",
    "database": b"E" + (len(_POSTGRES_STARTING) + 4).to_bytes(4, "big") + _POSTGRES_STARTING,
}
_SSL_REQUEST: Final = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
_COMMAND = re.compile(rb"(?:^|\r\n)\*\d+\r\n")


@dataclass
class Wire(Link):
    """A wire of bytes, to Redis or to PostgreSQL, that can be as bad as one of HTTP."""

    name: str
    address: tuple[str, int]
    trouble: Trouble | None = None
    spoilt: int = 0

    def __post_init__(self) -> None:
        """Lead to this neighbour."""
        super().__init__()
        self.onward = self.address

    def spoil(self, trouble: Trouble) -> None:
        """Let it be so from now on, for connections that are open too."""
        self.trouble = trouble
        if trouble is Trouble.SLOW:
            self.spoilt += 1  # what is open already
            self.open.clear()
            return
        self.cut()
        self.refuses = trouble is Trouble.DOWN

    def clear(self) -> None:
        """Let everything through again."""
        self.trouble = None
        self.mend()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if self.trouble is not None:
            self.spoilt += 1
        if self.trouble is Trouble.ERRORS:
            await self._refuse(reader, writer)
        elif self.trouble is Trouble.FLAPPING and self.spoilt in FAILS:
            writer.close()
        else:
            await super().take(reader, writer)

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while told := await reader.read(65536):
                if told == _SSL_REQUEST:
                    writer.write(b"N")
                else:
                    writer.write(_ERRORS[self.name] * max(1, len(_COMMAND.findall(told))))
                await writer.drain()
                if self.name == "database" and told != _SSL_REQUEST:
                    break
        except OSError:
            pass
        finally:
            writer.close()
