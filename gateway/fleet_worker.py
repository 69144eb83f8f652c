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
from gateway.logs import configure_logging
from gateway.metrics.workers import answering
from gateway.pace import as_one_of
from gateway.policy import policy_of
from gateway.serving import serve_until_told
from gateway.settings import read_settings
from resolvers.policy import Policy


def main() -> None:
    """Serve until told to end, or until the parent is gone."""
    workers, descriptor, number, asked = (int(told) for told in sys.argv[1:])
    # A terminal that closes, or who reloads, speaks to the parent, and the parent to us.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
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
    app = create_app(settings, choices)
    orders.heed(lambda text: choices.take(policy(text)))
    serve_until_told(
        app,
        socket.socket(fileno=descriptor),
        beside=lambda: answering(asked, app.state.metrics),
    )


if __name__ == "__main__":
    main()
