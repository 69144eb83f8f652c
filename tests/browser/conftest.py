"""A real demo in processes of its own, and Debian's Chromium in front of it."""

import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.browser.example import BUILT, NOT_BUILT, Example, point_at, serving

CHROMIUM = Path("/usr/bin/chromium")
HAS_CHROMIUM = CHROMIUM.exists()
HOW = "Chromium is not at /usr/bin/chromium. Install it: apt-get install chromium."
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo's two parts are."""

    url: str
    sandbox_url: str


@contextmanager
def running_demo(*options: str) -> Iterator[Demo]:
    """Run a demo until its page says where it is; stop it in the end."""
    ports = ("--port", "0", "--sandbox-port", "0")
    command = (sys.executable, "-m", "gateway", "demo", *ports, *options)
    with Popen(command, stdout=PIPE, stderr=DEVNULL, text=True, start_new_session=True) as process:  # noqa: S603  # the words above and no others
        assert process.stdout is not None
        page = ""
        try:
            for line in process.stdout:
                page += line
                if "Ctrl-C stops both." in line:
                    break
            assert "Ctrl-C stops both." in page, f"the demo ended: {page}"
            found = re.findall(r"(http://127\.0\.0\.1:\d+)/(?:graphql|_sandbox/people)", page)
            yield Demo(*found[:2])
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """Run one demo for all."""
    with running_demo() as demo:
        yield demo


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Start Chromium; skip, by name, where there is none."""
    if not HAS_CHROMIUM:
        pytest.skip(HOW)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Watched:
    """A page, what its console complained of, and every origin it asked anything of."""

    page: Page
    complaints: list[str]
    origins: set[str]


@pytest.fixture
async def watched(chromium: Browser) -> Watched:
    """Open an empty page in a profile of its own."""
    page = await (await chromium.new_context()).new_page()
    watched = Watched(page, [], set())

    def heard(told: ConsoleMessage) -> None:
        if told.type == "error":
            watched.complaints.append(f"{told.location['url']}: {told.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda asked: watched.origins.add("/".join(asked.url.split("/")[:3])))
    return watched


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Demo]]:
    """Serve the example, and run a demo that knows where it is."""
    if not BUILT.exists():
        pytest.skip(NOT_BUILT)
    folder = tmp_path_factory.mktemp("example")
    with serving(folder) as url, running_demo("--site-url", url) as demo:
        point_at(folder, demo)
        yield url, demo


@pytest.fixture
async def example(served: tuple[str, Demo], watched: Watched) -> AsyncIterator[Example]:
    """Open a browser; whatever a test does, nobody else is asked, and nothing complained of."""
    url, demo = served
    await watched.page.set_viewport_size({"width": 1000, "height": 900})
    opened = Example(watched.page, url, demo, watched.complaints)
    yield opened
    await opened.sandbox("DELETE", "/_sandbox/faults")
    assert watched.complaints == []
    assert watched.origins <= {url, demo.url, demo.sandbox_url}
