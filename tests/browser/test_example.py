"""The example front end against a demo, in a real browser."""

import asyncio
import json
import re
from pathlib import Path
from subprocess import DEVNULL

from playwright.async_api import Route, expect

from tests.browser.example import FOLDER, PAT, SECONDS, Example

COMMAND = re.compile(r"^curl .*$", re.MULTILINE)


async def test_the_screens(example: Example, tmp_path: Path) -> None:
    await example.sign_in(PAT)
    await expect(example.row("Cooling Tune-Up")).to_be_visible()
    await example.page.screenshot(path=tmp_path / "tasks.png", full_page=True)
    await example.go_to("Invoices")
    await expect(example.rows).to_have_count(5)
    await example.page.screenshot(path=tmp_path / "invoices.png", full_page=True)
    await example.go_to("Jobs")
    await expect(example.row("Cooling Tune-Up")).to_contain_text("Marcus Bell")
    await example.page.emulate_media(color_scheme="dark")
    await example.page.screenshot(path=tmp_path / "jobs.png", full_page=True)


async def test_a_list_grows_at_its_end(example: Example) -> None:
    await example.sign_in(PAT)
    await example.go_to("Invoices")
    await expect(example.rows).to_have_count(5)
    await example.page.get_by_role("button", name="Show more").click()
    await expect(example.rows).to_have_count(7)
    await expect(example.page.get_by_role("button", name="Show more")).to_have_count(0)
    texts = await example.rows.locator("strong").all_inner_texts()
    assert len(set(texts)) == 7


async def test_without_billing_access_there_is_nothing_of_money(example: Example) -> None:
    await example.sign_in("riley@example.com")
    await expect(example.page.get_by_role("heading", name="Visits to come")).to_be_visible()
    await expect(example.page.get_by_role("heading", name="To pay")).to_have_count(0)
    await example.go_to("Invoices")
    await expect(example.page.get_by_text("There are no invoices to see.")).to_be_visible()


async def test_what_changes_is_shown_while_it_does(example: Example) -> None:
    await example.sign_in(PAT)
    await example.go_to("Jobs")
    await expect(example.row("EV Charger Installation")).to_contain_text("Wei Zhang")
    command = COMMAND.findall((FOLDER / "README.md").read_text("utf-8"))[-1]
    here = command.replace("http://127.0.0.1:8010", example.demo.sandbox_url)
    shell = await asyncio.create_subprocess_shell(here, stdout=DEVNULL)
    assert await shell.wait() == 0
    await expect(example.row("EV Charger Installation")).to_have_count(0, timeout=SECONDS)
    await expect(example.page.get_by_role("button", name="On hold")).to_have_text("On hold 2")


async def test_a_code_that_was_not_asked_for_is_not_taken(example: Example) -> None:
    asked = list[str]()
    example.page.on("request", lambda one: asked.append(one.url))
    await example.page.goto(example.url)
    await example.page.get_by_role("button", name="Sign in").click()
    await example.page.get_by_role("button", name=PAT, exact=True).wait_for()
    await example.page.goto(f"{example.url}/signed-in?code=theirs&state=theirs")
    await expect(example.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert [url for url in asked if url.endswith("/token")] == []


async def test_a_reload_stays_signed_in(example: Example) -> None:
    await example.sign_in(PAT)
    await example.go_to("Invoices")
    kept = await example.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    assert json.loads(kept) == {"signed-in-as": PAT}
    await example.page.reload()
    await expect(example.rows).to_have_count(5)
    await example.page.get_by_role("button", name="Sign out").click()
    await expect(example.page.get_by_role("button", name="Sign in")).to_be_visible()
    await example.page.reload()
    await expect(example.page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_a_token_that_has_ended_asks_for_another(example: Example) -> None:
    await example.sign_in(PAT)
    ended = {"errors": [{"message": "Sign in.", "extensions": {"code": "UNAUTHENTICATED"}}]}
    await example.page.route("**/graphql", lambda route: route.fulfill(json=ended))
    await example.page.get_by_role("link", name="Jobs").click()
    await expect(example.page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_later_is_asked_again_by_itself(example: Example) -> None:
    asked = list[str]()
    busy = {
        "data": {"viewer": {"invoices": None}},
        "errors": [
            {
                "message": "Come again.",
                "path": ["viewer", "invoices"],
                "extensions": {"code": "UPSTREAM_BUSY", "retryAfterMs": 20},
            }
        ],
    }

    async def once(route: Route) -> None:
        if "query Invoices" not in str(route.request.post_data):
            return await route.continue_()
        asked.append("invoices")
        return await (route.fulfill(json=busy) if len(asked) == 1 else route.continue_())

    await example.sign_in(PAT)
    await example.page.route("**/graphql", once)
    await example.go_to("Invoices")
    await expect(example.rows).to_have_count(5)
    await expect(example.page.get_by_text("Come again.")).to_have_count(0)
    assert len(asked) == 2


async def test_what_fails_is_said_and_can_be_tried_again(example: Example) -> None:
    await example.sign_in(PAT)
    broken = {
        "data": {"viewer": {"invoices": None}},
        "errors": [{"message": "Not now.", "extensions": {"code": "UPSTREAM_UNAVAILABLE"}}],
    }

    async def fail(route: Route) -> None:
        mine = "query Invoices" in str(route.request.post_data)
        await (route.fulfill(json=broken) if mine else route.continue_())

    await example.page.route("**/graphql", fail)
    await example.go_to("Invoices")
    await expect(example.page.get_by_role("alert")).to_contain_text("Not now.")
    await example.page.unroute("**/graphql", fail)
    await example.page.get_by_role("button", name="Try again").click()
    await expect(example.rows).to_have_count(5)
    await expect(example.page.get_by_role("alert")).to_have_count(0)
