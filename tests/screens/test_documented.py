"""docs/screens: each page's query gives the answer that the page shows."""

import pytest

from tests.documented import ASKER, answer_of, ask, ask_as_staff, pages, staff_pages
from tests.house import House
from tests.staff import staffed_house

OTHERS = [f"{name}@example.com" for name in ("morgan", "riley", "sam", "jordan", "casey", "quinn")]


PAGES = {page.stem: page.read_text("utf-8") for page in pages()}
STAFF_PAGES = {page.stem: page.read_text("utf-8") for page in staff_pages()}


@pytest.mark.parametrize("page", list(PAGES))
async def test_a_page_shows_the_answer_its_query_gives(house: House, page: str) -> None:
    assert await ask(house, ASKER, PAGES[page]) == answer_of(PAGES[page])


@pytest.mark.parametrize("page", list(PAGES))
@pytest.mark.parametrize("email", OTHERS)
async def test_a_pages_query_answers_others_without_a_fault_of_ours(
    house: House, page: str, email: str
) -> None:
    told = await ask(house, email, PAGES[page])
    codes = {error["extensions"]["code"] for error in told.get("errors", [])}  # type: ignore[attr-defined]  # JSON
    assert codes <= {"NOT_FOUND"}


@pytest.mark.parametrize("page", list(STAFF_PAGES))
async def test_a_page_of_staffs_shows_the_answer_its_query_gives(page: str) -> None:
    async with staffed_house() as house:
        assert await ask_as_staff(house, STAFF_PAGES[page]) == answer_of(STAFF_PAGES[page])
