"""Media types: which a body must have, and which an answer gets (GraphQL over HTTP, section 4)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from gateway.http.exchange import EVENTS, GRAPHQL_RESPONSE, JSON, MediaType
from gateway.http.refusals import Refused

# By how closely a range of `Accept` names a type; the closest range decides (RFC 9110, 12.5.1).
_EXACT, _FAMILY, _ANYTHING, _NONE = 3, 2, 1, 0

_REMEMBERED: Final = 256
_LONGEST: Final = 512
"""What is longer than any browser sends is read each time, so that memory is bounded."""


class Accepted(NamedTuple):
    """What a client takes: the type of ours it likes best, None where it takes neither.

    `events` tells how much it wants a stream of them: for what lasts, and for anything else.
    """

    json: MediaType | None
    lasting_events: bool
    events: bool

    def media_type(self) -> MediaType:
        """Return the type to answer with; raise Refused (406) when neither of ours is accepted."""
        if self.json is None:
            raise Refused(406, f"Accept {JSON} or {GRAPHQL_RESPONSE}.")
        return self.json


def require_json(content_types: Sequence[str]) -> None:
    """Raise Refused (415) unless there is one content type, JSON in UTF-8 (HT-1, HT-2)."""
    if content_types == [JSON]:
        return
    if len(content_types) == 1:
        kind, *parameters = [part.strip().lower() for part in content_types[0].split(";")]
        if kind == JSON and set(parameters) <= {"charset=utf-8", 'charset="utf-8"'}:
            return
    raise Refused(415, "Send the request as application/json in UTF-8.")


def accepted(accepts: Sequence[str]) -> Accepted:
    """Return what a client takes that sent these headers `Accept`."""
    told = ",".join(accepts)
    return _remembered(told) if len(told) <= _LONGEST else _accepted(told)


@lru_cache(_REMEMBERED)
def _remembered(accept: str) -> Accepted:
    return _accepted(accept)


def _accepted(accept: str) -> Accepted:
    """Which type of ours is liked best, and how much is a stream of events wanted?

    A client that names both alike, or neither, gets the newer one only where it named it itself.
    For a subscription a stream is told wherever it is named, for anything else where no JSON is
    wanted as much. `*/*` is not asking for one.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return Accepted(JSON, lasting_events=False, events=False)
    offers: tuple[MediaType, MediaType] = (JSON, GRAPHQL_RESPONSE)
    ranks = {offer: _rank(offer, ranges) for offer in offers}
    best = max(offers, key=lambda offer: (ranks[offer], offer))
    wanted = max((quality for kind, quality in ranges if kind == EVENTS), default=0.0)
    json = max(quality for quality, _, _ in ranks.values())
    liked = best if ranks[best][0] else None
    return Accepted(liked, lasting_events=wanted > 0, events=wanted > max(json, 0.0))


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = [piece.strip().lower() for piece in part.split(";")]
    for parameter in parameters:
        if parameter.startswith("q="):
            return kind, _number(parameter[2:])
    return kind, 1.0


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _rank(offer: MediaType, ranges: Sequence[tuple[str, float]]) -> tuple[float, int, bool]:
    closeness, quality = max((_closeness(offer, kind), quality) for kind, quality in ranges)
    newer_where_named = (offer == GRAPHQL_RESPONSE) is (closeness == _EXACT)
    return (quality if closeness else 0.0), closeness, newer_where_named


def _closeness(offer: str, kind: str) -> int:
    if kind == offer:
        return _EXACT
    if kind == "application/*":
        return _FAMILY
    return _ANYTHING if kind == "*/*" else _NONE
