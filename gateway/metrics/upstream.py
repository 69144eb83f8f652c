"""What the way to ServiceTitan tells: calls, turns, pace, breakers, and rows that were odd."""

from collections import Counter
from collections.abc import Mapping

from adapters.servicetitan.breakers import BreakerState
from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.counters import Counters
from adapters.servicetitan.pacing import Allowance
from adapters.servicetitan.priority import Priority
from gateway.metrics.families import Family, by, counter, gauge

MOST_ODDITIES = 200
"""How many fields that could not be read are told apart; the rest are told as OTHER."""


def upstream(servicetitan: ServiceTitan, allowance: Allowance, now: float) -> list[Family]:
    """Return what was counted of calls; `now` is the event loop's own time."""
    counters = servicetitan.counters
    calls = [
        ({"module": module, "outcome": outcome}, count)
        for (module, outcome), count in counters.calls.items()
    ]
    return [
        counter(
            "upstream_calls", "Calls to ServiceTitan by module and status, or what befell.", calls
        ),
        counter("upstream_retries", "Calls that were further attempts.", counters.retries),
        counter(
            "upstream_retries_refused",
            "Further attempts that would have been more than a tenth of the calls.",
            counters.not_retried,
        ),
        counter(
            "upstream_calls_kept_out",
            "Calls that an open breaker let nobody make, by module.",
            by("module", counters.kept_out),
        ),
        _breakers(servicetitan.breakers()),
        *_turns(counters, servicetitan.waiting()),
        *_pace(servicetitan, counters, allowance, now),
        counter(
            "upstream_fields_unreadable",
            "Fields of ServiceTitan's rows that could not be read and were left out.",
            by("field", _bounded(servicetitan.oddities)),
        ),
    ]


def _breakers(states: Mapping[str, BreakerState]) -> Family:
    told = [
        ({"module": module, "state": state.name.lower()}, float(state is now))
        for module, now in sorted(states.items())
        for state in BreakerState
    ]
    return gauge("upstream_breaker", "1 for the state that a module's breaker is in.", told)


def _turns(counters: Counters, waiting: Mapping[Priority, int]) -> list[Family]:
    return [
        counter(
            "upstream_turns", "Turns that were given, by priority.", _by_priority(counters.turns)
        ),
        counter(
            "upstream_turns_refused",
            "Questions sent away because no turn would have come in time, by priority.",
            _by_priority(counters.refused),
        ),
        counter("upstream_turn_wait_seconds", "How long turns were waited for.", counters.waited),
        gauge(
            "upstream_waiting",
            "Questions that wait for a turn, by priority.",
            _by_priority(dict.fromkeys(Priority, 0) | dict(waiting)),
        ),
    ]


def _pace(
    servicetitan: ServiceTitan, counters: Counters, allowance: Allowance, now: float
) -> list[Family]:
    return [
        gauge(
            "upstream_calls_last_second",
            "Turns given within the last second, by this process.",
            counters.used(now),
        ),
        gauge(
            "upstream_calls_allowed_per_second",
            "Calls a second that all processes together may make.",
            allowance.rate,
        ),
        gauge(
            "upstream_pause_seconds",
            "For how long ServiceTitan will not be asked, because it had enough.",
            servicetitan.paused(),
        ),
    ]


def _by_priority(told: Mapping[Priority, int]) -> list[tuple[dict[str, str], float]]:
    return [({"priority": of.name.lower()}, count) for of, count in sorted(told.items())]


def _bounded(told: Counter[str]) -> Mapping[str, float]:
    if len(told) <= MOST_ODDITIES:
        return told
    first = dict(told.most_common(MOST_ODDITIES))
    return first | {"OTHER": told.total() - sum(first.values())}
