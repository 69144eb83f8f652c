"""What is asked of the gateway and of its peers alike, and the rows that make them answer alike."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tests.bench.questions import CUSTOMER_READ, HELLO, Question
from tests.bench.servers import Server

DEEP: Final = Question(
    "deep",
    "{ viewer { customers(first: 1) { nodes { invoices(first: 20) { nodes { job { customer {"
    " invoices(first: 2) { nodes { number job { number } } } } } } } } } } }",
)
SMALL: Final = Question("small", HELLO.query)
READ: Final = Question("the read", CUSTOMER_READ.query)
OF_TWENTY: Final = (SMALL, READ, DEEP)
PAGES: Final = 20
_PAGE: Final = 100


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What a peer holds in memory: a customer with invoices, jobs, and pages by their cursors."""

    email: str
    customer: Mapping[str, Any]
    jobs: list[Mapping[str, Any]]
    pages: dict[str, Any]


async def pages_of(server: Server) -> dict[str, Any]:
    """Return the first twenty pages of the viewer's jobs, each by the cursor it follows."""
    pages: dict[str, Any] = {}
    cursor = ""
    while len(pages) < PAGES:
        after = f', after: "{cursor}"' if cursor else ""
        asked = f"jobs(tab: COMPLETED, first: {_PAGE}{after})"
        page = f"{asked} {{ nodes {{ number type }} pageInfo {{ hasNextPage endCursor }} }}"
        answer = await server.ask(Question("a page", f"{{ viewer {{ {page} }} }}"))
        told = msgspec.json.decode(answer)["data"]["viewer"]["jobs"]
        pages[cursor] = {"nodes": told["nodes"]}
        cursor = told["pageInfo"]["endCursor"]
        if not told["pageInfo"]["hasNextPage"]:
            break
    return pages


def long_list(pages: Mapping[str, Any]) -> Question:
    """Return the question for all of these pages at once."""
    asked = [
        f"p{at}: jobs(tab: COMPLETED, first: {_PAGE}"
        + (f', after: "{cursor}"' if cursor else "")
        + ") { nodes { number type } }"
        for at, cursor in enumerate(pages)
    ]
    rows = sum(len(page["nodes"]) for page in pages.values())
    return Question(f"{rows:,} rows", f"{{ viewer {{ {' '.join(asked)} }} }}")


def rows_of(small: str, read: str, pages: dict[str, Any]) -> Rows:
    """Return what a peer must hold to answer as the gateway answered."""
    email = msgspec.json.decode(small)["data"]["viewer"]["email"]
    (customer,) = msgspec.json.decode(read)["data"]["viewer"]["customers"]["nodes"]
    told = customer["invoices"]["nodes"]
    invoices = [invoice | {"job": invoice["job"]["number"]} for invoice in told]
    jobs = [invoice["job"] for invoice in told]
    return Rows(email=email, customer=customer | {"invoices": invoices}, jobs=jobs, pages=pages)
