"""The console as a member of staff uses it in a browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.async_api import Locator, Page, Request, expect

from gateway.console.built import find_built

if TYPE_CHECKING:
    from tests.browser.conftest import Demo, Watched

NOT_BUILT: Final = "The console is not built. Build it with npm, Node 20 or later: make console."
# Before any script of the page: whatever its policy refuses, and whatever moves by itself.
WATCH: Final = """
window.refused = [];
document.addEventListener('securitypolicyviolation', event =>
  refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
window.shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
KEPT: Final = "JSON.stringify({...localStorage})"
WRITE: Final = """text => __MONACO.editor.getModels()
  .find(model => model.uri.path.endsWith('operation.graphql')).setValue(text)"""


@dataclass(frozen=True, slots=True)
class Console:
    """An open console: what its page shows, and what it asks the graph."""

    page: Page
    asked: list[Request]

    @property
    def editor(self) -> Locator:
        """Where an operation is written."""
        return self.page.get_by_role("region", name="Operation Editor").locator(".monaco-editor")

    @property
    def lines(self) -> Locator:
        """What is written there, line by line."""
        return self.editor.locator(".view-line")

    @property
    def run_button(self) -> Locator:
        """What runs the operation, and stops it."""
        return self.page.locator(".graphiql-execute-button")

    @property
    def cost(self) -> Locator:
        """What stands beside an answer."""
        return self.page.get_by_role("region", name="What the answer cost")

    @property
    def shown(self) -> Locator:
        """The answer as it is shown; of a long one its beginning."""
        return self.page.locator(".graphiql-response .view-lines")

    async def write(self, text: str) -> None:
        """Replace the operation by this one; typed, the editor would close brackets of its own."""
        await self.page.evaluate(WRITE, text)
        await self.editor.click()

    @property
    def tabs(self) -> Locator:
        """The operations that are open."""
        return self.page.locator(".graphiql-tab")

    async def kept(self, text: str) -> None:
        """Wait until this browser keeps a text like this."""
        async with asyncio.timeout(30):
            while text not in await self.page.evaluate(KEPT):  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.05)

    async def choose(self, title: str) -> None:
        """Take a ready query."""
        await self.page.get_by_role("region", name="Screens").get_by_text(title, exact=True).click()

    async def run(self) -> Any:  # noqa: ANN401  # JSON
        """Run what stands in the editor; return the answer."""
        async with self.page.expect_response("**/graphql") as answered:
            await self.run_button.click()
        return await (await answered.value).json()

    async def look_as(self, email: str) -> None:
        """Look through these eyes from now on."""
        await self.page.get_by_label("View as").fill(email)
        await self.page.get_by_role("button", name="Look").click()
        await expect(self.banner).to_contain_text(f"You see what {email} sees")

    @property
    def banner(self) -> Locator:
        """Through whose eyes it looks."""
        return self.page.get_by_role("status")

    def headers(self) -> list[str | None]:
        """Return the X-View-As of every operation until now, the schema's apart."""
        operations = [one for one in self.asked if "IntrospectionQuery" not in str(one.post_data)]
        return [one.headers.get("x-view-as") for one in operations]


async def open_console(
    watched: "Watched", demo: "Demo", staff: str = "staff@example.com"
) -> Console:
    """Sign in on the way to the console, and wait until it can be used."""
    if find_built() is None:
        pytest.skip(NOT_BUILT)
    page, asked = watched.page, list[Request]()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.add_init_script(WATCH)
    page.on("request", lambda one: asked.append(one) if one.url.endswith("/graphql") else None)
    await page.goto(f"{demo.url}/graphiql")
    await page.get_by_role("button", name=staff, exact=True).click()
    console = Console(page, asked)
    await expect(page).to_have_url(f"{demo.url}/graphiql")
    await expect(console.editor).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("button", name="Explain")).to_be_visible()
    return console


@asynccontextmanager
async def nothing_refused(
    console: Console, watched: "Watched", demo: "Demo"
) -> AsyncIterator[None]:
    """Hold the page to its own origin and policy for as long as the block lasts."""
    yield
    assert await console.page.evaluate("refused") == []
    assert watched.complaints == []
    assert watched.origins == {demo.url, demo.sandbox_url}
