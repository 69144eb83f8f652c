"""The same guard at the WebSocket and at the event stream; and how much is remembered of both."""

from typing import Any

import httpx
import pytest
from graphql import parse

from adapters.remembered import Remembered
from gateway.documents import MOST_REMEMBERED, Documents
from gateway.graph import build_schema, core
from tests.guard.asking import PAT
from tests.subscriptions.talking import street

SCHEMA = core(build_schema())
FIELDS = "{" + "viewer{id} " * 126 + "}"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
LIMIT = {
    "message": "A document may have at most 250 fields, its fragments spread out.",
    "extensions": {"code": "LIMIT_EXCEEDED", "limit": "fields"},
}
IDS = {
    "message": "`ids` may have at most 100 entries.",
    "extensions": {"code": "LIMIT_EXCEEDED", "limit": "ids"},
}
CLOSED = {
    "message": "The schema is told to staff alone.",
    "extensions": {"code": "FORBIDDEN"},
}
UNSAID = {
    "message": "Cannot query field 'emai' on type '…'.",
    "extensions": {"code": "BAD_USER_INPUT"},
    "locations": [{"line": 1, "column": 12}],
}
CHANGES = {
    "message": "Cannot query field 'nodeI' on type '…'.",
    "extensions": {"code": "BAD_USER_INPUT"},
    "locations": [{"line": 1, "column": 26}],
}
REFUSED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"query": FIELDS}, LIMIT),
    ({"query": NODES, "variables": {"ids": ["a"] * 101}}, IDS),
    ({"query": "{ __schema { queryType { name } } }"}, CLOSED),
    ({"query": "{ viewer { emai } }"}, UNSAID),
    ({"query": "subscription { changed { nodeI } }"}, CHANGES),
]


async def test_by_websocket() -> None:
    async with street() as of, of.talk(await of.house.token(PAT)) as talk:
        for at, (payload, error) in enumerate(REFUSED):
            await talk.say(type="subscribe", id=str(at), payload=payload)
            assert await talk.hear() == {"type": "error", "id": str(at), "payload": [error]}
        assert await of.house.calls() == {}


async def test_by_event_stream() -> None:
    async with street() as of, httpx.AsyncClient(trust_env=False) as client:
        headers = {"accept": "text/event-stream"}
        headers["authorization"] = f"Bearer {await of.house.token(PAT)}"
        for payload, error in REFUSED:
            url = f"http://127.0.0.1:{of.port}/graphql"
            answer = await client.post(url, json=payload, headers=headers)
            event, end, _ = answer.text.split("\n\n")
            assert end == "event: complete\ndata:"
            name, _, data = event.partition("\ndata: ")
            told = httpx.Response(200, text=data).json()
            assert (name, told) == ("event: next", {"errors": [error]})
        assert await of.house.calls() == {}


def test_a_document_is_read_once_for_each_kind_of_reader() -> None:
    documents = Documents(SCHEMA)
    for freely in (False, True):
        for text in ("{ __typename }", "{ nothing }", "{", FIELDS):
            first = documents.read(text, freely=freely)
            assert documents.read(text, freely=freely) is first
    assert documents.read("{ __typename }") is not documents.read("{ __typename }", freely=True)
    assert documents.read(FIELDS).errors != documents.read(FIELDS, freely=True).errors


def test_of_a_refused_document_the_errors_alone_are_remembered() -> None:
    documents = Documents(SCHEMA)
    for text in ("{ nothing }", "{ nodes(ids: [" + '"a" ' * 101 + "]) { id } }", FIELDS, "{"):
        read = documents.read(text)
        assert read.node is None
        assert read.errors
        assert all(error.nodes is None for error in read.errors)
    (error,) = documents.read("{ nothing }").errors
    assert [(place.line, place.column) for place in error.locations or ()] == [(1, 3)]


@pytest.mark.parametrize("freely", [False, True])
def test_memory_is_bounded_whatever_is_asked(*, freely: bool) -> None:
    documents = Documents(SCHEMA)
    known = documents._known  # noqa: SLF001  # what it remembers is told to nobody else
    for at in range(40):
        text = "{ viewer {" + " kind" * 90 + "} } #" + "x" * 14_000 + str(at)
        documents.read(text, freely=freely)
    tokens = parse(text).token_count or 0
    assert known.weight == 40 * (2_000 + 4 * len(text) + 400 * tokens) - 10 * 4
    known._most = known.weight  # noqa: SLF001  # a small memory is full sooner
    documents.read(text + "y", freely=freely)
    assert len(known) == 39
    assert known.weight < known._most <= MOST_REMEMBERED  # noqa: SLF001  # as above


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    known: Remembered[str, int] = Remembered(10)
    known.keep("a", 1, 4)
    known.keep("b", 2, 4)
    assert known.find("a") == 1
    known.keep("c", 3, 4)
    assert [known.find(of) for of in "abc"] == [1, None, 3]
    known.keep("a", 5, 6)
    assert ([known.find(of) for of in "abc"], known.weight) == ([5, None, 3], 10)
    known.keep("c", 6, 11)  # too heavy by itself: what it replaces is gone all the same
    assert ([known.find(of) for of in "abc"], known.weight, len(known)) == ([5, None, None], 6, 1)
