"""The table from what was raised to what the client is told: a code for each, or a mask.

PortalError                     its own code and message
UpstreamUnavailable             UPSTREAM_UNAVAILABLE
UpstreamBusy                    UPSTREAM_BUSY, with `retryAfterMs`
UpstreamRejected                UPSTREAM_REJECTED
BudgetSpent                     LIMIT_EXCEEDED, of `upstreamCalls`
TimeoutError                    TIMEOUT
GraphQL's own (syntax,
validation, coercion)           BAD_USER_INPUT, or the code the error brings along
anything else                   INTERNAL, masked; its type and place go to the log, no values
"""

from collections.abc import Callable

import structlog
from graphql import GraphQLError, GraphQLFormattedError

from adapters.servicetitan.errors import (
    BudgetSpent,
    UpstreamBusy,
    UpstreamRejected,
    UpstreamUnavailable,
)
from gateway.telemetry import frame_of
from resolvers.errors import PortalError

MASK = "Something went wrong on our side."
TOO_SLOW = "This took too long. Ask again, or ask for less."

_log = structlog.get_logger("graph")


Told = tuple[str, dict[str, object]]


def present(error: GraphQLError, unsaid: Callable[[str], str] = str) -> GraphQLFormattedError:
    """Return the error as the response carries it: message, locations, path, `extensions.code`.

    `unsaid` takes out of a message of GraphQL's own what its reader is not told.
    """
    message, extensions = _told(error, unsaid)
    shown: GraphQLFormattedError = {"message": message, "extensions": extensions}
    if error.locations:
        shown["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        shown["path"] = error.path
    return shown


def _told(error: GraphQLError, unsaid: Callable[[str], str]) -> Told:
    cause = _cause(error)
    # A scalar that refuses a value of the document says so before anything ran: it has no path.
    if cause is None or (isinstance(cause, ValueError) and error.nodes and error.path is None):
        return unsaid(error.message), {"code": "BAD_USER_INPUT", **(error.extensions or {})}
    return _expected(cause) or _masked(cause, error)


def _cause(error: GraphQLError) -> BaseException | None:
    """Return what was raised below GraphQL, however often it was wrapped; None if nothing was."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _expected(cause: BaseException) -> Told | None:
    extensions: dict[str, object]
    match cause:
        case PortalError():
            extensions = cause.extensions
        case UpstreamBusy():
            extensions = {"code": "UPSTREAM_BUSY", "retryAfterMs": cause.retry_after_ms}
        case UpstreamUnavailable():
            extensions = {"code": "UPSTREAM_UNAVAILABLE"}
        case UpstreamRejected():
            extensions = {"code": "UPSTREAM_REJECTED"}
        case BudgetSpent():
            extensions = {"code": "LIMIT_EXCEEDED", "limit": "upstreamCalls"}
        case TimeoutError():
            return TOO_SLOW, {"code": "TIMEOUT"}
        case _:
            return None
    return str(cause), extensions


def _masked(cause: BaseException, error: GraphQLError) -> Told:
    path = ".".join("#" if isinstance(step, int) else step for step in error.path or ())
    _log.error("field failed", error=type(cause).__name__, at=frame_of(cause), path=path)
    return MASK, {"code": "INTERNAL"}
