"""Pages of a list: their arguments, their cursors, and what happens between two of them."""

import base64

import pytest

from tests.house import House, ready_house

PAT, JORDAN = "pat@example.com", "jordan@example.com"
PAGE = """edges { cursor node { number } } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""


async def page(house: House, arguments: str, email: str = JORDAN) -> dict[str, object]:
    told = await house.viewer(email, f"invoices({arguments}) {{ {PAGE} }}")
    listed: dict[str, object] = told["invoices"]
    return listed


def numbers(told: dict[str, object]) -> list[str]:
    return [edge["node"]["number"] for edge in told["edges"]]  # type: ignore[attr-defined]  # JSON


def end(told: dict[str, object], which: str = "endCursor") -> str:
    return str(told["pageInfo"][which])  # type: ignore[index]  # JSON


async def refused(house: House, arguments: str, email: str = PAT) -> dict[str, object]:
    told = await house.ask(
        email, f"{{ viewer {{ email invoices({arguments}) {{ totalCount }} }} }}"
    )
    assert told["data"] == {"viewer": {"email": email, "invoices": None}}
    (error,) = told["errors"]
    extensions: dict[str, object] = error["extensions"]
    return extensions


async def test_pages_forward_and_backward_meet(house: House) -> None:
    first = await page(house, "first: 3")
    second = await page(house, f'first: 3, after: "{end(first)}"')
    both = await page(house, "first: 6")
    assert numbers(first) + numbers(second) == numbers(both)
    assert first["totalCount"] == 1500
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": first["edges"][0]["cursor"],  # type: ignore[index]  # JSON
        "endCursor": first["edges"][-1]["cursor"],  # type: ignore[index]  # JSON
    }
    back = await page(house, f'last: 3, before: "{end(second, "startCursor")}"')
    assert numbers(back) == numbers(first)
    final = await page(house, "last: 2")
    assert final["pageInfo"]["hasNextPage"] is False  # type: ignore[index]  # JSON
    assert final["pageInfo"]["hasPreviousPage"] is True  # type: ignore[index]  # JSON


@pytest.mark.parametrize("first", ["0", "-1", "101", "2147483647", "null"])
async def test_gd11_first_is_one_to_a_hundred(house: House, first: str) -> None:
    assert await refused(house, f"first: {first}") == {"code": "BAD_USER_INPUT"}
    assert await house.calls() == {}


@pytest.mark.parametrize("arguments", ["first: 5, last: 5", "last: 0", "last: 101"])
async def test_gd11_first_and_last_contradict(house: House, arguments: str) -> None:
    assert await refused(house, arguments) == {"code": "BAD_USER_INPUT"}


async def test_gd11_a_variable_that_is_not_given_is_no_first(house: House) -> None:
    query = """query($first: Int, $after: String, $last: Int, $before: String) { viewer {
        invoices(first: $first, after: $after, last: $last, before: $before) {
            nodes { number } } } }"""
    backward = await house.data(PAT, query, last=2)
    assert [row["number"] for row in backward["viewer"]["invoices"]["nodes"]] == [
        "500110",
        "500109",
    ]
    both = await house.ask(PAT, query, first=2, last=2)
    assert both["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    default = await house.data(PAT, query)
    assert len(default["viewer"]["invoices"]["nodes"]) == 7


async def test_an_unknown_tab_is_bad_input(house: House) -> None:
    told = await house.ask(PAT, "{ viewer { jobs(tab: SOON) { totalCount } } }")
    assert "data" not in told
    assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_az7_a_cursor_is_good_for_its_viewer_list_and_arguments_alone(house: House) -> None:
    cursor = end(await page(house, "first: 1"))
    assert await refused(house, f'after: "{cursor}"') == {"code": "BAD_CURSOR"}
    narrowed = f'after: "{cursor}", status: OPEN'
    assert await refused(house, narrowed, JORDAN) == {"code": "BAD_CURSOR"}
    told = await house.ask(
        JORDAN, f'{{ viewer {{ jobs(tab: COMPLETED, after: "{cursor}") {{ totalCount }} }} }}'
    )
    assert told["errors"][0]["extensions"] == {"code": "BAD_CURSOR"}


@pytest.mark.parametrize("at", range(0, 31, 5))
async def test_az7_an_edited_cursor_is_refused(house: House, at: int) -> None:
    cursor = end(await page(house, "first: 1", PAT))
    edited = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
    assert await refused(house, f'after: "{edited}"') == {"code": "BAD_CURSOR"}


async def test_a_cursor_has_one_spelling(house: House) -> None:
    cursor = end(await page(house, "first: 1", PAT))
    for other in (f"{cursor}=", f"{cursor}==", f" {cursor}", f"{cursor}A"):
        assert await refused(house, f'after: "{other}"') == {"code": "BAD_CURSOR"}


@pytest.mark.parametrize("cursor", ["x", "é", "=", "A" * 10_000, "\\u0000"])
async def test_a_malformed_cursor_is_refused(house: House, cursor: str) -> None:
    assert await refused(house, f'after: "{cursor}"') == {"code": "BAD_CURSOR"}


async def test_an_empty_cursor_is_no_place_in_a_list(house: House) -> None:
    assert await refused(house, 'after: ""') == {"code": "BAD_CURSOR"}


async def test_r59_a_cursor_holds_a_day_and_an_id_and_no_time(house: House) -> None:
    told = await house.viewer(PAT, "jobs(tab: UPCOMING, first: 1) { pageInfo { endCursor } }")
    raw = base64.urlsafe_b64decode(told["jobs"]["pageInfo"]["endCursor"] + "==")
    assert len(raw) == 3 + 8 + 12


async def test_a_row_that_leaves_its_list_between_two_pages_loses_no_other() -> None:
    async with ready_house() as house:
        whole = numbers(await page(house, "first: 7", PAT))
        first = await page(house, "first: 2", PAT)
    async with ready_house() as later:
        await later.put("invoices", int(whole[1]), active=False)
        rest = await page(later, f'first: 7, after: "{end(first)}"', PAT)
        assert numbers(rest) == whole[2:]
        before = await page(later, f'last: 7, before: "{end(first)}"', PAT)
        assert numbers(before) == whole[:1]
