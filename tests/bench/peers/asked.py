"""What is asked of the gateway and of its peers alike, again and again or each time otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, Final

import msgspec

from tests.bench.questions import CUSTOMER_READ, HELLO, Question
from tests.bench.servers import Server, body

ALIKE: Final = {"many": 20, "few": 20}
"""Variables of whoever asks the same again: as many customers and invoices as there are at most."""

_VARIED: Final = range(70, 100)
_TAKES: Final = "query($many: Int!, $few: Int!)"
_FROM_VIEWER: Final = "viewer { customers(first: $many) { nodes {"

SMALL: Final = Question("small", HELLO.query)
READ: Final = Question(
    "the read",
    CUSTOMER_READ.query.replace("{ viewer", f"{_TAKES} {{ viewer", 1)
    .replace("customers(first: 1)", "customers(first: $many)")
    .replace("invoices(first: 20)", "invoices(first: $few)"),
    ALIKE,
)
DEEP: Final = Question(
    "deep",
    f"{_TAKES} {{ {_FROM_VIEWER} invoices(first: $few) {{ nodes {{ job {{ customer {{"
    " invoices(first: 2) { nodes { number job { number } } } } } } } } } } }",
    ALIKE,
)
OF_TWENTY: Final = (SMALL, READ, DEEP)
_PAGE: Final = 100


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What is held in memory for scale: a customer with invoices, jobs, and pages by cursor."""

    email: str
    customer: Mapping[str, Any]
    jobs: list[Mapping[str, Any]]
    pages: dict[str, Any]


def otherwise(question: Question) -> Sequence[str]:
    """Return bodies that ask this with other variables each, though all answers are the same.

    One without variables can be asked in one way alone.
    """
    if not question.variables:
        return [body(question)]
    pairs = product(_VARIED, repeat=2)
    told = ({**question.variables, "many": many, "few": few} for many, few in pairs)
    return [body(replace(question, variables=variables)) for variables in told]


async def pages_of(server: Server) -> dict[str, Any]:
    """Return all pages of the viewer's jobs, each by the cursor it follows; the last is empty."""
    pages: dict[str, Any] = {}
    cursor, more = "", True
    while more:
        after = f', after: "{cursor}"' if cursor else ""
        asked = f"jobs(tab: COMPLETED, first: {_PAGE}{after})"
        page = f"{asked} {{ nodes {{ number type }} pageInfo {{ hasNextPage endCursor }} }}"
        answer = await server.ask(Question("a page", f"{{ viewer {{ {page} }} }}"))
        told = msgspec.json.decode(answer)["data"]["viewer"]["jobs"]
        pages[cursor] = {"nodes": told["nodes"]}
        cursor, more = told["pageInfo"]["endCursor"], told["pageInfo"]["hasNextPage"]
    pages[cursor] = {"nodes": []}
    return pages


def long_list(pages: Mapping[str, Any]) -> Question:
    """Return the question for all of these pages at once; a server knows its own cursors alone.

    How much is asked of the last two pages, one not full and one empty, changes no answer.
    """
    cursors = {f"after{at}": cursor for at, cursor in enumerate(pages) if at}
    sizes = [str(_PAGE)] * (len(cursors) - 1) + ["$few", "$many"]
    afters = ["", *(f", after: ${name}" for name in cursors)]
    asked = [
        f"p{at}: jobs(tab: COMPLETED, first: {size}{after}) {{ nodes {{ number type }} }}"
        for at, (size, after) in enumerate(zip(sizes, afters, strict=True))
    ]
    takes = _TAKES.replace(")", "".join(f", ${name}: String" for name in cursors) + ")")
    rows = sum(len(page["nodes"]) for page in pages.values())
    query = f"{takes} {{ viewer {{ {' '.join(asked)} }} }}"
    return Question(f"{rows:,} rows", query, {"many": 100, "few": 100, **cursors})


def rows_of(small: str, read: str, pages: dict[str, Any]) -> Rows:
    """Return what must be held to answer as the gateway answered."""
    email = msgspec.json.decode(small)["data"]["viewer"]["email"]
    (customer,) = msgspec.json.decode(read)["data"]["viewer"]["customers"]["nodes"]
    told = customer["invoices"]["nodes"]
    invoices = [invoice | {"job": invoice["job"]["number"]} for invoice in told]
    jobs = [invoice["job"] for invoice in told]
    return Rows(email=email, customer=customer | {"invoices": invoices}, jobs=jobs, pages=pages)
