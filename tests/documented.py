"""The pages of docs/screens: a query, and the answer it gives in the sandbox.

`python -m tests.documented` writes the answers anew; a test holds the pages to them.
"""

import asyncio
import json
import re
from pathlib import Path

from tests.house import House, ready_house

PAGES = Path(__file__).parents[1] / "docs" / "screens"
ASKER = "pat@example.com"
_QUERY = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
_VARIABLES = re.compile(r"```json title=variables\n(.*?)```", re.DOTALL)
_ANSWER = re.compile(r"(```json title=answer\n)(.*?)(```)", re.DOTALL)


def pages() -> list[Path]:
    """Return every page of a screen."""
    return sorted(page for page in PAGES.glob("*.md") if page.name != "README.md")


def query_of(text: str) -> str:
    """Return the page's query."""
    (query,) = _QUERY.findall(text)
    return str(query)


def variables_of(text: str) -> dict[str, object]:
    """Return the page's variables, none where it has none."""
    found = _VARIABLES.search(text)
    told: dict[str, object] = json.loads(found[1]) if found else {}
    return told


def answer_of(text: str) -> object:
    """Return the answer the page shows."""
    found = _ANSWER.search(text)
    return json.loads(found[2]) if found and found[2].strip() else None


async def ask(house: House, email: str, text: str) -> dict[str, object]:
    """Ask the page's query as this person."""
    return await house.ask(email, query_of(text), **variables_of(text))


async def write() -> None:
    """Write into each page the answer it gives now."""
    async with ready_house() as house:
        answers = {page: await ask(house, ASKER, page.read_text("utf-8")) for page in pages()}
    for page, answer in answers.items():
        told = json.dumps(answer, indent=2, ensure_ascii=False)
        text = page.read_text("utf-8")
        page.write_text(_ANSWER.sub(lambda m, t=told: f"{m[1]}{t}\n{m[3]}", text), "utf-8")  # type: ignore[misc]  # the default binds the loop's value


if __name__ == "__main__":
    asyncio.run(write())
