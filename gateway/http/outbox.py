"""Answers of one round of the loop, sent together once it is over.

Each answer wakes whoever waits for it at the other end of its connection. Of answers sent one right
after the other only the first does: the others find them awake. Sent one by one, between much other
work, that took twice as long (decision 0081).
"""

import asyncio
from collections import deque
from typing import Final, Protocol

MOST_BYTES: Final = 256 * 1024
"""So much waits at most, in bytes: what comes then is sent with it at once."""

MOST_ANSWERS: Final = 32
"""So many wait at most: nobody does for a long round."""


class Connection(Protocol):
    """What is asked of a transport."""

    def is_closing(self) -> bool:
        """Is it closed, or about to be?"""

    def write(self, data: bytes, /) -> object:
        """Send this."""


class Outbox:
    """Holds answers until the event loop comes round, for all connections of a process.

    Whoever writes to a connection past it, or closes that, has it send what it holds before.
    """

    def __init__(self) -> None:
        self._answers: deque[tuple[Connection, bytes]] = deque()
        self._bytes = 0

    def put(self, to: Connection, answer: bytes) -> None:
        """Send this answer when the loop comes round, in the order of those put before."""
        if not self._answers:
            asyncio.get_running_loop().call_soon(self.send)
        self._answers.append((to, answer))
        self._bytes += len(answer)
        if len(self._answers) >= MOST_ANSWERS or self._bytes >= MOST_BYTES:
            self.send()

    def send(self) -> None:
        """Send all it holds; who has hung up is not told, and what fails is nobody else's."""
        while self._answers:
            to, answer = self._answers.popleft()
            self._bytes -= len(answer)
            try:
                if not to.is_closing():
                    to.write(answer)
            except Exception as error:  # noqa: BLE001  # whatever it is, others are told theirs
                told = {"message": "An answer could not be sent.", "exception": error}
                asyncio.get_running_loop().call_exception_handler(told)
