"""A request's body, read whole within a size and a time, or refused."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from gateway.begun import Begun
from gateway.http.refusals import Refused, bad_request

MAX_BYTES = 100 * 1024
MAX_BYTES_OF_STAFF = 256 * 1024
TOTAL_SECONDS = 8.0
"""How long a whole body may take: a slow client is closed within ten seconds (M11)."""


async def read_body(
    request: Request, most: int = MAX_BYTES, more: Callable[[], int] | None = None
) -> bytes:
    """Return the body; raise Refused: 400, 408 (too slow), 413 (over `most` bytes) or 415 (packed).

    A size that is announced is refused unread; one that is not, when the limit is passed (HT-7).
    Of what is over `most` it is asked whether it may have `more`, who sends it.
    An announcement that does not come true is 400.
    Raises starlette's ClientDisconnect when the client leaves.
    """
    headers = request.headers
    for told in headers.getlist("content-encoding"):
        if told.lower() != "identity":
            raise Refused(415, "Send the body as it is, without Content-Encoding.")
    announced = _announced(headers.getlist("content-length"))
    if announced is not None and announced > most:
        if more is not None:
            most, more = more(), None
        if announced > most:
            raise too_large(most)
    reading = Begun(_capped(request.receive, most, more))
    body = reading.told if reading.is_over else await _in_time(reading)
    if announced is not None and announced != len(body):
        raise bad_request("Content-Length is not the length of the body.")
    return body


def _announced(lengths: Sequence[str]) -> int | None:
    if not lengths:
        return None
    if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise bad_request("Content-Length is not a number.")
    return int(lengths[0][:10])


async def _in_time(reading: Begun[bytes]) -> bytes:
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await reading
    except TimeoutError:
        raise Refused(
            408, "The body did not arrive in time.", headers={"connection": "close"}
        ) from None


async def _capped(receive: Receive, most: int, more: Callable[[], int] | None) -> bytes:
    body = bytearray()
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(body) + len(chunk) > most:
            if more is not None:
                most, more = more(), None
            if len(body) + len(chunk) > most:
                raise too_large(most)
        if not (body or is_more):
            return bytes(chunk)
        body += chunk
    return bytes(body)


def too_large(most: int) -> Refused:
    """A body may have so many bytes, and has more."""
    return Refused(
        413, f"The body is larger than {most // 1024} KiB.", headers={"connection": "close"}
    )
