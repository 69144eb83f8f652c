"""Paying in the example front end, against a demo, in a real browser.

Whoever pays asks how it goes on, again and again: these have a demo of their own, and so does the
rest. All of them within a minute would be more than one person may ask.
"""

from pathlib import Path

from playwright.async_api import Route, expect

from tests.browser.example import PAT, SECONDS, Example

MOVEMENTS = "/_sandbox/processor/movements"


async def test_an_invoice_is_paid(example: Example, tmp_path: Path) -> None:
    await example.sign_in(PAT)
    await example.pay("500106", "Visa ending in 4242")
    await example.page.screenshot(path=tmp_path / "paying.png")
    await example.page.get_by_role("button", name="Pay $436.50").click()
    told = example.page.get_by_role("dialog")
    await expect(told).to_contain_text("Thank you, this is paid.", timeout=SECONDS)
    await expect(told).to_contain_text("$436.50 by Visa ending in 4242. Confirmation ")
    await expect(example.row("Invoice 500106")).to_have_count(0, timeout=SECONDS)
    await expect(told).to_contain_text("Thank you, this is paid.")
    await example.page.screenshot(path=tmp_path / "paid.png")
    await example.page.get_by_role("button", name="Close").click()
    await expect(told).to_have_count(0)


async def test_where_no_answer_came_it_is_paid_once(example: Example) -> None:
    bodies = list[str]()

    async def lose(route: Route) -> None:
        body = str(route.request.post_data)
        if "mutation Pay" not in body:
            return await route.continue_()
        bodies.append(body)
        answer = await route.fetch()
        return await (route.abort() if len(bodies) == 1 else route.fulfill(response=answer))

    await example.sign_in(PAT)
    await example.page.route("**/graphql", lose)
    await example.pay("500107", "Visa ending in 4242")
    before = len((await example.sandbox("GET", MOVEMENTS)).json()["movements"])
    await example.page.get_by_role("button", name="Pay $195.19").click()
    await expect(example.page.get_by_role("alert")).to_be_visible(timeout=SECONDS)
    dialog = example.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Try again").click()
    await expect(dialog).to_contain_text("Thank you, this is paid.", timeout=SECONDS)
    assert bodies[0] == bodies[1]
    after = (await example.sandbox("GET", MOVEMENTS)).json()["movements"]
    assert [moved["amount"] for moved in after[before:]] == ["195.19"]
    example.complaints.clear()  # the answer that was taken away


async def test_a_declined_card_then_one_more_step(example: Example) -> None:
    await example.sign_in(PAT)
    await example.pay("500108", "A card that is declined")
    await example.page.get_by_role("button", name="Pay $414.00").click()
    dialog = example.page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text("declined", timeout=SECONDS)
    await example.page.get_by_label("A card that asks for one more step").check()
    await example.page.get_by_role("button", name="Pay $414.00").click()
    await example.page.get_by_role("button", name="Go to your bank").click(timeout=SECONDS)
    await example.page.get_by_role("button", name="Complete").click()
    told = example.page.get_by_role("status").filter(has_text="Thank you, this is paid.")
    await expect(told).to_contain_text("$414.00", timeout=SECONDS)


async def test_a_bank_is_debited_with_an_authorization(example: Example) -> None:
    await example.sign_in("quinn@example.com")
    await example.pay("500601", "Sandbox Bank ending in 6789")
    dialog = example.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("I authorize Harbor & Oak Home Services")
    await example.page.get_by_role("button", name="Pay $426.85").click()
    await expect(example.page.get_by_label("Your full name")).to_be_focused()
    await example.page.get_by_label("Your full name").fill("Quinn Abara")
    await example.page.get_by_label("I authorize this payment").check()
    await example.page.get_by_role("button", name="Pay $426.85").click()
    await expect(dialog).to_contain_text("Your payment is being processed.", timeout=SECONDS)
