"""Sends events to the webhook's address: signed, at least once, tried again when refused."""

import asyncio
import heapq
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import httpx

SIGNATURE = "x-servicetitan-signature"

#: Events waiting beyond this are dropped, oldest first: the sandbox holds no archive.
MOST_WAITING = 10_000


class Event(Protocol):
    """What is told, and by which id a second delivery is known."""

    @property
    def type(self) -> str:
        """What kind of event it is."""

    @property
    def occurrence(self) -> str:
        """The same in each of its deliveries."""

    def delivery(self) -> bytes:
        """Return the body of a delivery."""


@dataclass(slots=True)
class Delivery:
    """One event on its way: how often it was tried and what was answered last."""

    event: Event
    attempts: int = 0
    status: int | None = None


class Webhooks:
    """One background task that sends what is due; it ends when nothing waits."""

    def __init__(
        self,
        url: str | None,
        key: str,
        retries: tuple[float, ...],
        transport: httpx.AsyncBaseTransport | None,
        signature: str = SIGNATURE,
    ) -> None:
        self._url = url
        self._key = key.encode()
        self._retries = retries
        self._transport = transport
        self._signature = signature
        self._order = count()
        self._due: list[tuple[float, int, Delivery]] = []
        self._wake: asyncio.Event | None = None
        self._worker: asyncio.Task[None] | None = None

    def send(self, events: Sequence[Event]) -> None:
        """Send these events, in the background; nothing where no address was given."""
        if self._url is None or not events:
            return
        for event in events:
            self._schedule(Delivery(event), 0.0)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(self._url), name="sandbox-webhooks")

    def waiting(self) -> list[Delivery]:
        """Return what is still to be delivered, or tried again."""
        return [delivery for _, _, delivery in sorted(self._due, key=lambda due: due[:2])]

    def clear(self) -> None:
        """Give up what waits."""
        self._due.clear()
        self._stir()

    async def close(self) -> None:
        """Stop sending; what waits is given up."""
        self.clear()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    def _schedule(self, delivery: Delivery, delay: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), delivery))
        if len(self._due) > MOST_WAITING:
            self._due.remove(min(self._due, key=lambda due: due[1]))
            heapq.heapify(self._due)
        self._stir()

    def _stir(self) -> None:
        if self._wake is not None:
            self._wake.set()

    async def _work(self, url: str) -> None:
        async with httpx.AsyncClient(
            transport=self._transport, timeout=5.0, trust_env=False
        ) as client:
            wake = self._wake = asyncio.Event()
            while self._due:
                at, _, delivery = self._due[0]
                if at > time.monotonic():
                    await _asleep(wake, at - time.monotonic())
                    continue
                heapq.heappop(self._due)
                await self._attempt(client, url, delivery)

    async def _attempt(self, client: httpx.AsyncClient, url: str, delivery: Delivery) -> None:
        body = delivery.event.delivery()
        signature = hmac.new(self._key, body, "sha256").hexdigest()
        headers = {self._signature: signature, "content-type": "application/json"}
        try:
            response = await client.post(url, content=body, headers=headers)
            delivery.status = response.status_code
        except httpx.TransportError:
            delivery.status = None
        delivery.attempts += 1
        taken = delivery.status is not None and 200 <= delivery.status < 300  # noqa: PLR2004  # 2xx
        if not taken and delivery.attempts <= len(self._retries):
            self._schedule(delivery, self._retries[delivery.attempts - 1])


async def _asleep(wake: asyncio.Event, seconds: float) -> None:
    """Wait until then, or until something else is to be sent."""
    wake.clear()
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
