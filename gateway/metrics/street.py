"""What the street side tells: requests, operations, connections, and who tries doors."""

from collections import Counter

from gateway.counts import BUCKETS, StreetCounts
from gateway.guesses import Guesses
from gateway.http.connections import Connections
from gateway.http.links import PATH as LINKS
from gateway.log_fields import DROPPED
from gateway.metrics.families import Family, by, counter, gauge, histogram

SIGNED_IN = "/auth/callback"

_EXCHANGES = {200: "given", 404: "refused", 429: "paced"}
_SIGN_INS = {303: "signed_in", 400: "refused", 403: "refused", 429: "paced"}


def street(counts: StreetCounts, guesses: Guesses, connections: Connections) -> list[Family]:
    """Return what was counted at the door."""
    requests = [
        ({"route": route, "status": str(status)}, count)
        for (route, status), count in counts.requests.items()
    ]
    return [
        counter("http_requests", "HTTP requests by place and status.", requests),
        _operations(counts),
        counter(
            "documents",
            "Documents that all but staff asked for, by how they are known.",
            by("known", counts.documents),
        ),
        counter("operation_errors", "Errors in answers by their code.", by("code", counts.errors)),
        histogram(
            "operation_duration_seconds",
            "How long queries and mutations took.",
            BUCKETS,
            [({"kind": kind}, of.buckets, of.total) for kind, of in counts.durations.items()],
        ),
        counter("operation_upstream_calls", "Calls made for operations.", counts.calls),
        counter(
            "operation_upstream_calls_saved",
            "Questions of operations that were answered without a call of their own.",
            counts.saved,
        ),
        *_lasting(counts, connections),
        *_doors(counts, guesses),
        counter(
            "log_fields_dropped",
            "Fields left out of the log because no line may carry them.",
            DROPPED.count,
        ),
    ]


def _operations(counts: StreetCounts) -> Family:
    ended = [
        ({"kind": kind, "outcome": outcome}, count)
        for (kind, outcome), count in counts.operations.items()
    ]
    return counter("operations", "Operations by what they were and how they ended.", ended)


def _lasting(counts: StreetCounts, connections: Connections) -> list[Family]:
    return [
        gauge("subscriptions_open", "Subscriptions that run now.", counts.subscriptions),
        gauge("connections_open", "WebSockets and event streams that are open.", len(connections)),
        counter(
            "websockets_closed",
            "WebSockets that ended, by the code that closed them.",
            by("code", {str(code): count for code, count in counts.websockets.items()}),
        ),
    ]


def _doors(counts: StreetCounts, guesses: Guesses) -> list[Family]:
    return [
        counter(
            "security_events",
            "What was refused or tried, by what it was; the log says more.",
            by("what", counts.security),
        ),
        counter(
            "link_exchanges",
            "Secrets of direct links that were shown, by what became of them.",
            by("outcome", _at(counts, LINKS, _EXCHANGES)),
        ),
        counter(
            "sign_ins",
            "Sign-ins of staff that came back from the provider, by how they ended.",
            by("outcome", _at(counts, SIGNED_IN, _SIGN_INS)),
        ),
        counter(
            "records_not_found",
            "Records asked for by id that were not found, by the kind of viewer.",
            by("viewer", counts.not_found),
        ),
        gauge(
            "viewers_guessing",
            "Viewers who did not find thirty records or more within ten minutes.",
            guesses.guessing(),
        ),
        gauge(
            "records_not_found_most",
            "How many records one viewer did not find within ten minutes, at most.",
            guesses.most(),
        ),
    ]


def _at(counts: StreetCounts, place: str, words: dict[int, str]) -> Counter[str]:
    """How did requests to this place end, each in a word?"""
    told: Counter[str] = Counter()
    for (route, status), count in counts.requests.items():
        if route == place:
            told[words.get(status, "failed")] += count
    return told
