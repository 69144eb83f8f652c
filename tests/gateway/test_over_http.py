"""GraphQL over HTTP, to the letter, at the door of a whole gateway (HT-4, HT-7, HT-13, HT-20).

Where the edition of September 2026 recommends 294 and 422, the answer is 200 and 400, as its rules
allow: so HT-20 and the public audits have it, and every client and proxy knows these two.
"""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters.sandbox.options import SandboxOptions
from tests.house import SANDBOX, House
from tests.staff import STAFF, staffed_house, token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

OLDER, NEWER = "application/json", "application/graphql-response+json"
PAT = "pat@example.com"
TWO = "query Q { viewer { kind } } mutation M { __typename }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with staffed_house() as house:
        yield house


@dataclass(frozen=True)
class Case:
    """A body, and what its answer holds: data or none, and the codes of its errors."""

    query: str
    data: Any = None
    codes: list[str] = field(default_factory=lambda: ["BAD_USER_INPUT"])
    variables: dict[str, Any] | None = None
    operation: str | None = None
    has_data: bool = False

    def body(self) -> dict[str, Any]:
        """Return what is sent."""
        told = {"query": self.query, "variables": self.variables, "operationName": self.operation}
        return {name: value for name, value in told.items() if value is not None}


KIND = {"viewer": {"kind": "CUSTOMER"}}
NODE = "query($id: ID!) { node(id: $id) { id } }"
CASES = {
    "an answer": Case("{ viewer { kind } }", KIND, [], has_data=True),
    "one of two, by name": Case(TWO, KIND, [], operation="Q", has_data=True),
    "one field fails (HT-20)": Case(
        '{ viewer { kind } node(id: "none") { id } }',
        {**KIND, "node": None},
        ["NOT_FOUND"],
        has_data=True,
    ),
    "the only field fails": Case(NODE, {"node": None}, ["NOT_FOUND"], {"id": "x"}, has_data=True),
    "no document": Case("{"),
    "an empty document": Case("# nothing"),
    "a fragment alone": Case("fragment F on Query { __typename }"),
    "a field there is not": Case("{ nothing }"),
    "an argument there is not": Case("{ viewer(id: 1) { kind } }"),
    "a variable nobody defined": Case("{ node(id: $id) { id } }"),
    "an operation there is not": Case(TWO, operation="N"),
    "two operations and no name": Case(TWO),
    "a variable left out": Case(NODE),
    "a variable that is null": Case(NODE, variables={"id": None}),
    "a variable of another type": Case(NODE, variables={"id": ["x"]}),
    "the schema": Case("{ __schema { types { name } } }", codes=["FORBIDDEN"]),
}


@pytest.mark.parametrize("accept", [OLDER, NEWER])
@pytest.mark.parametrize("case", CASES)
async def test_the_status_goes_by_the_media_type_and_by_whether_there_is_data(
    house: House, case: str, accept: str
) -> None:
    expected = CASES[case]
    headers = {"accept": accept, "authorization": f"Bearer {await house.token(PAT)}"}
    answer = await house.gateway.post("/graphql", json=expected.body(), headers=headers)
    told = answer.json()
    assert answer.status_code == (200 if expected.has_data or accept == OLDER else 400)
    assert answer.headers["content-type"] == accept
    assert ("data" in told) is expected.has_data
    assert told.get("data") == expected.data
    assert [of["extensions"]["code"] for of in told.get("errors", [])] == expected.codes


@pytest.mark.parametrize("case", CASES)
async def test_a_query_by_get_is_answered_as_by_post(house: House, case: str) -> None:
    body = CASES[case].body()
    headers = {"accept": NEWER, "authorization": f"Bearer {await house.token(PAT)}"}
    posted = await house.gateway.post("/graphql", json=body, headers=headers)
    if "variables" in body:
        body["variables"] = json.dumps(body["variables"])
    got = await house.gateway.get("/graphql", params=body, headers=headers)
    told, same = got.json(), posted.json()
    assert (got.status_code, told.get("data"), told.get("errors")) == (
        posted.status_code,
        same.get("data"),
        same.get("errors"),
    )


GETS: dict[str, tuple[dict[str, str], int, str | None]] = {
    "a mutation": ({"query": "mutation { __typename }"}, 405, "POST"),
    "a mutation among others, by name": ({"query": TWO, "operationName": "M"}, 405, "POST"),
    "a query among others, by name": ({"query": TWO, "operationName": "Q"}, 200, None),
    "a mutation nobody named": ({"query": TWO}, 200, None),
    "no name is an empty one": ({"query": "{ viewer { kind } }", "operationName": ""}, 200, None),
    "a name that is null": (
        {"query": "query null { __typename }", "operationName": "null"},
        200,
        None,
    ),
    "a subscription": ({"query": "subscription { changed { nodeId } }"}, 406, None),
    "no query": ({}, 400, None),
}


@pytest.mark.parametrize("case", GETS)
async def test_ht4_by_get_there_are_queries_alone(house: House, case: str) -> None:
    params, status, allow = GETS[case]
    answer = await house.gateway.get("/graphql", params=params)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)
    assert answer.headers["content-type"] == OLDER
    if status != 200:
        assert [of["extensions"].keys() for of in answer.json()["errors"]] == [{"code"}]


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/html,application/xhtml+xml"])
@pytest.mark.parametrize("who", [None, PAT, STAFF])
async def test_ht13_there_is_no_page_at_the_endpoint(
    house: House, who: str | None, accept: str
) -> None:
    headers = {"accept": accept}
    if who is not None:
        token = await (token_of(house, who) if who == STAFF else house.token(who))
        headers["authorization"] = f"Bearer {token}"
    answer = await house.gateway.get("/graphql", headers=headers)
    assert answer.status_code == (400 if accept == "*/*" else 406)
    assert answer.headers["content-type"] == OLDER
    assert "<" not in answer.text


# HT-7: how large a body may be, by who sends it.

KIB = 1024


async def sized(
    house: House, size: int, *, chunked: bool = False, token: str | None = None
) -> httpx.Response:
    """Send a request of this size."""
    body = b'{"query":"{ viewer { kind } }"}'
    body += b" " * (size - len(body))

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, size, 10 * KIB):
            yield body[start : start + 10 * KIB]

    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    content = pieces() if chunked else body
    return await house.gateway.post("/graphql", content=content, headers=headers)


def says_it_is_staffs() -> str:
    """Return a token that nobody signed."""
    given = SandboxOptions(public_url=SANDBOX).credentials()
    claims = {"iss": given["staffIssuer"], "aud": given["audience"]}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "x"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".eA"


def too_large(kib: int) -> dict[str, Any]:
    """Return the answer to a body of more."""
    said = f"The body is larger than {kib} KiB."
    return {"errors": [{"message": said, "extensions": {"code": "BAD_USER_INPUT"}}]}


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("who", "kib"), [(None, 100), (PAT, 100), (STAFF, 256)])
async def test_ht7_a_body_may_be_as_large_as_who_sends_it_may_send(
    house: House, who: str | None, kib: int, *, chunked: bool
) -> None:
    token = None
    if who is not None:
        token = await (token_of(house, who) if who == STAFF else house.token(who))
    whole = await sized(house, kib * KIB, chunked=chunked, token=token)
    assert (whole.status_code, whole.json().get("errors")) == (200, None)
    more = await sized(house, kib * KIB + 1, chunked=chunked, token=token)
    assert (more.status_code, more.json()) == (413, too_large(kib))
    assert more.headers["connection"] == "close"


async def test_ht7_who_only_says_they_are_staff_is_sent_away(house: House) -> None:
    answer = await sized(house, 200 * KIB, token=says_it_is_staffs())
    assert answer.status_code == 401
    more = await sized(house, 256 * KIB + 1, token=says_it_is_staffs())
    assert (more.status_code, more.json()) == (413, too_large(256))


async def test_ht7_a_cookie_that_looks_like_staffs_makes_nobody_staff(house: House) -> None:
    body = b'{"query":"{ viewer { kind } }"}'.ljust(200 * KIB)
    headers = {"content-type": "application/json", "cookie": "xstaff=1"}
    answer = await house.gateway.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (413, too_large(100))
