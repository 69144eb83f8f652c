"""How Redis is spoken to: once, with little patience, and by nobody who waits for the disk."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


def impatient(url: str, seconds: float, **options: Any) -> Redis:  # noqa: ANN401  # of the driver
    """Return a client that waits so long for a connection or an answer, and asks nothing twice.

    What to do without an answer is for each of its users to say. Nothing is opened yet.
    """
    return Redis.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # to find out its own version, the library waits for the disk
        **options,
    )
