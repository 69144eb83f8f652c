"""All that a tenant's gateways remember in Redis, forgotten at once: by them, too."""

from typing import Final

from redis.asyncio import Redis

from adapters.cache.names import SCHEMA, Names

_SECONDS: Final = 10.0
_AT_ONCE: Final = 500


async def forget_tenant(url: str, tenant: str) -> int:
    """Take every row and list of this tenant out of Redis; return how many there were.

    The state goes first: a gateway that finds another epoch believes nothing it remembers, and
    puts nothing away that it began to read before. Raises what the driver does.
    """
    async with Redis.from_url(url, socket_timeout=_SECONDS) as redis:
        await redis.delete(Names(tenant).state)
        gone = 0
        for pattern in (f"v:{SCHEMA}:{tenant}:*", f"q:{tenant}:*"):
            found = [key async for key in redis.scan_iter(pattern, count=_AT_ONCE)]
            for some in range(0, len(found), _AT_ONCE):
                gone += await redis.unlink(*found[some : some + _AT_ONCE])
        return gone
