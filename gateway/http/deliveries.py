"""What every delivery to a webhook must be, whoever sends it: signed once, and of bounded size."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.http.bodies import read_body
from gateway.http.exchange import JSON
from gateway.http.refusals import Refused
from gateway.security import What, tell

MOST_BYTES: Final = 256 * 1024

Because = Callable[[str, Refused], Refused]
"""Counts a refusal under its reason, in a word or two, and returns it."""


async def signed_body(request: Request, header: str, because: Because) -> tuple[bytes, str]:
    """Return the bytes as they were signed, and their signature; what has none is not even read.

    Raises Refused: 401 without just one signature, else as `read_body`.
    """
    told = request.headers.getlist(header)
    if len(told) != 1:
        raise because("signed twice" if told else "unsigned", unsigned())
    try:
        return await read_body(request, MOST_BYTES), told[0]
    except Refused as refused:
        raise because("body", refused) from None


async def answered(taking: Awaitable[None], status: int) -> Response:
    """Take one delivery: answer with this status, or with why it was refused."""
    try:
        await taking
    except ClientDisconnect:
        return Response(status_code=400)
    except Refused as refused:
        if refused.status == 401:  # noqa: PLR2004  # the status says it better than a name
            tell(What.SIGNATURE)
        answer = refused.answer()
        return Response(answer.body, answer.status, dict(answer.headers), JSON)
    return Response(status_code=status)


def unsigned() -> Refused:
    """Nobody whom we believe sent this."""
    return Refused(401, "The signature is not the right one.", code="UNAUTHENTICATED")


def put_off() -> Refused:
    """What was sent cannot be taken in now; who sent it does so again."""
    return Refused(
        503,
        "This cannot be taken in at the moment. Send it again.",
        code="UPSTREAM_UNAVAILABLE",
        headers={"retry-after": "10"},
    )
