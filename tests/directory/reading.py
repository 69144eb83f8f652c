"""A process that reads the feeds once and ends."""

from collections.abc import Callable
from datetime import UTC, datetime

from adapters.directory.freshness import Freshness
from adapters.directory.mirror import Mirror
from adapters.ledger.ledger import Ledger
from tests.directory.fake_feeds import FakeFeeds

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)


def mirror_of(
    feeds: FakeFeeds, ledger: Ledger, now: Callable[[], datetime] = lambda: NOON
) -> Mirror:
    """Return what keeps the directory in this ledger, at this moment."""
    return Mirror(feeds, ledger, Freshness(lambda: 60), now=now)


async def read_once(feeds: FakeFeeds, ledger: Ledger, at: datetime = NOON) -> Mirror:
    """Read the feeds on from their marks; however that ends, leave them to the next."""
    mirror = mirror_of(feeds, ledger, lambda: at)
    try:
        await mirror.read()
    finally:
        await mirror.let_go()
    return mirror
