"""The console in a real browser, from signing in to signing out."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.console import Console, nothing_refused, open_console
from tests.documented import PAGES, pages

if TYPE_CHECKING:
    from tests.browser.conftest import Demo, Watched

ASK = """([headers, query]) => fetch('graphql', {
  method: 'POST', headers: {'content-type': 'application/json', ...headers},
  body: JSON.stringify({query})
}).then(async answer => [answer.status, await answer.json()])"""
REVOKE = """mutation { revokeDirectLink(input: {linkId: "RGlyZWN0TGluazox"}) {
  userErrors { code } } }"""
PLANNED = "{ viewer { email invoices(first: 2) { nodes { number job { number } } } } }"
FLAGGED = "query Q($more: Boolean!) { viewer { email @include(if: $more) } }"
SECONDS = 30_000


@pytest.fixture
async def console(demo: "Demo", watched: "Watched") -> AsyncIterator[Console]:
    """Open it; whatever a test does, no other origin is asked, and nothing complained of."""
    opened = await open_console(watched, demo)
    async with nothing_refused(opened, watched, demo):
        yield opened


async def test_staff_sign_in_and_are_answered(console: Console, tmp_path: Path) -> None:
    answer = await console.run()
    assert answer["data"]["portal"]["businessName"] == "Harbor & Oak Home Services"
    assert answer["extensions"]["upstream"] == {"staleSeconds": 0, "calls": 0, "saved": 0}
    assert answer["extensions"]["cost"]["requested"] == 0
    await expect(console.shown).to_contain_text("Harbor")
    await expect(console.cost).to_have_text("Calls0Saved0AgefreshSeen byyourself")
    assert console.headers() == [None]
    for scheme in ("light", "dark"):
        await console.page.emulate_media(color_scheme=scheme)
        await console.page.screenshot(path=tmp_path / f"console-{scheme}.png")
    assert await console.page.evaluate("shift") < 0.01


async def test_through_a_customers_eyes(console: Console, tmp_path: Path) -> None:
    await console.run()
    await console.look_as("pat@example.com")
    await expect(console.banner).to_contain_text("Pat Sullivan")
    await expect(console.shown).to_have_text("")
    await console.choose("My Tasks")
    answer = await console.run()
    assert answer["data"]["viewer"]["tasks"]["totalDue"] == "1045.69"
    upstream = answer["extensions"]["upstream"]
    figures = f"Calls{upstream['calls']}Saved{upstream['saved']}"
    told = re.compile(rf"{figures}Age(fresh|stale by \d+ s)Seen bypat@example\.com")
    await expect(console.cost).to_have_text(told)
    await console.page.screenshot(path=tmp_path / "view-as.png")

    await console.page.get_by_role("button", name="Leave").click()
    await expect(console.page.get_by_label("View as")).to_be_visible()
    await expect(console.shown).to_have_text("")
    assert (await console.run())["data"]["viewer"]["tasks"]["count"] == 0
    # Their own, who that customer is, the customer's, their own again.
    assert console.headers() == [None, "pat@example.com", "pat@example.com", None]


async def test_nothing_is_changed_through_a_customers_eyes(console: Console) -> None:
    await console.look_as("pat@example.com")
    await console.write(REVOKE)
    await expect(console.run_button).to_be_disabled()
    await expect(console.cost).to_have_text("Nothing can be changed through a customer's eyes.")
    before = len(console.asked)
    await console.page.keyboard.press("Control+Enter")
    await expect(console.shown).to_contain_text("FORBIDDEN")
    assert len(console.asked) == before

    # Whoever goes round the console is refused by the gateway.
    given = {"x-view-as": "pat@example.com"}
    status, told = await console.page.evaluate(ASK, [given, REVOKE])
    assert (status, told["errors"][0]["extensions"]) == (200, {"code": "FORBIDDEN"})

    await console.page.get_by_role("button", name="Leave").click()
    await expect(console.run_button).to_be_enabled()
    told = await console.run()
    assert told["data"]["revokeDirectLink"]["userErrors"] != []


async def test_every_screen_has_a_ready_query_that_answers(console: Console) -> None:
    titles = {page: page.read_text("utf-8").splitlines()[0][2:] for page in pages()}
    staff = [page.read_text("utf-8").splitlines()[0][2:] for page in (PAGES / "staff").glob("*.md")]
    shown = await console.page.get_by_role("region", name="Screens").locator("strong").all()
    assert sorted([await one.inner_text() for one in shown]) == sorted([*titles.values(), *staff])
    await console.look_as("pat@example.com")
    for page, title in titles.items():
        await console.choose(title)
        if "\nmutation" in page.read_text("utf-8"):  # through other eyes nothing is changed
            await expect(console.run_button).to_be_disabled()
            continue
        answer = await console.run()
        assert "errors" not in answer, title
        assert answer["data"], title
    # Ready queries take each other's place; what somebody wrote keeps its tab.
    await expect(console.tabs).to_have_count(1)
    await console.write("{ viewer { email } }")
    await console.choose("My Tasks")
    await expect(console.tabs).to_have_count(2)


async def test_a_query_is_put_in_order(console: Console) -> None:
    await console.choose("One invoice")
    await console.write("query Q($id:ID!){invoice(id:$id){number}}")
    await console.page.get_by_role("button", name="Prettify query").click()
    await expect(console.lines).to_have_text(
        ["query Q($id: ID!) {", "  invoice(id: $id) {", "    number", "  }", "}", ""]
    )


async def test_explain_is_one_click_away(console: Console, tmp_path: Path) -> None:
    page = console.page
    await console.look_as("sam@example.com")
    await page.get_by_role("button", name="Explain").click()
    panel = page.get_by_role("complementary", name="Explain")
    await expect(panel.get_by_label("Email")).to_have_value("sam@example.com")
    await panel.get_by_label("Number").fill("500402")
    await panel.get_by_role("button", name="Explain").click()
    await expect(panel).to_contain_text("Not visible to them")
    rules = await panel.get_by_role("listitem").all_inner_texts()
    assert [re.findall(r"R\d+", rule)[-1] for rule in rules] == [
        *("R2", "R12", "R14", "R1", "R13", "R3", "R24", "R19"),
    ]
    assert "Has the email Billing access on its Bill-To?" in rules[-1]
    assert "It is billed to customer 1022 (Lakeview Holdings)" in rules[-1]
    # Staff ask it, whoever's eyes they look through.
    assert console.headers() == ["sam@example.com", None]
    await page.screenshot(path=tmp_path / "explain.png")
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(page.get_by_role("button", name="Explain")).to_be_focused()


async def test_the_plan_of_what_is_written_stands_beside_it(
    console: Console, tmp_path: Path
) -> None:
    page = console.page
    await console.look_as("pat@example.com")
    await console.write(PLANNED)
    await page.get_by_role("button", name="Plan").click()
    panel = page.get_by_role("complementary", name="Plan")
    await expect(panel).to_contain_text("7 fields, 2 rounds")
    rounds = panel.locator(".plan-rounds > li")
    assert [await one.get_by_role("listitem").all_inner_texts() for one in await rounds.all()] == [
        ["viewer.invoices\n\nasks invoices, for each by itself\n\nViewer.invoices"],
        ["viewer.invoices.nodes[].job\n\nasks jobs, once for all\n\nInvoice.job"],
    ]
    free = panel.get_by_role("region", name="Without waiting for anybody")
    await expect(free).to_contain_text("viewer.invoices.nodes[].jobnumber")
    await expect(console.shown).to_have_text("")  # nothing was run
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=tmp_path / f"plan-{scheme}.png")

    # It follows what is written, and says why there is none.
    await console.write(FLAGGED)
    await expect(panel).to_contain_text("Say in the variables what $more is: true or false.")
    await console.write("{ viewer { emial } }")
    await expect(panel).to_contain_text("Cannot query field 'emial' on type 'Viewer'.")
    # Staff ask it, whoever's eyes they look through; who the customer is was asked before.
    assert {*console.headers()[1:]} == {None}

    # One panel at a time, and Escape leads back.
    await page.get_by_role("button", name="Explain").click()
    await expect(panel).to_have_count(0)
    await page.get_by_role("button", name="Plan").click()
    await panel.get_by_role("button", name="Close").focus()
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(page.get_by_role("button", name="Plan")).to_be_focused()


async def test_a_subscription_shows_what_changes_while_it_changes(
    console: Console, demo: "Demo"
) -> None:
    await console.look_as("pat@example.com")
    await console.write("subscription { changed { nodeId type at } }")
    async with console.page.expect_response("**/graphql") as begun:
        await console.run_button.click()
    kind = await (await begun.value).header_value("content-type")
    assert kind == "text/event-stream; charset=utf-8"
    row = f"{demo.sandbox_url}/_sandbox/records/invoices/500106"
    async with asyncio.timeout(60):
        for turn in range(20):
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.put(row, json={"summary": f"Told {turn} times."})
            try:
                await expect(console.shown).to_contain_text('"Invoice"', timeout=4_000)
            except AssertionError:
                continue
            break
    await console.page.get_by_role("button", name="Stop query").click()
    await expect(console.page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_what_is_stopped_ends_on_the_wire(console: Console, demo: "Demo") -> None:
    await console.look_as("casey@example.com")  # to whom nothing is ever told
    await console.write("subscription { changed { nodeId type at } }")
    async with console.page.expect_response("**/graphql"):
        await console.run_button.click()
    async with console.page.expect_event("requestfailed") as stopped:
        await console.page.get_by_role("button", name="Stop query").click()
    assert (await stopped.value).url == f"{demo.url}/graphql"
    await expect(console.page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_the_keyboard_is_enough(console: Console) -> None:
    page = console.page
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("View as")).to_be_focused()
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.type("zoë@example.com")
    await page.keyboard.press("Enter")
    await expect(console.banner).to_contain_text("You see what zoë@example.com sees")
    await expect(console.banner).to_contain_text("reading only, recorded under both names")
    await expect(page.get_by_role("button", name="Leave")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("View as")).to_be_focused()
    await page.get_by_role("button", name="Explain").focus()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Explain")
    await expect(panel.get_by_label("Email")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Theme: as the system")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_focused()
    await expect(page.locator("body")).to_have_class(re.compile(r"\bgraphiql-dark\b"))


@pytest.mark.parametrize("text", ["pat", "pat@example.com, sam@example.com", "<pat@example.com>"])
async def test_what_is_no_email_is_not_looked_through(console: Console, text: str) -> None:
    await console.page.get_by_label("View as").fill(text)
    await console.page.get_by_role("button", name="Look").click()
    assert (
        await console.page.get_by_label("View as").evaluate("input => input.validity.valid")
        is False
    )
    assert console.headers() == []


async def test_signing_out_leaves_nothing_of_theirs_in_the_browser(
    console: Console, demo: "Demo"
) -> None:
    page = console.page
    await console.choose("My Tasks")
    await console.run()
    await console.kept("query MyTasks")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("heading", name="You are signed out").wait_for()
    kept = await page.evaluate("Object.keys(localStorage).filter(key => key !== 'graphiql:theme')")
    assert kept == []
    await page.goto(f"{demo.url}/graphiql")
    assert page.url.startswith(f"{demo.sandbox_url}/staff-idp/authorize?")


async def test_whoever_signs_in_next_finds_nothing_of_the_one_before(
    console: Console, demo: "Demo"
) -> None:
    page = console.page
    await console.choose("My Tasks")
    await console.run()
    await console.kept("query MyTasks")
    await page.context.clear_cookies()
    await page.goto(f"{demo.url}/graphiql")
    await page.get_by_role("button", name="viewer-only@example.com", exact=True).click()
    await expect(console.editor).to_contain_text("Portal", timeout=SECONDS)
    assert "MyTasks" not in await page.evaluate("JSON.stringify({...localStorage})")


async def test_a_session_that_ended_elsewhere_says_so(demo: "Demo", watched: "Watched") -> None:
    console = await open_console(watched, demo)
    page = console.page
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        (cookie,) = await page.context.cookies()
        held = {"cookie": f"staff={cookie['value']}", "sec-fetch-site": "same-origin"}
        await elsewhere.post(f"{demo.url}/auth/logout", headers=held)
    assert (await console.run())["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    await expect(page.get_by_role("alert").first).to_contain_text("Your session has ended.")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name="staff@example.com", exact=True).click()
    await expect(page).to_have_url(f"{demo.url}/graphiql")
    assert await page.evaluate("refused") == []
