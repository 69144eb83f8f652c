"""The demo's gateway: the real one, in this process, with settings the sandbox gave."""

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from gateway.demo.failure import DemoFailed
from gateway.demo.folder import POLICY, ledger_url
from gateway.demo.sandbox_process import Credentials
from gateway.paying_settings import ProcessorName
from gateway.serving import Server, configuration
from gateway.settings import Settings

STOP_SECONDS = 2
SITE_URL = "http://localhost:3000"
"""Where a front end in development is usually at, such as that of docs/examples/portal."""


class _Embedded(Server):
    """A server that leaves the signals to the demo it runs in."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


def settings_for(
    credentials: Credentials,
    public_url: str,
    folder: Path | None = None,
    site_url: str = SITE_URL,
) -> Settings:
    """Return the settings of a gateway over this sandbox; cursors are signed anew each time.

    Pages of `site_url` may ask it, and links lead there.

    Its ledger is in memory, and its policy the default one, where no folder of a demo is given.
    """
    database_url = "sqlite+aiosqlite://" if folder is None else ledger_url(folder)
    return Settings(
        servicetitan_api_url=credentials.api_url,
        servicetitan_auth_url=credentials.auth_url,
        servicetitan_tenant_id=credentials.tenant_id,
        servicetitan_client_id=credentials.client_id,
        servicetitan_client_secret=SecretStr(credentials.client_secret),
        servicetitan_app_key=SecretStr(credentials.app_key),
        oidc_issuer=credentials.issuer,
        oidc_audience=credentials.audience,
        webhook_keys=(SecretStr(credentials.webhook_key),),
        staff_oidc_issuer=credentials.staff_issuer,
        staff_oidc_audience=credentials.audience,
        staff_oidc_client_id=credentials.staff_client_id,
        staff_oidc_client_secret=SecretStr(credentials.staff_client_secret),
        database_url=SecretStr(database_url),
        secret_key=SecretStr(token_hex(32)),
        payment_processor=ProcessorName.SANDBOX,
        public_url=public_url,
        allowed_hosts=("localhost", "127.0.0.1"),
        site_url=site_url,
        cors_origins=(site_url,),
        policy_file=None if folder is None else folder / POLICY,
    )


@asynccontextmanager
async def gateway_running(
    app: ASGIApp, listener: socket.socket
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve the app for as long as the block lasts; the task given ends when the gateway does."""
    server = _Embedded(configuration(app, graceful_seconds=STOP_SECONDS))
    task = asyncio.create_task(_serve(server, listener))
    try:
        yield task
    finally:
        server.should_exit = True
        with suppress(DemoFailed):
            await task


async def ready(task: asyncio.Task[None], url: str) -> None:
    """Wait until the gateway says that it is ready; raise DemoFailed when it ends before."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while not task.done():
            with suppress(httpx.TransportError):
                answer = await client.get(f"{url}/health/ready")
                if answer.status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.05)
    await task
    raise DemoFailed("The gateway stopped before it was ready.")


async def _serve(server: Server, listener: socket.socket) -> None:
    try:
        await server.serve(sockets=[listener])
    except SystemExit:
        raise DemoFailed("The gateway did not start: what is above says why.") from None
