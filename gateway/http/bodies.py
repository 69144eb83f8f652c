"""A request's body, read whole within a size and a time, or refused."""

import asyncio

from starlette.requests import Request

from gateway.http.refusals import Refused, bad_request

MAX_BYTES = 100 * 1024
TOTAL_SECONDS = 10.0


async def read_body(request: Request, most: int = MAX_BYTES) -> bytes:
    """Return the body; raise Refused: 400, 408 (too slow), 413 (over `most` bytes) or 415 (packed).

    A size that is announced is refused unread; one that is not, when the limit is passed (HT-7).
    Raises starlette's ClientDisconnect when the client leaves.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "Send the body as it is, without Content-Encoding.")
    _check_announced(request.headers.get("content-length"), most)
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await _capped(request, most)
    except TimeoutError:
        raise Refused(408, "The body did not arrive in time.") from None


def _check_announced(length: str | None, most: int) -> None:
    if length is None:
        return
    if not (length.isascii() and length.isdigit()):
        raise bad_request("Content-Length is not a number.")
    if int(length[:10]) > most:
        raise _too_large(most)


async def _capped(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> Refused:
    return Refused(
        413, f"The body is larger than {most // 1024} KiB.", headers={"connection": "close"}
    )
