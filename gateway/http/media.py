"""Media types: which a body must have, and which an answer gets (GraphQL over HTTP, section 4)."""

from collections.abc import Sequence

from gateway.http.exchange import EVENTS, GRAPHQL_RESPONSE, JSON, MediaType
from gateway.http.refusals import Refused

# By how closely a range of `Accept` names a type; the closest range decides (RFC 9110, 12.5.1).
_EXACT, _FAMILY, _ANYTHING, _NONE = 3, 2, 1, 0


def require_json(content_types: Sequence[str]) -> None:
    """Raise Refused (415) unless there is one content type, JSON in UTF-8 (HT-1, HT-2)."""
    if len(content_types) == 1:
        kind, *parameters = [part.strip().lower() for part in content_types[0].split(";")]
        if kind == JSON and set(parameters) <= {"charset=utf-8", 'charset="utf-8"'}:
            return
    raise Refused(415, "Send the request as application/json in UTF-8.")


def negotiated(accepts: Sequence[str]) -> MediaType:
    """Return the type to answer with; raise Refused (406) when neither of ours is accepted.

    A client that names both alike, or neither, gets the newer one only where it named it itself.
    """
    ranges = [_range(part) for accept in accepts for part in accept.split(",") if part.strip()]
    if not ranges:
        return JSON
    offers: tuple[MediaType, MediaType] = (JSON, GRAPHQL_RESPONSE)
    (quality, _, _), best = max((_rank(offer, ranges), offer) for offer in offers)
    if quality == 0:
        raise Refused(406, f"Accept {JSON} or {GRAPHQL_RESPONSE}.")
    return best


def wants_events(accepts: Sequence[str], *, is_subscription: bool) -> bool:
    """Is an event stream what the client wants for this answer?

    For a subscription it is wherever it is named, for anything else where no JSON is wanted as
    much. `*/*` is not asking for one.
    """
    ranges = [_range(part) for accept in accepts for part in accept.split(",") if part.strip()]
    wanted = max((quality for kind, quality in ranges if kind == EVENTS), default=0.0)
    json = max(_rank(JSON, ranges)[0], _rank(GRAPHQL_RESPONSE, ranges)[0]) if ranges else 1.0
    return wanted > 0 and (is_subscription or wanted > json)


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
