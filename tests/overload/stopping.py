"""One gateway as a process over a sandbox that can be slow: for stopping it in the middle."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.bench.sandbox import Sandbox, sandbox_running
from tests.fleet.front import gateway_running, ready
from tests.fleet.running import Running, credentials_of
from tests.fleet.test_killed import INVOICE, PAT, PAY, POLICY
from tests.limitless import UNBOUNDED_TEXT
from tests.payments.test_killed import asked

NEVER_FINE = ("never retrieved", "was destroyed", "never awaited", "Traceback")


@dataclass(slots=True)
class Stage:
    """A sandbox, and gateways over it one after the other, which share a ledger."""

    sandbox: Sandbox
    told: dict[str, str]
    ledger: Path
    token: str

    @asynccontextmanager
    async def gateway(self, prepared: str = "") -> AsyncIterator[Running]:
        """Run one, ready to let people in; `prepared` is Python that its process runs before."""
        program = ("-c", f"{prepared}\nimport gateway.cli\ngateway.cli.app()")
        async with gateway_running(self.told, 0, program=program) as gateway:
            (line,) = gateway.told("serving")
            gateway.url = f"http://{line['host']}:{line['port']}"
            await ready(gateway)
            await self.sandbox.forget_calls()
            yield gateway

    async def ask(self, gateway: Running, query: str, **variables: object) -> httpx.Response:
        """Ask as Pat, over a connection of its own."""
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=60) as door:
            body = {"query": query, "variables": variables}
            return await door.post("/graphql", json=body, headers=headers)

    async def pay(self, gateway: Running) -> Any:  # noqa: ANN401  # JSON
        """Pay 100.00 of the 436.50 that Pat owes; return the answer."""
        wish = {
            "idempotencyKey": "key 1",
            "invoiceIds": [INVOICE],
            "expectedTotal": "436.50",
            "amount": "100.00",
            "source": {"processorToken": "sandbox_card_visa"},
        }
        return (await self.ask(gateway, PAY, input=wish)).json()

    async def slow(self, path: str, method: str, ms: int, *, after: bool = False) -> None:
        """Let the next call there take so long, before or after it is done."""
        fault = {"path": path, "method": method, "latencyMs": ms, "after": after}
        (await self.sandbox.control.post("/_sandbox/faults", json=fault)).raise_for_status()

    async def moved(self) -> list[tuple[str, str]]:
        """Return the money that moved at the processor."""
        told = (await self.sandbox.control.get("/_sandbox/processor/movements")).json()
        return [(each["kind"], each["amount"]) for each in told["movements"]]

    async def called(self, path: str, method: str = "GET") -> int:
        """Return how often ServiceTitan was asked there since the gateway was ready."""
        return sum(
            call["path"].endswith(path) and call["method"] == method
            for call in await self.sandbox.made_calls()
        )

    async def state(self) -> str | None:
        """Return the state of the one payment; None where there is none."""
        rows = await asyncio.to_thread(asked, self.ledger, "SELECT state FROM payment_attempts")
        return rows[0][0] if rows else None

    async def until_state(self, state: str | None) -> None:
        """Wait until the payment stands there."""
        async with asyncio.timeout(45):
            while await self.state() != state:  # noqa: ASYNC110  # another process tells nobody
                await asyncio.sleep(0.02)


@asynccontextmanager
async def stage(folder: Path, policy: str = "") -> AsyncIterator[Stage]:
    """Set one up: a policy that takes payments, and a ledger in a file."""
    file, ledger = folder / "policy.toml", folder / "ledger.db"
    file.write_text(POLICY + "[feeds]\nevery_seconds = 3600\n" + policy + UNBOUNDED_TEXT)
    async with sandbox_running(5) as sandbox:
        told = await credentials_of(sandbox) | {
            "PORTAL_DATABASE_URL": f"sqlite+aiosqlite:///{ledger}",
            "PORTAL_POLICY_FILE": str(file),
            "PORTAL_PAYMENT_PROCESSOR": "sandbox",
            "PORTAL_METRICS_ADDRESS": "off",
        }
        yield Stage(sandbox, told, ledger, await sandbox.token(PAT))


async def ends(gateway: Running, seconds: float = 30) -> None:
    """Ask it to end, and see that it does, in order and without a word beside its log."""
    gateway.signal(signal.SIGTERM)
    async with asyncio.timeout(seconds):
        assert await gateway.process.wait() == 0
    await gateway.is_gone()
    assert gateway.said == []
    told = [line for line in gateway.lines if any(word in str(line) for word in NEVER_FINE)]
    assert told == []
