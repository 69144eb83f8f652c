"""What the parent of a fleet tells a worker, and how a worker hears it: through its standard input.

A policy is told as the text of its file with a NUL byte behind it, which no such text may hold.
The pipe's end is the parent's: a worker whose parent is gone, however it went, ends as well.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextvars import copy_context

LONGEST_END = 29.0
"""Seconds a worker has to end: 25 for its requests, and a little for what it must close.

Who waits for a gateway to end (Kubernetes, say) waits thirty as a rule.
"""

_END = b"\0"
_AT_ONCE = 65_536


def told(text: bytes) -> bytes:
    """Return what tells a worker to go by this text from now on; raise ValueError for a NUL."""
    if _END in text:
        raise ValueError("a NUL byte, which no policy file may hold")
    return text + _END


class Orders:
    """The worker's end: texts one after another, until the parent is gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._heard = b""

    def next(self) -> bytes | None:
        """Wait for a text; None when there will be no more.

        It reads past Python's own buffer, whose lock a process that ends could not take from a
        thread.
        """
        while _END not in self._heard:
            more = os.read(self._descriptor, _AT_ONCE)
            if not more:
                return None
            self._heard += more
        text, _, self._heard = self._heard.partition(_END)
        return text

    def heed(self, take: Callable[[bytes], None]) -> None:
        """Have a thread take every text that is to come, and end this process after the last."""
        inside = copy_context()  # its lines in the log say whose they are, as all others do
        threading.Thread(
            target=inside.run, args=(self._heed, take), name="orders", daemon=True
        ).start()

    def _heed(self, take: Callable[[bytes], None]) -> None:
        while (text := self.next()) is not None:
            take(text)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LONGEST_END)
        os._exit(1)  # nobody is left who would end it
