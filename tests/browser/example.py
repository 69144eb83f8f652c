"""The example front end as somebody uses it in a browser."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Final

import httpx
from playwright.async_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Demo

FOLDER: Final = Path(__file__).parents[2] / "docs" / "examples" / "portal"
BUILT: Final = FOLDER / "built"
PAT: Final = "pat@example.com"
SECONDS: Final = 30_000
"""For how many milliseconds a page is waited for that waits for something itself."""

NOT_BUILT: Final = "The example is not built. Build it with npm, Node 20 or later: make example."


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a build's copy by the example's own server; give its address."""
    shutil.copytree(BUILT, folder, dirs_exist_ok=True)
    command = ("node", str(FOLDER / "serve.mjs"), str(folder))
    node = shutil.which("node")
    assert node is not None
    with Popen(command, executable=node, env={"PORT": "0"}, stdout=PIPE, text=True) as process:  # noqa: S603  # the words above and no others
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def point_at(folder: Path, demo: "Demo") -> None:
    """Tell a served copy where this demo is."""
    told = {"gateway": demo.url, "issuer": f"{demo.sandbox_url}/idp", "clientId": "example"}
    (folder / "config.json").write_text(json.dumps(told), "utf-8")


@dataclass(frozen=True, slots=True)
class Example:
    """An open page of the example, where its parts are, and what its console complained of."""

    page: Page
    url: str
    demo: "Demo"
    complaints: list[str]

    async def sign_in(self, email: str) -> None:
        """Come in as this person, by the provider's page."""
        await self.page.goto(self.url)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.get_by_role("button", name=email, exact=True).click()
        await expect(self.page.get_by_text(email)).to_be_visible()

    async def go_to(self, screen: str) -> None:
        """Open a screen."""
        await self.page.get_by_role("link", name=screen, exact=True).click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(screen)

    @property
    def rows(self) -> Locator:
        """What is listed."""
        return self.page.locator(".row")

    def row(self, text: str) -> Locator:
        """Return the row with this text."""
        return self.rows.filter(has_text=text)

    async def pay(self, invoice: str, by: str) -> None:
        """Choose by what to pay this invoice."""
        await self.page.get_by_role("button", name=f"Pay invoice {invoice}").click()
        await self.page.get_by_label(by, exact=True).check()

    async def sandbox(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask the sandbox's control plane."""
        async with httpx.AsyncClient(base_url=self.demo.sandbox_url, trust_env=False) as client:
            return (await client.request(method, path, json=body)).raise_for_status()
