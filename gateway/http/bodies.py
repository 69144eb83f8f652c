"""A request's body, read whole within a size and a time, or refused."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request

from gateway.http.refusals import Refused, bad_request

MAX_BYTES = 100 * 1024
MAX_BYTES_OF_STAFF = 256 * 1024
TOTAL_SECONDS = 8.0
"""How long a whole body may take: a slow client is closed within ten seconds (M11)."""


async def read_body(request: Request, most: int = MAX_BYTES) -> bytes:
    """Return the body; raise Refused: 400, 408 (too slow), 413 (over `most` bytes) or 415 (packed).

    A size that is announced is refused unread; one that is not, when the limit is passed (HT-7).
    An announcement that does not come true is 400.
    Raises starlette's ClientDisconnect when the client leaves.
    """
    if any(told.lower() != "identity" for told in request.headers.getlist("content-encoding")):
        raise Refused(415, "Send the body as it is, without Content-Encoding.")
    announced = _announced(request.headers.getlist("content-length"))
    if announced is not None and announced > most:
        raise too_large(most)
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            body = await _capped(request, most)
    except TimeoutError:
        raise Refused(
            408, "The body did not arrive in time.", headers={"connection": "close"}
        ) from None
    if announced is not None and announced != len(body):
        raise bad_request("Content-Length is not the length of the body.")
    return body


def _announced(lengths: Sequence[str]) -> int | None:
    if not lengths:
        return None
    if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise bad_request("Content-Length is not a number.")
    return int(lengths[0][:10])


async def _capped(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise too_large(most)
    return bytes(body)


def too_large(most: int) -> Refused:
    """A body may have so many bytes, and has more."""
    return Refused(
        413, f"The body is larger than {most // 1024} KiB.", headers={"connection": "close"}
    )
