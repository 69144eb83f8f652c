"""The link to follow a technician on the way to a visit."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from adapters.servicetitan.calls import Calls
from adapters.servicetitan.decoding import UNDECODABLE
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import QuestionRefused, UpstreamError, UpstreamRejected

TRACKING_PATH = "dispatch/v2/tenant/{tenant}/technician-tracking"
_SUBJECT = "tracking links"
_LONGEST = 2048


class _Told(msgspec.Struct, frozen=True):
    """Source: TechnicianTrackingResponse (dispatch)."""

    url: str | None = msgspec.field(default=None, name="technicianTrackingUrl")


@dataclass(frozen=True, slots=True)
class Tracking:
    """`url` is an https address, None where there is no link, or why nobody knows.

    Whoever holds it sees where the technician is. `calls` is how many HTTP calls it took, every
    attempt counted, tokens not.
    """

    url: str | UpstreamError | None
    calls: int


async def track(calls: Calls, technician: int, appointment: int, errand: Errand) -> Tracking:
    """Ask for the link. Raises no `UpstreamError`.

    That ServiceTitan refuses this technician with this visit (400) says that there is no link.
    Source: GET /dispatch/v2/tenant/{tenant}/technician-tracking.
    """
    params = {"technicianId": str(technician), "appointmentId": str(appointment)}
    url: str | UpstreamError | None
    try:
        url = _link(await calls.read(_SUBJECT, TRACKING_PATH, params, errand))
    except QuestionRefused:
        url = None
    except UpstreamError as error:
        url = error
    return Tracking(url, errand.calls)


def _link(body: bytes) -> str | None:
    try:
        told = msgspec.json.decode(body, type=_Told).url
    except UNDECODABLE:
        raise _unusable() from None
    url = (told or "").strip()
    if url and not _may_be_opened(url):
        raise _unusable()
    return url or None


def _may_be_opened(url: str) -> bool:
    """Is this an https address that a browser reads as we do?"""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or {*" \\"} & {*url}:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def _unusable() -> UpstreamRejected:
    return UpstreamRejected(f"ServiceTitan's answer for {_SUBJECT} is not one we can use.")
