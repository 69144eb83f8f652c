"""Several workers behind one socket: the parent that starts them, keeps them, and ends them.

The parent answers nobody. What all workers have in common is served from here: their policy, and
the place for whatever else is told of all of them together.
"""

import asyncio
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from adapters.ledger.database import POSTGRESQL
from gateway.fleet_member import WORKER, Member
from gateway.metrics.families import Family, counter, gauge, together
from gateway.metrics.serving import serving_metrics
from gateway.newcomers import hold_newcomers_off
from gateway.policy import PolicyError, policy_of, read_policy_text
from gateway.settings import Settings, SettingsError

_log = structlog.get_logger("fleet")


def require_shared(settings: Settings) -> None:
    """Refuse several workers that could not share what they know; raise SettingsError."""
    url = settings.database_url.get_secret_value()
    if settings.redis_url is None or not url.startswith(POSTGRESQL):
        raise SettingsError(
            "More than one worker needs PORTAL_REDIS_URL, and a PostgreSQL database in "
            "PORTAL_DATABASE_URL, to share what they know: set both, or leave --workers at 1."
        )


@dataclass(slots=True)
class Fleet:
    """So many workers on one socket, which go by this text of the policy file.

    Who has accepted a connection answers it; what nobody has accepted yet waits in the socket,
    so that a worker that ends takes nothing with it that another could answer. At `metrics` the
    parent tells the metrics of all.
    """

    settings: Settings
    listener: socket.socket
    workers: int
    metrics: socket.socket | None = None
    _text: bytes = b""
    _members: Sequence[Member] = ()
    _ending: bool = False

    def __post_init__(self) -> None:
        """Read the policy file; raise PolicyError."""
        self._text = self._read()

    async def run(self) -> None:
        """Keep the workers running until told to end, and return when the last one has ended."""
        descriptor = self.listener.fileno()
        numbers = range(1, self.workers + 1)
        program = (*WORKER, str(self.workers))
        self._members = [
            Member(number, descriptor, lambda: self._text, program) for number in numbers
        ]
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, number)
        host, port = self.listener.getsockname()[:2]
        _log.info("serving", host=host, port=port, workers=self.workers)
        async with serving_metrics(self.metrics, self.families):
            await asyncio.gather(*(member.keep() for member in self._members))

    async def families(self) -> list[Family]:
        """Return the metrics of every worker, each under its number, and which of them answer."""
        told = await asyncio.gather(*(member.families() for member in self._members))
        workers = [
            ({"worker": str(member.number)}, member, families)
            for member, families in zip(self._members, told, strict=True)
        ]
        own = (
            gauge(
                "worker_up",
                "1 for a worker that tells its metrics.",
                [(of, float(families is not None)) for of, _, families in workers],
            ),
            counter(
                "worker_starts",
                "How many processes have held a worker's place.",
                [(of, member.starts) for of, member, _ in workers],
            ),
            counter(
                "worker_hangs",
                "How many of them stood still and were killed.",
                [(of, member.hangs) for of, member, _ in workers],
            ),
        )
        theirs = ([each.labelled(of) for each in families or ()] for of, _, families in workers)
        return together([own, *theirs])

    def _reload(self) -> None:
        """Have every worker go by the file as it is now; a broken one changes nothing.

        Workers that take a policy, though it be the old one, read the trusted documents again.
        """
        if self.settings.policy_file is None:
            _log.warning("policy kept", problem="PORTAL_POLICY_FILE names no file to read.")
        try:
            self._text = self._read()
        except PolicyError as error:
            _log.error("policy kept", problem=str(error))
        for member in self._members:
            member.take(self._text)

    def _read(self) -> bytes:
        """Return the policy file's text once it is certain that it is usable; raise PolicyError."""
        path = self.settings.policy_file
        if path is None:
            return b""
        text = read_policy_text(path)
        policy_of(text, path)
        return text

    def _end(self, number: signal.Signals) -> None:
        """End gracefully; a second Ctrl-C ends at once, as it does with one worker.

        After a SIGTERM the workers take requests for a while (`Server`), and nobody is let in at
        the end of it: no worker may say so by itself, since the port is everybody's.
        """
        drain = self.settings.drain_seconds if number == signal.SIGTERM else 0
        if not self._ending and drain:
            asyncio.get_running_loop().call_later(drain, self._close)
        elif not drain:
            self.listener.close()
        self._ending = True
        for member in self._members:
            member.end(number)

    def _close(self) -> None:
        if self.listener.fileno() != -1:
            hold_newcomers_off(self.listener)
            self.listener.close()
