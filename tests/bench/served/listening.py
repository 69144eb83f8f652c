"""Serving a measured app: the gateway's own server settings, on a free port of this machine."""

from starlette.types import ASGIApp

from gateway.demo.leash import end_with_stdin
from gateway.serving import listen, port_of, serve_until_told
from tests.bench.obeying import tell
from tests.bench.wishes import Listening


def serve(app: ASGIApp, port: int = 0) -> None:
    """Tell the port (0: any free one), and serve until the run ends."""
    with listen("127.0.0.1", port) as listener:
        tell(Listening(port=port_of(listener)))
        end_with_stdin()
        serve_until_told(app, listener)
