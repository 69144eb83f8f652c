"""The demo from its first port to its last goodbye."""

import asyncio
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import uvloop
from rich.console import Console

from gateway.app import create_app
from gateway.choices import Choices
from gateway.console.built import find_built
from gateway.demo.embedded import gateway_running, ready, settings_for
from gateway.demo.environment import write_environment
from gateway.demo.failure import DemoFailed
from gateway.demo.folder import demo_folder
from gateway.demo.greeting import Guest, greet
from gateway.demo.sandbox_process import Sandbox, credentials, sandbox_process
from gateway.http.console import CONSOLE
from gateway.policy import read_policy
from gateway.serving import listen, port_of

HOST = "127.0.0.1"
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo is made of; `command` is how this program is called from a shell.

    `policy` is a policy file's text; `visits` is a file of agreement visits, as the office imports
    them; `site_url` is where a front end is, if there is one.
    """

    port: int
    sandbox_port: int
    policy: str
    guests: Sequence[Guest]
    command: str
    visits: str
    site_url: str


def run_demo(demo: Demo, console: Console) -> None:
    """Run until Ctrl-C or SIGTERM; raise PortTaken, or DemoFailed when a part does not stand."""
    with listen(HOST, demo.port) as listener:
        with listen(HOST, demo.sandbox_port, "--sandbox-port") as probe:
            sandbox_port = port_of(probe)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_told(demo, listener, sandbox_port, console))


async def _until_told(
    demo: Demo, listener: socket.socket, sandbox_port: int, console: Console
) -> None:
    """Run the parts in a task that the signals cancel, so that each part ends as it must."""
    parts = asyncio.create_task(_parts(demo, listener, sandbox_port, console))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, parts.cancel)
    try:
        await parts
    except asyncio.CancelledError:
        console.print("Stopped.", style="dim")
    except TimeoutError:
        raise DemoFailed("The demo did not start in time.") from None


async def _parts(demo: Demo, listener: socket.socket, sandbox_port: int, console: Console) -> None:
    url, sandbox_url = f"http://{HOST}:{port_of(listener)}", f"http://{HOST}:{sandbox_port}"
    async with (
        sandbox_process(sandbox_port, url) as sandbox,
        demo_folder(demo.visits, demo.policy) as folder,
    ):
        with console.status("Starting the sandbox …"):
            async with asyncio.timeout(START_SECONDS):
                given = await credentials(sandbox, sandbox_url)
        settings = settings_for(given, url, folder, demo.site_url)
        environment = write_environment(folder, settings)
        policy = await asyncio.to_thread(read_policy, settings.policy_file)
        app = create_app(settings, Choices(policy, settings.policy_file), tells_cost=True)
        async with gateway_running(app, listener) as gateway:
            with console.status("Starting the gateway …"):
                async with asyncio.timeout(START_SECONDS):
                    await ready(gateway, url)
            greet(
                console,
                graph_url=f"{url}/graphql",
                sandbox_url=sandbox_url,
                staff_url=f"{url}/auth/login" if find_built() is None else f"{url}{CONSOLE}",
                environment=environment,
                guests=demo.guests,
                command=demo.command,
            )
            await _first_to_end(sandbox, gateway)


async def _first_to_end(sandbox: Sandbox, gateway: asyncio.Task[None]) -> None:
    """Wait for ever; raise DemoFailed when one of the two ends by itself."""
    sandbox_end = asyncio.create_task(sandbox.wait())
    try:
        await asyncio.wait({sandbox_end, gateway}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sandbox_end.cancel()
    if gateway.done():
        await gateway
    raise DemoFailed("The gateway stopped." if gateway.done() else "The sandbox stopped.")
