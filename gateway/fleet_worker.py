"""One worker of a fleet: `python -m gateway.fleet_worker WORKERS SOCKET NUMBER METRICS`.

Its parent starts it, and says how many workers there are. The socket is the parent's, by its file
descriptor; by another the parent asks for metrics. The environment says what it says to the parent;
the policy comes from the parent, so that all workers go by the same one whatever has become of the
file since, and so that one that starts anew goes by it too.
"""

import os
import signal
import socket
import sys
from pathlib import Path

import structlog

from gateway.app import create_app
from gateway.choices import Choices
from gateway.fleet_orders import Orders
from gateway.guard.trusted import ManifestError
from gateway.logs import configure_logging
from gateway.metrics.workers import answering
from gateway.pace import as_one_of
from gateway.policy import policy_of
from gateway.serving import serve_until_told
from gateway.settings import read_settings
from resolvers.policy import Policy

_log = structlog.get_logger("gateway")


def main() -> None:
    """Serve until told to end, or until the parent is gone."""
    workers, descriptor, number, asked = (int(told) for told in sys.argv[1:])
    # A terminal that closes, or who reloads, speaks to the parent, and the parent to us.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until it serves, without a traceback
    settings = read_settings(os.environ)
    configure_logging(settings.log_level)
    structlog.contextvars.bind_contextvars(worker=number)
    path = settings.policy_file or Path()

    def policy(text: bytes) -> Policy:
        return as_one_of(workers, policy_of(text, path))

    orders = Orders(sys.stdin.fileno())
    first = orders.next()
    if first is None:
        return
    choices = Choices(policy(first))
    try:
        app = create_app(settings, choices)
    except ManifestError as error:  # the file was usable when the fleet was started
        _log.error("worker not started", problem=str(error))
        sys.exit(1)
    orders.heed(lambda text: choices.take(policy(text)))
    serve_until_told(
        app,
        socket.socket(fileno=descriptor),
        beside=lambda: answering(asked, app.state.metrics),
        drain=settings.drain_seconds,
        shares_port=True,
    )


if __name__ == "__main__":
    main()
