"""The endpoints behind signed addresses: PDFs and calendar entries, opened without signing in."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from adapters.documents.calendar import VisitEntry, ics
from adapters.documents.papers import AnyPaper, kind_of
from adapters.documents.press import NotPrinted, Press
from adapters.servicetitan.errors import UpstreamError
from gateway.http.gone import UnlessGone
from gateway.security import What, tell
from gateway.telemetry import request_id
from resolvers.beginning import begin
from resolvers.context import Context
from resolvers.documents import paper, stationery_for
from resolvers.doors import Doors
from resolvers.errors import NotFound, NotReady, PortalError
from resolvers.signed_addresses import Target, TargetKind
from resolvers.viewer import Viewer
from resolvers.visit_entries import visit_entry

DOCUMENT_SECONDS = 15.0
"""How long one document may take, from the first right that is read to its last byte."""

_GONE: Final = "This address has ended. Open the document again from your portal.\n"
_LATER: Final = "This document cannot be made at the moment. Try again in a minute.\n"
_PASSIVE: Final = {"content-security-policy": "default-src 'none'", "cache-control": "no-store"}
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


class DocumentEndpoints:
    """Opens an address, reads the record again as its viewer may see it now, and prints it.

    Unknown, tampered, expired and no longer theirs is one answer: 404. What takes too long is
    ended, and is to be asked for again: 503. Nothing is made for who has left. `domain` stands in
    the keys of calendar entries.
    """

    def __init__(
        self, doors: Doors, press: Press, now: Callable[[], datetime], domain: str
    ) -> None:
        self._doors = doors
        self._press = press
        self._now = now
        self._domain = domain

    async def document(self, request: Request) -> Response:
        """Answer with a PDF."""
        return await self._answer(request, self._pdf)

    async def calendar(self, request: Request) -> Response:
        """Answer with a calendar entry."""
        return await self._answer(request, self._ics)

    async def _answer(
        self, request: Request, make: Callable[[Context, Target], Awaitable[Response]]
    ) -> Response:
        opened = self._doors.documents.open(request.path_params["token"], self._now())
        if opened is None:
            tell(What.LINK, "an address that is sealed otherwise, or over")
            return _sentence(404, _GONE)
        try:
            with UnlessGone(request.receive):
                async with asyncio.timeout(DOCUMENT_SECONDS):
                    return await self._made(*opened, make)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody hears it
        except (UpstreamError, NotReady, NotPrinted, TimeoutError):
            return _sentence(503, _LATER, {"retry-after": "60"})
        except PortalError:
            return _sentence(404, _GONE)

    async def _made(
        self,
        target: Target,
        viewer: Viewer,
        make: Callable[[Context, Target], Awaitable[Response]],
    ) -> Response:
        told = f"{target.kind.value} {target.id}"
        context = await begin(viewer, self._now(), self._doors, request_id(), told)
        try:
            return await make(context, target)
        finally:
            context.end()

    async def _pdf(self, context: Context, target: Target) -> Response:
        made: AnyPaper = await paper(context, target)
        stationery = stationery_for(made, context.policy.documents)
        pdf = await self._press.pdf(made, stationery)
        name = f"{kind_of(made).value.capitalize()}-{_UNSAFE.sub('-', made.number)[:40]}.pdf"
        return _file(pdf, "application/pdf", f'inline; filename="{name}"')

    async def _ics(self, context: Context, target: Target) -> Response:
        if target.kind is not TargetKind.VISIT:
            raise NotFound
        entry: VisitEntry = await visit_entry(context, target.id)
        # It reads the file of a time zone.
        told = await asyncio.to_thread(ics, entry, context.now, self._domain)
        return _file(told, "text/calendar; charset=utf-8", 'attachment; filename="visit.ics"')


def _file(body: bytes, media_type: str, disposition: str) -> Response:
    headers = _PASSIVE | {"content-disposition": disposition, "content-type": media_type}
    return Response(body, headers=headers)


def _sentence(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(sentence, status, _PASSIVE | (headers or {}))
