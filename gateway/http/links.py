"""The endpoint that gives a bearer token for a direct link's secret, and changes nothing else."""

import asyncio
from collections.abc import Callable
from math import ceil
from typing import Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from adapters.ledger.direct_links import DirectLinkRow, DirectLinks, LinkKind
from adapters.ledger.errors import LedgerUnavailable
from gateway.http.bodies import read_body
from gateway.http.client_address import ClientAddresses
from gateway.http.exchange import JSON, Answer
from gateway.http.media import require_json
from gateway.http.rates import Misses
from gateway.http.refusals import Refused, bad_request
from gateway.http.strict_json import parsed
from gateway.identity.links import IssuedToken, LinkTokens
from gateway.security import What, tell
from gateway.telemetry import request_id
from resolvers.ids import global_id

PATH: Final = "/links/exchange"
MAX_BYTES: Final = 1024
MISSES_AT_ONCE, SECONDS_EACH = 20, 3.0
EXCHANGE_SECONDS: Final = 10.0
"""How long an exchange may take: as long as an operation."""

_TYPES = {LinkKind.PAYMENT_LINK: "Invoice", LinkKind.ESTIMATE_LINK: "Estimate"}


class LinkExchange:
    """An ASGI endpoint; `address_of` tells whose misses are counted together.

    Unknown, tampered, expired, revoked and too long is one answer: 404. A secret stands in no
    address, no log and no answer.
    """

    def __init__(
        self,
        links: DirectLinks,
        tokens: LinkTokens,
        misses: Misses | None = None,
        address_of: Callable[[Request], str] | None = None,
    ) -> None:
        self._links = links
        self._tokens = tokens
        self._misses = misses or Misses(MISSES_AT_ONCE, SECONDS_EACH)
        self._address_of = address_of or ClientAddresses().of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that left gets nothing."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refused as refused:
            answer = refused.answer()
        except ClientDisconnect:
            return
        await Response(answer.body, answer.status, dict(answer.headers), JSON)(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        if request.method != "POST":
            raise Refused(405, "Exchange a link with POST.", headers={"allow": "POST"})
        require_json(request.headers.getlist("content-type"))
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                link = await self._opened(request)
        except (LedgerUnavailable, TimeoutError):
            raise _later() from None
        if link is None:
            raise self._missed(self._address_of(request))
        return _given(link, self._tokens.issue(link))

    async def _opened(self, request: Request) -> DirectLinkRow | None:
        secret = await _secret(request)
        return None if secret is None else await self._links.exchange(secret, request_id())

    def _missed(self, address: str) -> Refused:
        """Say that it opens nothing, or that too many from there did.

        Whoever holds a link that stands is let in whatever others behind the same address tried.
        """
        seconds = self._misses.wait(address)
        if seconds > 0:
            tell(What.LIMIT, "links paced")
            return Refused(
                429,
                "Too many links from here opened nothing. Try again soon.",
                code="RATE_LIMITED",
                headers={"retry-after": str(ceil(seconds))},
            )
        self._misses.add(address)
        tell(What.LINK, "it opens nothing")
        return _gone()


async def _secret(request: Request) -> str | None:
    """Return the secret that was sent, None for one that is too long to be any."""
    try:
        body = await read_body(request, MAX_BYTES)
    except Refused as refused:
        if refused.status == 413:  # noqa: PLR2004  # the status says it better than a name
            return None
        raise
    match parsed(body):
        case {"secret": str(secret), **rest} if not rest:
            return secret
    raise bad_request('Send {"secret": "…"} and nothing else.')


def _given(link: DirectLinkRow, issued: IssuedToken) -> Answer:
    told = {
        "accessToken": issued.token,
        "expiresIn": issued.seconds,
        "kind": link.kind.value,
        "ids": [global_id(_TYPES[link.kind], of) for of in link.ids],
    }
    return Answer(body=msgspec.json.encode(told))


def _gone() -> Refused:
    return Refused(
        404, "This link opens nothing any more. Ask the office for a new one.", code="NOT_FOUND"
    )


def _later() -> Refused:
    return Refused(
        503,
        "Links cannot be opened at the moment. Try again soon.",
        code="UPSTREAM_UNAVAILABLE",
        headers={"retry-after": "30"},
    )
