"""An answer as it is given to the server: its status, its headers and its bytes."""

from dataclasses import dataclass
from typing import Final

from starlette.types import Receive, Scope, Send

from gateway.http.exchange import GRAPHQL_RESPONSE, JSON, Answer, MediaType
from gateway.http.validators import NOT_MODIFIED
from gateway.http.whole import TYPE, parts_of, whole_in

_KINDS: Final = {
    kind: (b"content-type", kind.encode("latin-1")) for kind in (JSON, GRAPHQL_RESPONSE)
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An ASGI application that gives this answer, of this media type."""

    answer: Answer
    kind: MediaType = JSON

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give it; what is not modified has no body, nor tells what it would be."""
        del receive
        answer = self.answer
        told = answer.headers.items() if answer.headers else ()
        headers = [(name.lower().encode("latin-1"), of.encode("latin-1")) for name, of in told]
        if answer.status != NOT_MODIFIED:
            headers.append((b"content-length", b"%d" % len(answer.body)))
            headers.append(_KINDS[self.kind])
        whole = {"type": TYPE, "status": answer.status, "headers": headers, "body": answer.body}
        if whole_in(scope) is not None:
            await send(whole)
            return
        for part in parts_of(whole):
            await send(part)
