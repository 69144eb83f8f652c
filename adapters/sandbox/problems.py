"""How ServiceTitan says no: its own error body, and the one of the gateway before it."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

import msgspec

TITLES = {
    400: "One or more validation errors occurred.",
    401: "Unauthorized",
    403: "Scope validation failed",
    404: "Not Found",
    409: "Conflict",
    429: "Too many requests",
    500: "An error occurred while processing your request.",
    501: "Not Implemented",
    503: "Service Unavailable",
}

UNROUTED = {"statusCode": 404, "message": "Unable to match incoming request to an operation."}


class Refused(Exception):  # noqa: N818  # what the caller did was refused; nothing here failed
    """An answer other than 200."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def refused(status: int, title: str) -> Refused:
    """Return a refusal in the form of `ApiErrorResponse`."""
    return Refused(status, problem(status, title))


def invalid(field: str, sentence: str) -> Refused:
    """Return the refusal of one parameter or body field."""
    return Refused(400, problem(400, errors={field: [sentence]}))


def missing(kind: str, number: int) -> Refused:
    """Return the refusal of an id that names nothing."""
    return refused(404, f"{kind} with ID = {number} was not found")


def told(sentence: str) -> Refused:
    """Return a refusal that is a bare sentence, as one operation has it in its specification."""
    return Refused(400, msgspec.json.encode(sentence))


def problem(
    status: int, title: str = "", errors: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """Return the body of an `ApiErrorResponse`: all six keys, as the specifications require."""
    return msgspec.json.encode(
        {
            "type": f"https://httpstatuses.io/{status}",
            "title": title or TITLES.get(status, "Error"),
            "status": status,
            "traceId": uuid4().hex,
            "errors": errors or {},
            "data": {},
        }
    )


def unrouted() -> bytes:
    """Return the body for a path, method or tenant that the gateway in front does not know."""
    return msgspec.json.encode(UNROUTED)
