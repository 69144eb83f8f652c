"""The demo as a person meets it: one command, a page, a curl that answers, an end without noise."""

import asyncio
import os
import re
import shlex
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import httpx
import pytest

COMMAND = ("-m", "gateway", "demo", "--port", "0", "--sandbox-port", "0")


class Running:
    """A demo that has said where it is."""

    def __init__(self, process: Process, page: str) -> None:
        self.process = process
        self.page = page
        self.url, self.sandbox_url = re.findall(
            r"(http://127\.0\.0\.1:\d+)/(?:graphql|_sandbox/people)", page
        )[:2]

    def curl(self) -> str:
        """Return the command it prints, as a shell is given it."""
        start = self.page.index("curl -s")
        return self.page[start : self.page.index("Ctrl-C")].strip()


@pytest.fixture
async def demo() -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *COMMAND, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    assert process.stdout is not None
    page = ""
    async with asyncio.timeout(25):
        while "Ctrl-C stops both." not in page:
            line = await process.stdout.readline()
            assert line, (await process.communicate())[1].decode()
            page += line.decode()
    yield Running(process, page)
    if process.returncode is None:
        process.kill()
        await process.wait()


async def ended(running: Running) -> tuple[int | None, str, str]:
    async with asyncio.timeout(8):
        out, err = await running.process.communicate()
    return running.process.returncode, out.decode(), err.decode()


async def is_gone(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(60):
            try:
                await client.get(url)
            except httpx.TransportError:
                return True
            await asyncio.sleep(0.05)
    return False


async def test_its_curl_answers_and_ctrl_c_ends_both(demo: Running) -> None:
    shell = await asyncio.create_subprocess_shell(demo.curl(), stdout=PIPE)
    answer, _ = await shell.communicate()
    data = httpx.Response(200, content=answer).json()["data"]
    assert data["viewer"]["email"] == "pat@example.com"
    assert data["viewer"]["invoices"]["totalCount"] > 0
    demo.process.send_signal(signal.SIGINT)
    assert await ended(demo) == (0, "Stopped.\n", "")
    assert await is_gone(demo.url)
    assert await is_gone(demo.sandbox_url)


async def test_sigterm_ends_both_with_exit_code_0(demo: Running) -> None:
    demo.process.terminate()
    assert await ended(demo) == (0, "Stopped.\n", "")
    assert await is_gone(demo.sandbox_url)


async def test_a_killed_demo_leaves_no_sandbox(demo: Running) -> None:
    demo.process.kill()
    await ended(demo)
    assert await is_gone(demo.sandbox_url)


async def test_a_sandbox_that_dies_ends_the_demo_with_a_sentence(demo: Running) -> None:
    (child,) = await children(demo.process.pid)
    os.kill(child, signal.SIGKILL)
    assert await ended(demo) == (1, "", "The sandbox stopped.\n")
    assert await is_gone(demo.url)


async def children(pid: int) -> list[int]:
    command = shlex.join(("ps", "-o", "pid=", "--ppid", str(pid)))
    shell = await asyncio.create_subprocess_shell(command, stdout=PIPE)
    out, _ = await shell.communicate()
    return [int(word) for word in out.split()]
