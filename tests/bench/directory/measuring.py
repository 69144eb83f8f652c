"""The directory in one database: built, asked, kept current, started again."""

import random
import resource
import sys
import time
from collections.abc import Awaitable, Callable

from adapters.directory.freshness import Freshness
from adapters.directory.mirror import Mirror
from adapters.directory.people import People
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.client import connect
from adapters.servicetitan.connection import Connection
from tests.bench.directory.feed import PAGE, Feeds, Town, email_of, moved
from tests.bench.results import Directory

_CONNECTION = Connection(
    api_url="http://127.0.0.1",
    auth_url="http://127.0.0.1",
    tenant_id=1,
    client_id="bench",
    client_secret="bench",  # nobody's
    app_key="bench",
)
_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


async def measure(name: str, url: str, town: Town, lookups: int) -> Directory:
    """Return the figures of a directory of this town in the empty database at this address."""
    ledger, feeds = Ledger(url), Feeds(town)
    await ledger.open()
    mirror = _mirror(feeds, ledger)
    before = _most_memory()
    build = await _seconds(mirror.read)
    growth = _most_memory() - before
    people, emails = People(ledger), _emails(town, lookups)
    cold, warm = await _lookups(people, emails), await _lookups(people, emails)
    feeds.changed = [moved(town, of) for of in range(PAGE)]
    page = await _seconds(mirror.read)
    await mirror.let_go()
    await ledger.aclose()
    restart = await _seconds(lambda: _restart(url, feeds))
    return Directory(
        name=name,
        rows=town.rows,
        contacts=town.contacts,
        build_seconds=build,
        growth_mb=growth,
        cold_p50=_at(cold, 0.5),
        cold_p99=_at(cold, 0.99),
        warm_p50=_at(warm, 0.5),
        warm_p99=_at(warm, 0.99),
        page_ms=page * 1000,
        restart_ms=restart * 1000,
    )


def _mirror(feeds: Feeds, ledger: Ledger) -> Mirror:
    client = connect(_CONNECTION, transport=feeds)
    return Mirror(client, ledger, Freshness(lambda: 60))


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB


def _emails(town: Town, count: int) -> list[str]:
    chosen = random.Random(1)  # noqa: S311  # the same ones every time
    return [email_of(town, of) for of in chosen.sample(range(PAGE, town.customer_contacts), count)]


async def _lookups(people: People, emails: list[str]) -> list[float]:
    """Return the sorted milliseconds of looking each of these up."""
    took = []
    for email in emails:
        began = time.perf_counter()
        standing = await people.standing(email)
        took.append((time.perf_counter() - began) * 1000)
        assert len(standing.customers) == 1
    return sorted(took)


async def _restart(url: str, feeds: Feeds) -> None:
    """Open the database, look somebody up, and read the feeds on."""
    ledger = Ledger(url)
    await ledger.open()
    assert (await People(ledger).standing("moved-1@homes.example")).customers
    await _mirror(feeds, ledger).read()
    await ledger.aclose()


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _at(took: list[float], share: float) -> float:
    return took[min(int(len(took) * share), len(took) - 1)]
