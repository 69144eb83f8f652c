"""The demo's ServiceTitan: the sandbox as a process of its own, which never outlives the demo."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec

from gateway.demo.failure import DemoFailed

STOP_SECONDS = 3.0
SETTLE_SECONDS = 20
"""How long a bank transfer takes in a demo: long enough to be seen under way."""

Sandbox = asyncio.subprocess.Process


class Credentials(msgspec.Struct, frozen=True, rename="camel"):
    """What the sandbox says opens it (`GET /_sandbox/credentials`)."""

    api_url: str
    auth_url: str
    tenant_id: int
    client_id: str
    client_secret: str
    app_key: str
    issuer: str
    audience: str
    staff_issuer: str
    staff_client_id: str
    staff_client_secret: str
    webhook_key: str


@asynccontextmanager
async def sandbox_process(port: int, gateway_url: str) -> AsyncIterator[Sandbox]:
    """Run a sandbox on this port for as long as the block lasts; its events go to that gateway.

    It has a session of its own, so that Ctrl-C reaches it through the demo alone, and it ends by
    itself when its standard input closes: with a killed demo, too.
    """
    options = {
        "--port": str(port),
        "--webhook-url": f"{gateway_url}/webhooks/servicetitan",
        "--payment-webhook-url": f"{gateway_url}/webhooks/sandbox-processor",
        "--settle-seconds": str(SETTLE_SECONDS),
    }
    told = (word for option in options.items() for word in option)
    command = ("-m", "gateway", "sandbox", "serve", *told, "--while-stdin-open")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        await _stop(process)


async def credentials(process: Sandbox, url: str) -> Credentials:
    """Wait until the sandbox answers, and return what opens it; raise DemoFailed."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while process.returncode is None:
            with suppress(httpx.TransportError):
                answer = await client.get(f"{url}/_sandbox/credentials")
                return msgspec.json.decode(answer.content, type=Credentials)
            await asyncio.sleep(0.05)
    raise DemoFailed(f"The sandbox stopped with exit code {process.returncode}.")


async def _stop(process: Sandbox) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
