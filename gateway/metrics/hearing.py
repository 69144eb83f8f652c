"""What hearing of changes tells: events, feeds, and the directory of people."""

from datetime import datetime

from adapters.changes.counts import EventCounts, FeedCounts
from adapters.changes.follower import Follower
from adapters.directory.freshness import Freshness
from adapters.directory.mirror import Mirror
from gateway.metrics.families import Family, by, counter, gauge

_EVENTS = {
    "received": ("webhook_events_received", "Events that were believed."),
    "known": ("webhook_events_known", "Events that had come before."),
    "altered": ("webhook_events_altered", "Events that had come before and said something else."),
    "unheard_of": ("webhook_events_undocumented", "Events of a type that is not documented."),
    "odd": ("webhook_ids_unreadable", "Ids in events that could not be read."),
    "applied": ("webhook_events_applied", "Events that are done with."),
    "failures": ("webhook_failures", "Times that events could not be applied."),
    "given_up": ("webhook_events_given_up", "Events that could never be applied."),
}
_FEEDS = {
    "pages": ("feed_pages", "Pages read, by feed."),
    "changes": ("feed_changes", "Rows that were told of, by feed."),
    "unreadable": ("feed_rows_unreadable", "Rows that could not be read, by feed."),
    "failures": ("feed_failures", "Readings that failed, by feed."),
    "refused": ("feed_tokens_refused", "Tokens that ServiceTitan did not accept, by feed."),
}


def events(counts: EventCounts) -> list[Family]:
    """Return what became of the events that were sent to this process."""
    return [
        *(counter(name, told, getattr(counts, of)) for of, (name, told) in _EVENTS.items()),
        counter(
            "webhook_events_refused",
            "Deliveries that were not believed or not kept, by the reason.",
            by("reason", counts.refused),
        ),
    ]


def feeds(follower: Follower, now: datetime) -> list[Family]:
    """Return how new the feeds are, as the process that follows them sees it."""
    counts = follower.counts
    return [
        gauge(
            "feeds_followed",
            "1 where this process follows the feeds of changes.",
            int(follower.is_leading),
        ),
        gauge(
            "feed_lag_seconds",
            "For how long a change may have been made and not told, by feed; of who follows.",
            by("feed", _lags(counts, now) if follower.is_leading else {}),
        ),
        *(
            counter(name, told, by("feed", {feed: getattr(c, of) for feed, c in counts.items()}))
            for of, (name, told) in _FEEDS.items()
        ),
    ]


def directory(mirror: Mirror, freshness: Freshness, now: datetime) -> list[Family]:
    """Return how old the directory of people is, and whether anybody is let in by it."""
    read_at = freshness.read_at
    return [
        gauge(
            "directory_age_seconds",
            "How long ago every feed of the directory was last read to its end.",
            None if read_at is None else (now - read_at).total_seconds(),
        ),
        gauge(
            "directory_ready",
            "1 where the directory is young enough to let people in.",
            int(freshness.probe() is None),
        ),
        counter("directory_readings", "Times that this process read the feeds.", mirror.readings),
        counter("directory_rows_unreadable", "Rows that could not be read.", mirror.unreadable),
    ]


def _lags(counts: dict[str, FeedCounts], now: datetime) -> dict[str, float]:
    lags = {feed: of.lag(now) for feed, of in counts.items()}
    return {feed: lag for feed, lag in lags.items() if lag is not None}
