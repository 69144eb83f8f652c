"""What a status other than 200 means to whoever asked, and whether to ask again."""

from math import ceil

from adapters.servicetitan.errors import (
    QuestionRefused,
    UpstreamBusy,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnavailable,
    WriteRefused,
    WriteUnknown,
)
from adapters.servicetitan.retries import Transient

UNAUTHORIZED = 401
_FORBIDDEN = 403
BUSY = 429
_BROKEN = 500
_REFUSES_VALUES = frozenset({400, 404, 409})
_PASSING = frozenset({500, 502, 503, 504})
_REDIRECTS = range(300, 400)

A_SECOND = 1.0
"""The limit is counted in calls a second, so a second is what to wait when none is told."""


def refusal(subject: str, status: int, pause: float | None) -> Exception:
    """Choose what to raise for this status.

    `pause` is what `Retry-After` told, in seconds. Gives a `Transient` where another attempt may
    help, an `UpstreamError` where it will not.
    """
    if status == BUSY:
        return Transient(busy(subject, A_SECOND if pause is None else pause), pause)
    if status >= _BROKEN:
        broken = UpstreamUnavailable(f"ServiceTitan failed to give its {subject}. Try again later.")
        return Transient(broken, pause) if status in _PASSING else broken
    if status in _REFUSES_VALUES:
        return QuestionRefused(f"ServiceTitan refused our question for {subject} ({status}).")
    return UpstreamRejected(_for_good(subject, status))


def not_done(subject: str, status: int, pause: float | None) -> UpstreamError:
    """Choose what to raise where this answered something that ServiceTitan was told to do.

    A limit (429) and a refused token (401) come before anything is done, and may pass; after a
    failure of its own (5xx) nobody knows; every other answer is a refusal.
    """
    if status == BUSY:
        return busy(subject, A_SECOND if pause is None else pause)
    if status == UNAUTHORIZED:
        return UpstreamUnavailable(_for_good(subject, status))
    if status >= _BROKEN:
        return unknown(subject)
    return WriteRefused(f"ServiceTitan refused {subject} ({status}).", status)


def unknown(subject: str) -> WriteUnknown:
    """Say that this may have been done."""
    return WriteUnknown(f"ServiceTitan did not say whether {subject} was done.")


def busy(subject: str, seconds: float) -> UpstreamBusy:
    """Say that this cannot be asked for so long."""
    message = f"ServiceTitan is too busy to give its {subject}. Try again later."
    return UpstreamBusy(message, ceil(seconds * 1000))


def _for_good(subject: str, status: int) -> str:
    if status == UNAUTHORIZED:
        return (
            f"ServiceTitan does not accept our token for {subject}: "
            "check the application key and the tenant."
        )
    if status == _FORBIDDEN:
        return (
            f"ServiceTitan does not let us read {subject}: "
            "give the application its scope, and have the tenant accept the new version."
        )
    if status in _REDIRECTS:
        return (
            f"ServiceTitan sent us elsewhere for {subject}, and we do not follow: "
            "check the API address."
        )
    return f"ServiceTitan refused our question for {subject} ({status})."
