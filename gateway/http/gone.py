"""A client that leaves ends what it asked for."""

import asyncio
from types import TracebackType
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive

LOOK_AFTER_SECONDS: Final = 0.02
"""What is answered sooner is not worth looking after its client."""


class UnlessGone:
    """A block that is cancelled once its client has left, and raises ClientDisconnect then.

    It is for what only reads, and for a request whose body was read. Most blocks end before anybody
    looks: they cost a timer, and no task.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._is_gone = False

    def __enter__(self) -> None:
        """Look after the client from soon on."""
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = loop.call_later(LOOK_AFTER_SECONDS, self._look)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Look no more; raises ClientDisconnect where it was that which ended the block."""
        del error, trace
        if self._timer is not None:
            self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if self._is_gone and self._task is not None:
            is_ours = self._task.uncancel() == 0
            if is_ours and kind is asyncio.CancelledError:
                raise ClientDisconnect from None

    def _look(self) -> None:
        self._looking = asyncio.get_running_loop().create_task(_left(self._receive))
        self._looking.add_done_callback(self._has_left)

    def _has_left(self, looking: asyncio.Task[None]) -> None:
        if looking.cancelled() or looking.exception() is not None or self._task is None:
            return
        self._is_gone = True
        self._task.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
