"""Asking the ledger's database, and the Redis that workers share, whether they answer."""

from redis.exceptions import RedisError
from sqlalchemy import text

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.redis_clients import impatient
from gateway.checks.finding import Finding
from gateway.settings import Settings

REDIS_SECONDS = 3.0


async def check_stores(settings: Settings) -> list[Finding]:
    """Return how the ledger answers and, where there is one, Redis; neither is changed."""
    findings = [await _ledger(settings.database_url.get_secret_value())]
    if settings.redis_url is not None:
        findings.append(await _redis(settings.redis_url.get_secret_value()))
    return findings


async def _ledger(url: str) -> Finding:
    ledger = Ledger(url)
    try:
        await ledger.read(lambda connection: connection.execute(text("SELECT 1")))
    except LedgerUnavailable:
        return Finding("Ledger", f"{ledger.trouble()} Is it there, and may this user write to it?")
    finally:
        await ledger.aclose()
    return Finding("Ledger")


async def _redis(url: str) -> Finding:
    client = impatient(url, REDIS_SECONDS)
    try:
        await client.get("portal-gateway:check")
    except (RedisError, OSError) as error:
        kind = type(error).__name__
        return Finding("Redis", f"Redis (PORTAL_REDIS_URL) does not answer: {kind}.")
    finally:
        await client.aclose()
    return Finding("Redis")
