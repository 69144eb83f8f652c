"""Refusals before the graph is asked: each with its status, its code and a sentence."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

import msgspec

from gateway.http.exchange import Answer

NO_MORE: Final[Mapping[str, object]] = MappingProxyType({})


class Refused(Exception):  # noqa: N818  # a decision, told to the client
    """A request that will not be executed; the message may be shown to anybody."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "BAD_USER_INPUT",
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.extensions = extensions or {}

    def answer(self) -> Answer:
        """Return the JSON error that says it."""
        return Answer(
            body=errors_body(str(self), self.code, self.extensions),
            status=self.status,
            headers=self.headers,
        )


def errors_body(message: str, code: str, more: Mapping[str, object] = NO_MORE) -> bytes:
    """Return a GraphQL response that has one error and no data; `more` stands beside its code."""
    extensions = {"code": code, **more}
    return msgspec.json.encode({"errors": [{"message": message, "extensions": extensions}]})


def too_often(wait_ms: int) -> Refused:
    """Somebody asked as much as they may, and may again after so many milliseconds."""
    return Refused(
        429,
        "You have asked a lot in a short time. Ask again a little later.",
        code="RATE_LIMITED",
        headers={"retry-after": str(ceil(wait_ms / 1000))},
        extensions={"retryAfterMs": wait_ms},
    )


def too_many_at_once(most: int) -> Refused:
    """Somebody has as much under way as they may."""
    return Refused(
        429,
        f"You have {most} questions open. Wait until one of them is answered.",
        code="RATE_LIMITED",
        headers={"retry-after": "1"},
        extensions={"retryAfterMs": 1000},
    )


def overloaded(wait_ms: int) -> Refused:
    """More is asked at the moment than can be answered; nobody in particular asks too much."""
    return Refused(
        503,
        "Too many are asking at the moment. Ask again a little later.",
        code="RATE_LIMITED",
        headers={"retry-after": str(ceil(wait_ms / 1000))},
        extensions={"retryAfterMs": wait_ms},
    )


def bad_request(message: str) -> Refused:
    """Ask differently."""
    return Refused(400, message)


def unauthenticated(clearing: str | None = None) -> Refused:
    """Credentials that do not verify (RFC 6750, 3.1); why is in the log alone.

    `clearing` is a Set-Cookie that takes away the cookie which did not.
    """
    cookie = {} if clearing is None else {"set-cookie": clearing}
    return Refused(
        401,
        "Your sign-in is not valid here, or it has ended. Sign in again.",
        code="UNAUTHENTICATED",
        headers={"www-authenticate": 'Bearer error="invalid_token"'} | cookie,
    )


def forbidden(message: str) -> Refused:
    """Somebody else may ask that, or may ask it in another way."""
    return Refused(403, message, code="FORBIDDEN")


def unverifiable() -> Refused:
    """Nobody can be verified at the moment."""
    return Refused(
        503,
        "Sign-in cannot be verified at the moment. Try again soon.",
        code="UPSTREAM_UNAVAILABLE",
        headers={"retry-after": "30"},
    )


def broken() -> Refused:
    """Something failed that nobody foresaw."""
    return Refused(500, "Something went wrong on our side.", code="INTERNAL")


def restarting() -> Refused:
    """What was begun could not be ended before this process had to."""
    return Refused(
        503,
        "The gateway is being restarted. Ask again.",
        code="UPSTREAM_UNAVAILABLE",
        headers={"retry-after": "1", "connection": "close"},
    )
