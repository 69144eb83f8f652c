"""Staff in a real browser: signing in, asking as a page of ours may, and signing out again."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, Response, Route

from tests.browser.foreign import foreign_page

if TYPE_CHECKING:
    from tests.browser.conftest import Demo, Watched

ASK = """([headers, query]) => fetch('/graphql', {
  method: 'POST', headers: {'content-type': 'application/json', ...headers},
  body: JSON.stringify({query})
}).then(async answer => [answer.status, await answer.json()])"""
WHO = "{ viewer { kind email } }"


async def sign_in(page: Page, demo: "Demo") -> None:
    """Go through both sites as a person does."""
    await page.goto(f"{demo.url}/auth/login?return_to=/auth/session")
    assert page.url.startswith(f"{demo.sandbox_url}/staff-idp/authorize?")
    await page.get_by_role("button", name="staff@example.com", exact=True).click()
    await page.get_by_role("heading", name="You are signed in").wait_for()
    assert page.url == f"{demo.url}/auth/session"


async def ask(page: Page, demo: "Demo", **headers: str) -> tuple[int, Any]:
    """Ask the graph from a page of the gateway's own origin that may run scripts."""
    if page.url != f"{demo.url}/console":
        await page.route(f"{demo.url}/console", _console)
        await page.goto(f"{demo.url}/console")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, told = await page.evaluate(ASK, [named, WHO])
    return status, told.get("data") or told["errors"][0]["extensions"]["code"]


async def _console(route: Route) -> None:
    page = '<!doctype html><title>Console</title><link rel="icon" href="data:,">'
    await route.fulfill(content_type="text/html", body=page)


async def test_a_member_of_staff_signs_in_asks_and_signs_out(
    demo: "Demo", watched: "Watched", tmp_path: Path
) -> None:
    page = watched.page
    await sign_in(page, demo)
    (cookie,) = await page.context.cookies()
    assert {name: cookie[name] for name in ("name", "domain", "path", "httpOnly", "sameSite")} == {
        "name": "staff",
        "domain": "127.0.0.1",
        "path": "/",
        "httpOnly": True,
        "sameSite": "Lax",
    }
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=tmp_path / f"session-{scheme}.png")

    assert await ask(page, demo) == (
        200,
        {"viewer": {"kind": "STAFF", "email": "staff@example.com"}},
    )
    assert await ask(page, demo, x_view_as="pat@example.com") == (
        200,
        {"viewer": {"kind": "CUSTOMER", "email": "pat@example.com"}},
    )
    assert await page.evaluate("document.cookie") == ""

    await page.goto(f"{demo.url}/auth/session")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="You are signed out").wait_for()
    assert await page.context.cookies() == []
    assert await ask(page, demo) == (200, {"viewer": None})
    assert watched.complaints == []
    assert watched.origins == {demo.url, demo.sandbox_url}


async def test_a_session_that_was_ended_elsewhere_is_over_here(
    demo: "Demo", watched: "Watched"
) -> None:
    page = watched.page
    await sign_in(page, demo)
    before = await page.context.cookies()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("heading", name="You are signed out").wait_for()
    await page.context.add_cookies(before)  # type: ignore[arg-type]  # as they were given
    assert await ask(page, demo) == (401, "UNAUTHENTICATED")
    assert await page.context.cookies() == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_foreign_page_can_do_nothing_with_the_session(
    demo: "Demo", watched: "Watched", host: str
) -> None:
    # Another site brings no cookie by GET; another port of this one brings it.
    page = watched.page
    await sign_in(page, demo)
    sent, answers = list[Request](), list[Response]()
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108  # a listener must have a signature to look at
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # as above
    async with foreign_page(demo.url) as port:
        await page.goto(f"http://{host}:{port}/")
        told = await page.evaluate("attack()")
        await page.evaluate("submit('graph')")
        await page.evaluate("submit('leave')")
    # The browser gives a foreign page no answer, the gateway does nothing of what it asks.
    assert told == [
        "json refused",
        "json without asking refused",
        "plain refused",
        "get refused",
        "session refused",
        "leave refused",
    ]
    assert Counter(
        f"{answer.request.method} {urlsplit(answer.url).path} {answer.status}"
        for answer in answers
        if answer.url.startswith(demo.url)
    ) == {"POST /graphql 415": 1, "POST /auth/logout 403": 1}
    assert Counter(
        f"{request.method} {urlsplit(request.url).path}"
        for request in sent
        if request.url.startswith(demo.url)
    ) == {
        "GET /graphql": 1,
        "POST /graphql": 5,
        "GET /auth/session": 1,
        "POST /auth/logout": 2,
    }
    assert await ask(page, demo) == (
        200,
        {"viewer": {"kind": "STAFF", "email": "staff@example.com"}},
    )
