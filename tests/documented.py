"""The pages of docs/screens: a query, and the answer it gives in the sandbox.

`python -m tests.documented` writes the answers anew; a test holds the pages to them.
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from tests.house import House, ready_house
from tests.staff import as_staff, staffed_house

PAGES = Path(__file__).parents[1] / "docs" / "screens"
ASKER = "pat@example.com"
_QUERY = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
_VARIABLES = re.compile(r"```json title=variables\n(.*?)```", re.DOTALL)
_SECRET = re.compile(r"#[A-Za-z0-9_-]{43}")
_CONFIRMATION = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_ANSWER = re.compile(r"(```json title=answer\n)(.*?)(```)", re.DOTALL)


def pages() -> list[Path]:
    """Return every page of a screen."""
    return sorted(page for page in PAGES.glob("*.md") if page.name != "README.md")


def query_of(text: str) -> str:
    """Return the page's query."""
    (query,) = _QUERY.findall(text)
    return str(query)


def variables_of(text: str) -> dict[str, Any]:
    """Return the page's variables, none where it has none."""
    found = _VARIABLES.search(text)
    told: dict[str, Any] = json.loads(found[1]) if found else {}
    return told


def answer_of(text: str) -> object:
    """Return the answer the page shows."""
    found = _ANSWER.search(text)
    return json.loads(found[2]) if found and found[2].strip() else None


async def ask(house: House, email: str, text: str) -> dict[str, object]:
    """Ask the page's query as this person; what is never the same twice is left out."""
    told = await house.ask(email, query_of(text), **variables_of(text))
    hidden: dict[str, object] = json.loads(_CONFIRMATION.sub("…", json.dumps(told)))
    return hidden


def staff_pages() -> list[Path]:
    """Return every page of what staff ask and do."""
    return sorted((PAGES / "staff").glob("*.md"))


async def ask_as_staff(house: House, text: str) -> dict[str, object]:
    """Ask the page's query as a member of staff; a secret in the answer is left out."""
    told = await as_staff(house, query_of(text), **variables_of(text))
    hidden: dict[str, object] = json.loads(_SECRET.sub("#…", json.dumps(told)))
    return hidden


async def write() -> None:
    """Write into each page the answer it gives now."""
    answers: dict[Path, dict[str, object]] = {}
    for page in pages():  # each in a house of its own: some of them change what is there
        async with ready_house() as house:
            answers[page] = await ask(house, ASKER, page.read_text("utf-8"))
    for page in staff_pages():
        async with staffed_house() as house:
            answers[page] = await ask_as_staff(house, page.read_text("utf-8"))
    for page, answer in answers.items():
        told = json.dumps(answer, indent=2, ensure_ascii=False)
        text = page.read_text("utf-8")
        page.write_text(_ANSWER.sub(lambda m, t=told: f"{m[1]}{t}\n{m[3]}", text), "utf-8")  # type: ignore[misc]  # the default binds the loop's value


if __name__ == "__main__":
    asyncio.run(write())
