"""nginx by docker/nginx.conf, addresses and folders replaced, in front of two gateways."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.bench.sandbox import Sandbox
from tests.fleet.running import ENVIRONMENT, Running, credentials_of
from tests.own_redis import HOST, ended

CONF = Path(__file__).parents[2] / "docker" / "nginx.conf"
HOW = "There is no nginx to start (Debian: apt install nginx-light)."
START_SECONDS = 60.0
"""A program is read, and people are: on a busy machine both take their time."""
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def conf_for(folder: Path, port: int, gateways: Sequence[int]) -> str:
    """Return the repository's configuration with these ports, each put in where its own stood."""
    text = CONF.read_text("utf-8")
    replaced = {
        "listen 8080;": f"listen {HOST}:{port};",
        "server 172.30.80.11:8000 ": f"server {HOST}:{gateways[0]} ",
        "server 172.30.80.12:8000 ": f"server {HOST}:{gateways[1]} ",
    }
    for old, new in replaced.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.replace(" /tmp/nginx", f" {folder}/nginx")


@asynccontextmanager
async def nginx_running(folder: Path, port: int, gateways: Sequence[int]) -> AsyncIterator[str]:
    """Run nginx until the block ends; give its address."""
    assert NGINX is not None
    conf = folder / "nginx.conf"
    conf.write_text(conf_for(folder, port, gateways), "utf-8")
    command = ("-c", str(conf), "-p", str(folder), "-e", "stderr", "-g", "daemon off;")
    process = await asyncio.create_subprocess_exec(NGINX, *command, stdout=DEVNULL)
    try:
        async with asyncio.timeout(10):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection(HOST, port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield f"http://{HOST}:{port}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await process.wait()
        await ended(process)


@asynccontextmanager
async def gateway_running(
    told: Mapping[str, str], port: int, *more: str, program: Sequence[str] = ("-m", "gateway")
) -> AsyncIterator[Running]:
    """Run a gateway on this port until it ends or the block does; it may not be ready yet."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *program, "serve", "--port", str(port), *more),
        stderr=PIPE,
        env={**os.environ, **ENVIRONMENT, **told},
    )
    running = Running(process, f"http://{HOST}:{port}")
    running.listening = asyncio.create_task(running.listen())
    try:
        await running.until(lambda: bool(running.told("serving")), START_SECONDS)
        yield running
    finally:
        await ended(process)
        await running.is_gone()


async def settings_over(sandbox: Sandbox, url: str) -> dict[str, str]:
    """Return the environment of a gateway over this sandbox; `url` is what the world asks."""
    return await credentials_of(sandbox) | {
        "PORTAL_PAYMENT_PROCESSOR": "sandbox",
        "PORTAL_PUBLIC_URL": url,
        "PORTAL_TRUSTED_PROXIES": HOST,
    }


async def ready(gateway: Running) -> None:
    """Wait until a gateway lets people in; its probe needs no name of ours."""
    headers = {"host": "10.0.0.7:8000"}
    async with (
        httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client,
        asyncio.timeout(START_SECONDS),
    ):
        while not (await client.get("/health/ready", headers=headers)).is_success:  # noqa: ASYNC110  # a probe asks again
            await asyncio.sleep(0.05)
