"""What came of a stream, as figures."""

from collections.abc import Sequence

from tests.bench.results import Crowd
from tests.bench.wishes import Heard, Stream

_MILLI = 1000
_SENT_AWAY = (429, 503)


def is_good(status: int) -> bool:
    """Is this the answer to what was asked?"""
    return 200 <= status < 300


def fared(name: str, stream: Stream, heard: Heard) -> Crowd:
    """Return the figures of one stream."""
    pairs = list(zip(heard.status, heard.took, strict=True))
    good = sorted(took for status, took in pairs if is_good(status))
    away = sorted(took for status, took in pairs if status in _SENT_AWAY)
    asked, seconds = len(pairs) + heard.lost + heard.unanswered, stream.ends - stream.begins
    away = away[: heard.hints] if heard.hints < len(away) else away
    return Crowd(
        name=name,
        seconds=seconds,
        per_second=asked / seconds,
        answered=len(good),
        p50=within(good, 0.5),
        p95=within(good, 0.95),
        p99=within(good, 0.99),
        sent_away=len(away),
        away_p50=within(away, 0.5),
        away_p99=within(away, 0.99),
        failed=asked - len(good) - len(away),
        late_p99=within(sorted(heard.late), 0.99),
    )


def within(ordered: Sequence[int], share: float) -> float:
    """Return the milliseconds within which this share of times in µs was; 0 where there is none."""
    if not ordered:
        return 0.0
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] / _MILLI
