"""`X-View-As`: a member of staff looks through a customer's eyes."""

import re
from dataclasses import replace

from starlette.datastructures import Headers

from gateway.identity.emails import as_email
from gateway.identity.errors import BadRequestHeader, NotAllowed
from gateway.identity.people import digest
from resolvers.viewer import Viewer, ViewerKind

HEADER = "X-View-As"

# One address alone: two that a proxy joined, or a name beside one, are none.
_ALONE = re.compile(r"""[^@\s,;<>"']+@[^@\s,;<>"']+""")


def looking(viewer: Viewer, headers: Headers) -> Viewer:
    """Return the viewer, or the customer through whose eyes this member of staff looks.

    Raises NotAllowed where anybody but staff sends the header, and BadRequestHeader where it names
    nobody.
    """
    given = headers.getlist(HEADER)
    if not given:
        return viewer
    if viewer.staff is None or viewer.kind is not ViewerKind.STAFF:
        raise NotAllowed(f"{HEADER} is for staff.", f"{HEADER} by {viewer.kind.value}")
    if len(given) > 1:
        raise BadRequestHeader(f"Send {HEADER} once.")
    email = _email(given[0])
    key = digest("view-as", viewer.staff.key, email)
    return replace(viewer, kind=ViewerKind.CUSTOMER, key=key, email=email)


def _email(text: str) -> str:
    """Return the email; headers come as Latin-1, and an email may be written in UTF-8."""
    try:
        email = as_email(text.encode("latin-1").decode())
    except UnicodeDecodeError:
        email = None
    if email is None or _ALONE.fullmatch(email) is None:
        raise BadRequestHeader(f"{HEADER} must be one email.")
    return email
