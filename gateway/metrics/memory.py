"""What the cache tells: what it answered, how old that was, and what it would not believe."""

from adapters.cache.counts import Counts
from adapters.servicetitan.catalog import RESOURCES
from gateway.metrics.families import Family, counter, summary

_MODULES = {resource.name: resource.path.partition("/")[0] for resource in RESOURCES}


def memory(counts: Counts) -> list[Family]:
    """Return what was counted of questions and answers."""
    answered = [
        (_labels(kind), count, counts.age_seconds[kind])
        for kind, count in sorted(counts.answered.items())
    ]
    asked = [(_labels(kind), count) for kind, count in sorted(counts.asked.items())]
    return [
        summary(
            "cache_answer_age_seconds",
            "Questions answered from memory by kind of record, and how old the answers were.",
            answered,
        ),
        counter(
            "cache_misses", "Questions that memory could not answer, by kind of record.", asked
        ),
        *(counter(name, told, getattr(counts, of)) for of, (name, told) in _SINGLE.items()),
    ]


_SINGLE = {
    "stale": ("cache_stale_answers", "Questions answered past their fresh age."),
    "lasting": ("cache_lasting_answers", "Old answers given because ServiceTitan failed."),
    "refreshes": ("cache_refreshes", "Readings begun behind an answer."),
    "refused": ("cache_fills_refused", "Parts of fills forgotten while they were fetched."),
    "spoiled": ("cache_values_spoiled", "Values of Redis that could not be believed."),
    "oversize": ("cache_values_oversize", "Values too large to be put into Redis."),
    "failures": ("cache_redis_failures", "Times that Redis did not answer."),
}


def _labels(kind: str) -> dict[str, str]:
    return {"kind": kind, "module": _MODULES.get(kind, "")}
