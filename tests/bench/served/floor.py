"""The floor: an ASGI app that reads a request and answers the same bytes, whatever was asked."""

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.bench.obeying import hear
from tests.bench.served.listening import serve
from tests.bench.wishes import ServeFloor


def answering(body: bytes) -> ASGIApp:
    """Return the app that answers this."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def _live(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


def main() -> None:
    """Serve it."""
    wish = hear(ServeFloor)
    if wish is not None:
        serve(answering(wish.body.encode()))


if __name__ == "__main__":
    main()
