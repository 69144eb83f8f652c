"""Tracking links: one call for however many ask, believed for half a minute."""

import asyncio

import pytest

from adapters.cache import tracking_links
from adapters.cache.tracking_links import OnTheWay, TrackingLinks
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import UpstreamError, UpstreamUnavailable
from adapters.servicetitan.tracking import Tracking

ONE, OTHER = OnTheWay(1, 10), OnTheWay(2, 20)


class Upstream:
    """A ServiceTitan that answers when it is let, and counts."""

    def __init__(self) -> None:
        self.asked: list[OnTheWay] = []
        self.told: dict[OnTheWay, str | UpstreamError | None] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.begun = asyncio.Event()

    async def tracking(self, technician: int, appointment: int) -> Tracking:
        """Answer with what is told, else with a link of its own."""
        way = OnTheWay(technician, appointment)
        self.asked.append(way)
        self.begun.set()
        await self.open.wait()
        return Tracking(self.told.get(way, f"https://track.example.com/{technician}"), 1)


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


async def test_each_is_asked_once_and_answered_in_order(upstream: Upstream) -> None:
    links, usage = TrackingLinks(upstream), Usage()
    upstream.told[OTHER] = None
    found = await links.links([OTHER, ONE, OTHER], usage)
    assert found == [None, "https://track.example.com/1", None]
    assert sorted(upstream.asked) == [ONE, OTHER]
    assert usage.calls == 2


async def test_a_link_is_believed_for_thirty_seconds(upstream: Upstream) -> None:
    now = 100.0
    links = TrackingLinks(upstream, clock=lambda: now)
    await links.links([ONE], Usage())
    usage = Usage()
    now = 129.9
    await links.links([ONE], usage)
    assert (len(upstream.asked), usage) == (1, Usage(calls=0, saved=1))
    now = 130.0
    await links.links([ONE], usage)
    assert (len(upstream.asked), usage) == (2, Usage(calls=1, saved=1))


async def test_who_asks_while_it_is_asked_shares_the_call(upstream: Upstream) -> None:
    links, usages = TrackingLinks(upstream), [Usage(), Usage()]
    upstream.open.clear()
    both = asyncio.gather(*(links.links([ONE], usage) for usage in usages))
    await asyncio.sleep(0)
    upstream.open.set()
    assert await both == [["https://track.example.com/1"]] * 2
    assert upstream.asked == [ONE]
    assert sorted(usage.calls for usage in usages) == [0, 1]


async def test_a_failure_is_one_way_s_own_and_not_remembered(upstream: Upstream) -> None:
    links = TrackingLinks(upstream)
    failure = UpstreamUnavailable("ServiceTitan does not answer.")
    upstream.told[ONE] = failure
    assert await links.links([ONE, OTHER], Usage()) == [failure, "https://track.example.com/2"]
    upstream.told.clear()
    assert await links.links([ONE], Usage()) == ["https://track.example.com/1"]


async def test_the_oldest_is_forgotten_where_there_are_too_many(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_links, "MOST", 1)
    links = TrackingLinks(upstream)
    for way in (ONE, OTHER, OTHER, ONE):
        await links.links([way], Usage())
    assert upstream.asked == [ONE, OTHER, ONE]


async def test_when_the_gateway_stops_whoever_waits_is_told(upstream: Upstream) -> None:
    links = TrackingLinks(upstream)
    upstream.open.clear()
    waiting = asyncio.ensure_future(links.links([ONE], Usage()))
    await upstream.begun.wait()
    await links.aclose()
    with pytest.raises(UpstreamUnavailable):
        await waiting
