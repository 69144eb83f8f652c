"""A process that must not outlive the one that started it."""

import os
import signal
import sys
import threading


def end_with_stdin() -> None:
    """Ask this process to end as soon as its standard input closes, as it does with its parent."""
    threading.Thread(target=_wait, args=(sys.stdin.fileno(),), name="leash", daemon=True).start()


def _wait(descriptor: int) -> None:
    # Read past Python's own buffer, whose lock a process that ends could not take from a thread.
    while os.read(descriptor, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
