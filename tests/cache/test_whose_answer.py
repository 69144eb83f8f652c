"""CA-13, CA-14: whoever asked before, and whoever asks beside, each has their own answer.

Asked with every query of docs/screens, over one memory.
"""

import asyncio

from tests.documented import answer_of, ask, pages, query_of, variables_of
from tests.house import PAT, House
from tests.staff import as_staff, staffed_house

QUERIES = {
    page.stem: text
    for page in pages()
    if not query_of(text := page.read_text("utf-8")).startswith("mutation")
}
OTHERS = ("morgan@example.com", "riley@example.com", "sam@example.com", "jordan@example.com")


async def everything(house: House, email: str) -> dict[str, object]:
    """Return somebody's answer to every query, asked one after the other."""
    return {name: await ask(house, email, text) for name, text in QUERIES.items()}


async def test_ca13_what_others_read_before_changes_nobodys_answer() -> None:
    async with staffed_house() as house:
        for text in QUERIES.values():
            query, variables = query_of(text), variables_of(text)
            await as_staff(house, query, **variables)
            await as_staff(house, query, through=PAT.email, **variables)
        for email in OTHERS:
            await everything(house, email)
        assert await everything(house, PAT.email) == {
            name: answer_of(text) for name, text in QUERIES.items()
        }


async def test_ca14_the_same_text_at_the_same_moment_is_answered_to_each_by_their_rights() -> None:
    people = (PAT.email, *OTHERS)
    alone = {}
    for email in people:
        async with staffed_house() as house:
            alone[email] = await everything(house, email)
    async with staffed_house() as house:
        for name, text in QUERIES.items():
            told = await asyncio.gather(*(ask(house, email, text) for email in people * 3))
            assert told == [alone[email][name] for email in people * 3], name
