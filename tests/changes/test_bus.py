"""Who listens hears what was applied, in order, or that something was lost."""

import asyncio

from adapters.changes.bus import Change, Changes, Gap
from adapters.servicetitan.invoices import INVOICES
from tests.changes.telling import NOON


def changes(*ids: int) -> list[Change]:
    return [Change(INVOICES, of, NOON) for of in ids]


async def test_each_listener_hears_each_change_in_order() -> None:
    bus = Changes()
    bus.publish(changes(1))  # nobody listens yet
    with bus.subscribe() as one, bus.subscribe() as other:
        bus.publish(changes(2, 3))
        heard = [await listener.next() for listener in (one, one, other, other)]
        assert heard == changes(2, 3, 2, 3)
    assert len(bus) == 0


async def test_a_listener_waits_for_the_next_change() -> None:
    bus = Changes()
    with bus.subscribe() as listener:
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        bus.publish(changes(4))
        assert await waiting == changes(4)[0]
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()


async def test_who_is_slow_loses_the_oldest_and_is_told() -> None:
    bus = Changes(most_unheard=3)
    with bus.subscribe() as slow:
        bus.publish(changes(1, 2, 3))
        assert await slow.next() == changes(1)[0]
        bus.publish(changes(4, 5, 6))
        heard = [await slow.next() for _ in range(4)]
        assert heard == [Gap(lost=2), *changes(4, 5, 6)]
        bus.publish(changes(7))
        assert await slow.next() == changes(7)[0]


async def test_one_slow_listener_costs_the_others_nothing() -> None:
    bus = Changes(most_unheard=2)
    with bus.subscribe() as slow, bus.subscribe() as quick:
        for of in range(1, 6):
            bus.publish(changes(of))
            assert await quick.next() == changes(of)[0]
        assert await slow.next() == Gap(lost=3)
