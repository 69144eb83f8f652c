"""Documents to PDF: a few at a time, each in a process of its own, each within its deadline."""

import asyncio
import subprocess
import sys
from subprocess import PIPE

import msgspec
import structlog

from adapters.documents.papers import AnyPaper, kind_of
from adapters.documents.stationery import Stationery
from adapters.documents.typesetter import BROKEN_TEMPLATE, Order

AT_ONCE = 2
SECONDS = 10.0
"""How long one document may take to be made; so long it may wait for its turn as well."""

_COMMAND = (sys.executable, "-I", "-m", "adapters.documents.typesetter")
# Typst would fetch packages that a template names from the network: there is none for it.
_NOWHERE = "http://127.0.0.1:9"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "HTTPS_PROXY": _NOWHERE, "HTTP_PROXY": _NOWHERE}

_log = structlog.get_logger("documents")


class NotPrinted(Exception):  # noqa: N818  # a state, told to who asked
    """A document that could not be made; the message may be shown to anybody."""


class Press:
    """Makes PDFs; `seconds` is what one may take, `at_once` how many are made at a time."""

    def __init__(self, *, at_once: int = AT_ONCE, seconds: float = SECONDS) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._seconds = seconds

    async def pdf(self, paper: AnyPaper, stationery: Stationery) -> bytes:
        """Return the document as PDF; raises NotPrinted, and says in the log why.

        Who stops waiting for it ends it. Its turn is the next one's when it has ended.
        """
        order = msgspec.json.encode(Order(paper=paper, stationery=stationery))
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise _told(paper, "too many documents at once") from None
        typesetter = _Typesetter()
        making = asyncio.ensure_future(asyncio.to_thread(typesetter.make, order, self._seconds))
        making.add_done_callback(self._has_ended)
        try:
            made = await asyncio.shield(making)
        except subprocess.TimeoutExpired:
            raise _told(paper, "it took too long") from None
        finally:
            typesetter.end()
        if made.returncode == BROKEN_TEMPLATE:
            raise _told(paper, f"its template breaks at {made.stderr.decode(errors='replace')}")
        if made.returncode != 0:
            raise _told(paper, f"the typesetter ended with {made.returncode}")
        return made.stdout

    def _has_ended(self, making: asyncio.Future[subprocess.CompletedProcess[bytes]]) -> None:
        """Let the next one begin; how it ended is told to who still waits, or to nobody."""
        self._turns.release()
        if not making.cancelled():
            making.exception()


class _Typesetter:
    """One run of the typesetter, made in a thread, which another may end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_unwanted = False

    def make(self, order: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end; raises subprocess.TimeoutExpired."""
        with subprocess.Popen(  # noqa: S603  # our own program; what it is given comes as its input
            _COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_ENVIRONMENT
        ) as process:
            self._process = process
            if self._is_unwanted:
                process.kill()
            try:
                told, said = process.communicate(order, timeout=seconds)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(_COMMAND, process.returncode, told, said)

    def end(self) -> None:
        """End it, begun or not; what has ended has ended."""
        self._is_unwanted = True
        if self._process is not None:
            self._process.kill()


def _told(paper: AnyPaper, why: str) -> NotPrinted:
    _log.error("document not made", kind=kind_of(paper).value, problem=why)
    return NotPrinted("The document cannot be made at the moment. Try again later.")
