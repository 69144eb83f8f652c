"""What a portal answers when it cannot give what was asked.

PortalError             carries the `code` that the client reads in `extensions`
├── NotFound            not yours, or never was: the same answer (R14)
├── Forbidden           known, and not for you
├── Unauthenticated     say first who you are
├── BadInput            ask differently
│   ├── BadCursor       begin the list again
│   └── LimitExceeded   ask for less; `limit` names what was exceeded
├── RateLimited         ask again after `retry_after_ms`
├── ChangesMissed       read again what you show, and listen anew
└── NotReady            ask again soon: the gateway is still reading what it must know
"""

from typing import ClassVar


class PortalError(Exception):
    """An expected refusal: its message may be shown to anybody."""

    code: ClassVar[str] = "INTERNAL"

    @property
    def extensions(self) -> dict[str, object]:
        """The machine-readable part of the error."""
        return {"code": self.code}


class NotFound(PortalError):  # noqa: N818  # the graph's own word for it
    """Not yours, not yet visible, deleted or never existed: nobody can tell which."""

    code = "NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Not found.")


class Forbidden(PortalError):  # noqa: N818  # the graph's own word for it
    """Something only others may do."""

    code = "FORBIDDEN"


class Unauthenticated(PortalError):  # noqa: N818  # the graph's own word for it
    """A request without credentials asked for more than `__typename`."""

    code = "UNAUTHENTICATED"


class BadInput(PortalError):  # noqa: N818  # the graph's own word for it
    """An argument that no answer can be given to."""

    code = "BAD_USER_INPUT"


class BadCursor(BadInput):
    """A cursor that this list did not give to this viewer."""

    code = "BAD_CURSOR"

    def __init__(self) -> None:
        super().__init__("This cursor does not belong to this list. Ask for its first page again.")


class LimitExceeded(BadInput):
    """More than one operation may ask for; `limit` names the limit."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit

    @property
    def extensions(self) -> dict[str, object]:
        """The code, and the limit's name."""
        return {"code": self.code, "limit": self.limit}


class RateLimited(PortalError):  # noqa: N818  # the graph's own word for it
    """Asked too often; `retry_after_ms` says when to ask again."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after_ms: int) -> None:
        super().__init__(message)
        self.retry_after_ms = retry_after_ms

    @property
    def extensions(self) -> dict[str, object]:
        """The code, and for how long to wait."""
        return {"code": self.code, "retryAfterMs": self.retry_after_ms}


class ChangesMissed(PortalError):  # noqa: N818  # what happened, told to the client
    """A listener may not have been told of everything that changed."""

    code = "CHANGES_MISSED"

    def __init__(self) -> None:
        super().__init__("Changes may have been missed. Read again what you show, and listen anew.")


class NotReady(PortalError):  # noqa: N818  # a state, told to the client
    """The directory of people is not read yet, or was not read for too long."""

    code = "UPSTREAM_UNAVAILABLE"
