"""A command's work at the ledger: opened, done, closed, and told in a sentence where it fails."""

import asyncio
import getpass
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from secrets import token_hex
from typing import TypeVar

from adapters.ledger.audit import By
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.errors import UpstreamError

T = TypeVar("T")


class CommandFailed(Exception):  # noqa: N818  # what a person is told
    """Why a command did nothing; the message is a sentence that says what to do."""


def at_ledger(url: str, work: Callable[[Ledger], Awaitable[T]], undone: str) -> T:
    """Do this work at the ledger; raises CommandFailed, which ends with what was `undone`."""
    return asyncio.run(_done(Ledger(url), work, undone))


async def _done(ledger: Ledger, work: Callable[[Ledger], Awaitable[T]], undone: str) -> T:
    try:
        await ledger.open()
        return await work(ledger)
    except LedgerUnavailable as error:
        raise CommandFailed(f"{ledger.trouble()} {undone}") from error
    except UpstreamError as error:
        raise CommandFailed(f"{error} {undone}") from error
    finally:
        await ledger.aclose()


def by_shell() -> By:
    """Return who acts where somebody types a command: by their name on this machine."""
    return By(f"command line ({_user()}@{socket.gethostname()})", token_hex(8), datetime.now(UTC))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "nobody"
