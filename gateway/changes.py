"""What hears of changes, put together from settings: the webhook, its worker, the feeds."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import Route

from adapters.cache.records import Records
from adapters.changes.applying import Applier
from adapters.changes.bus import Changes
from adapters.changes.elsewhere import Elsewhere
from adapters.changes.follower import Feeds, Follower
from adapters.changes.worker import EventWorker
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import SeenEvents
from gateway.http.webhooks import ServiceTitanWebhooks
from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Hearing:
    """The endpoint and what stands behind it; `bus` tells this process what was applied.

    Here, or in another worker, where there is a Redis to hear of it by (`elsewhere`).

    `worker.counts` and `follower.counts` say how it goes.
    """

    routes: Sequence[Route]
    bus: Changes
    worker: EventWorker
    follower: Follower
    elsewhere: Elsewhere | None = None

    def works(self, every_seconds: Callable[[], float]) -> tuple[Coroutine[Any, Any, None], ...]:
        """Return what runs beside requests."""
        works = self.worker.run(), self.follower.run(every_seconds)
        return works if self.elsewhere is None else (*works, self.elsewhere.run())


def hear_changes(settings: Settings, ledger: Ledger, records: Records, feeds: Feeds) -> Hearing:
    """Return what keeps these records as new as ServiceTitan's events and feeds let it."""
    bus = Changes()
    applier = Applier(records, bus)
    worker = EventWorker(SeenEvents(ledger), applier)
    keys = [key.get_secret_value().encode() for key in settings.webhook_keys]
    endpoint = ServiceTitanWebhooks(
        worker, keys, settings.webhook_signature_header, settings.servicetitan_tenant_id
    )
    route = Route("/webhooks/servicetitan", endpoint.receive, methods=["POST"])
    follower = Follower(feeds, ledger, applier)
    return Hearing((route,), bus, worker, follower, _elsewhere(settings, bus))


def _elsewhere(settings: Settings, bus: Changes) -> Elsewhere | None:
    """Tell and hear other workers where there may be any."""
    if settings.redis_url is None:
        return None
    url = settings.redis_url.get_secret_value()
    return Elsewhere(bus, url, str(settings.servicetitan_tenant_id))
