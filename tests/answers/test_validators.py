"""`ETag` and 304 on GET: who has an answer already is spared its bytes, and none of its rules."""

from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from adapters.servicetitan.invoices import INVOICES as ROWS
from gateway.http.validators import is_had
from tests.answers.asking import INVOICES, PAT, RILEY, Desk, open_desk
from tests.house import number

KIND = "{ viewer { kind } }"
NEWER = "application/graphql-response+json"
SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(PAT, RILEY, tells_cost=False) as desk:
        yield desk


async def got(
    desk: Desk, email: str | None, query: str = INVOICES, **headers: str
) -> httpx.Response:
    """Ask by GET."""
    if email is not None:
        headers |= {"authorization": f"Bearer {await desk.house.token(email)}"}
    return await desk.house.gateway.get("/graphql", params={"query": query}, headers=headers)


async def test_who_has_the_answer_is_told_so_without_a_body(desk: Desk) -> None:
    first = await got(desk, PAT)
    again = await got(desk, PAT, **{"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["etag"][0] + first.headers["etag"][-1] == '""'
    assert again.headers["etag"] == first.headers["etag"]
    assert {name: again.headers.get(name) for name in SAFE} == SAFE
    assert not {"content-type", "content-length"} & again.headers.keys()
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


async def test_an_answer_that_has_changed_is_told_whole(desk: Desk) -> None:
    first = await got(desk, PAT)
    await desk.set_level(PAT, "NON_BILLING")
    again = await got(desk, PAT, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.json()["data"]["viewer"]["invoices"]["nodes"]) == (200, [])
    assert again.headers["etag"] != first.headers["etag"]


async def test_ca14_the_same_bytes_are_known_by_another_name_to_another(desk: Desk) -> None:
    own, theirs = await got(desk, PAT, KIND), await got(desk, RILEY, KIND)
    assert own.content == theirs.content
    assert own.headers["etag"] != theirs.headers["etag"]
    stolen = await got(desk, RILEY, KIND, **{"if-none-match": own.headers["etag"]})
    assert (stolen.status_code, stolen.content) == (200, own.content)


async def test_two_tokens_of_one_person_have_the_same_answer(desk: Desk) -> None:
    first = await got(desk, PAT)
    desk.house.tokens[PAT] = await desk.another_token(PAT)
    assert (await got(desk, PAT, **{"if-none-match": first.headers["etag"]})).status_code == 304


async def test_each_media_type_has_a_validator_of_its_own(desk: Desk) -> None:
    older, newer = await got(desk, PAT), await got(desk, PAT, accept=NEWER)
    assert older.content == newer.content
    assert older.headers["etag"] != newer.headers["etag"]


async def test_jw_whoever_is_not_let_in_is_not_told_that_nothing_changed(desk: Desk) -> None:
    first = await got(desk, PAT)
    refused = await got(
        desk, None, authorization="Bearer none", **{"if-none-match": first.headers["etag"]}
    )
    assert refused.status_code == 401
    assert "etag" not in refused.headers


REFUSED: dict[str, tuple[str, int]] = {
    "a field fails": ('{ viewer { kind } node(id: "none") { id } }', 200),
    "no document": ("{", 200),
    "a mutation": ("mutation { __typename }", 405),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_failed_has_no_validator_and_is_never_not_modified(
    desk: Desk, case: str
) -> None:
    query, status = REFUSED[case]
    answer = await got(desk, PAT, query, **{"if-none-match": "*"})
    assert (answer.status_code, "etag" in answer.headers) == (status, False)
    assert answer.json()["errors"]


async def test_a_post_is_answered_whole_whatever_its_client_has(desk: Desk) -> None:
    etag = (await got(desk, PAT)).headers["etag"]
    answer = await desk.post(await desk.house.token(PAT), INVOICES, headers={"if-none-match": etag})
    assert (answer.status_code, "etag" in answer.headers) == (200, False)


async def test_every_rule_is_asked_and_every_row_read_before_it_is_spared(desk: Desk) -> None:
    etag = (await got(desk, PAT)).headers["etag"]
    await desk.house.calls()
    await desk.forgets(ROWS, int(number("open-invoice")))
    again = await got(desk, PAT, **{"if-none-match": etag})
    assert again.status_code == 304
    assert await desk.house.calls() == Counter({"invoices?customerId=1001": 1})


TAGS: dict[str, tuple[list[str], bool]] = {
    "the same": (['"a"'], True),
    "called weak": (['W/"a"'], True),
    "among others": (['"b", W/"c", "a"'], True),
    "in a header of its own": (['"b"', '"a"'], True),
    "any": (["*"], True),
    "another": (['"b"'], False),
    "without quotes": (["a"], False),
    "a part of one": (['"aa"', '"xa"'], False),
    "one with a comma": (['"x,a"'], False),
    "none": ([], False),
    "empty": ([""], False),
}


@pytest.mark.parametrize("case", TAGS)
def test_a_validator_counts_whole_and_weak_or_not(case: str) -> None:
    told, had = TAGS[case]
    assert is_had('"a"', told) is had
