"""What an answer is known by: who has it already is spared its bytes (RFC 9110)."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

from msgspec import structs
from starlette.datastructures import Headers

from gateway.http.exchange import Answer
from resolvers.viewer import Viewer

NOT_MODIFIED: Final = 304

_BYTES: Final = 18
_ANY: Final = "*"
_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def unless_had(answer: Answer, media_type: str, viewer: Viewer, headers: Headers) -> Answer:
    """Return a whole answer with its validator, or 304 without a body where the client has it.

    It was made by every rule there is: what is spared is its bytes.
    """
    tag = validator_of(answer.body, media_type, viewer)
    told = {**answer.headers, "etag": tag}
    if is_had(tag, headers.getlist("if-none-match")):
        return Answer(body=b"", status=NOT_MODIFIED, headers=told)
    return structs.replace(answer, headers=told)


def validator_of(body: bytes, media_type: str, viewer: Viewer) -> str:
    """Return the strong `ETag` of these bytes, as this viewer gets them by this media type (8.8.3).

    The same bytes have another for another viewer: what somebody has tells nobody what another has.
    """
    who = repr((viewer.kind, viewer.key, viewer.email, viewer.link, viewer.staff))
    told = hashlib.sha256(f"{media_type}\0{who}\0".encode())
    told.update(body)
    return f'"{urlsafe_b64encode(told.digest()[:_BYTES]).decode()}"'


def is_had(validator: str, if_none_match: Sequence[str]) -> bool:
    """Does the client have this answer, by the `If-None-Match` it sent (13.1.2)?

    A validator counts whether it is called weak or not. `*` is whatever answer there is.
    """
    told = ", ".join(if_none_match)
    return told.strip() == _ANY or validator in _TAG.findall(told)
