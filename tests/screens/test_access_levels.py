"""`setAccessLevel`: it counts on the next request, in every worker, and is written down."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.ledger.audit import Action, Audit
from adapters.ledger.ledger import Ledger
from resolvers.policy import Access
from tests.databases import postgresql as postgresql  # noqa: PLC0414  # a fixture, taken in by name
from tests.house import House, demo_policy, gid
from tests.staff import (
    SET_LEVEL,
    STAFF,
    VIEWER_ONLY,
    as_staff,
    staff_data,
    staffed_house,
    two_workers,
)

PAT, RILEY, SAM = (f"{name}@example.com" for name in ("pat", "riley", "sam"))
INVOICES = "invoices(first: 2) { totalCount nodes { number } }"
LATEST = {"totalCount": 7, "nodes": [{"number": "500106"}, {"number": "500121"}]}
NOTHING: dict[str, Any] = {"totalCount": 0, "nodes": []}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door."""
    async with staffed_house() as ready:
        yield ready


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database that several workers can have together."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    return str(request.getfixturevalue("postgresql"))


async def put(house: House, email: str, level: str, place: int | None = None) -> Any:  # noqa: ANN401  # JSON
    wish = {"email": email, "customerNumber": "1001", "level": level}
    told = wish if place is None else wish | {"locationNumber": str(place)}
    return (await staff_data(house, SET_LEVEL, input=told))["setAccessLevel"]


async def invoices(house: House, email: str) -> Any:  # noqa: ANN401  # JSON
    return (await house.viewer(email, INVOICES))["invoices"]


async def test_after_riley_is_given_billing_the_invoices_appear_on_the_next_request(
    house: House,
) -> None:
    assert await invoices(house, RILEY) == NOTHING
    assert await put(house, " Riley@Example.com ", "BILLING") == {
        "grant": {
            "email": RILEY,
            "customerName": "Pat Sullivan",
            "locationName": None,
            "level": "BILLING",
            "source": "OVERRIDE",
            "blockedBecause": None,
        },
        "userErrors": [],
    }
    assert await invoices(house, RILEY) == LATEST
    taken_back = await put(house, RILEY, "INHERIT")
    assert taken_back["grant"]["level"] == "NON_BILLING"  # the policy file's
    assert await invoices(house, RILEY) == NOTHING


async def test_a_level_set_in_one_worker_counts_in_the_other_on_the_next_request(
    shared: str,
) -> None:
    async with two_workers(shared) as (one, other):
        for here, there in ((one, other), (other, one)):
            assert await invoices(there, RILEY) == NOTHING
            await put(here, RILEY, "BILLING")
            assert await invoices(there, RILEY) == LATEST
            assert await invoices(here, RILEY) == LATEST
            await put(here, PAT, "NONE")
            assert (await there.viewer(PAT, "customers { totalCount }")) == {
                "customers": {"totalCount": 0}
            }
            await put(here, PAT, "INHERIT")
            await put(here, RILEY, "INHERIT")


async def test_r14_what_a_worker_remembers_to_have_refused_is_let_go_of(house: House) -> None:
    query = "query($id: ID!) { node(id: $id) { id } }"
    refused = await house.ask(RILEY, query, id=gid("open-invoice"))
    assert refused["data"] == {"node": None}
    await put(house, RILEY, "BILLING")
    assert await house.data(RILEY, query, id=gid("open-invoice")) == {
        "node": {"id": gid("open-invoice")}
    }


async def test_r4_a_place_of_its_own_wins_and_inherits_again(house: House) -> None:
    told = await put(house, PAT, "NON_BILLING", 2001)
    assert (told["grant"]["locationName"], told["grant"]["level"]) == (
        "Pat Sullivan",
        "NON_BILLING",
    )
    assert (await invoices(house, PAT))["totalCount"] == 1  # the one without a location
    told = await put(house, PAT, "INHERIT", 2001)
    assert told["grant"] == {
        "email": PAT,
        "customerName": "Pat Sullivan",
        "locationName": "Pat Sullivan",
        "level": "BILLING",
        "source": "CUSTOMER_CONTACT",
        "blockedBecause": None,
    }
    assert (await invoices(house, PAT))["totalCount"] == 7


async def test_a_level_for_no_contact_is_kept_and_told_to_open_nothing(house: House) -> None:
    told = await put(house, "rilye@example.com", "BILLING")
    assert told["grant"]["blockedBecause"] == (
        "The email is no contact there, so that the level opens nothing."
    )
    assert (await put(house, "rilye@example.com", "INHERIT")) == {"grant": None, "userErrors": []}


async def test_a_placeholder_is_told_to_open_nothing_still() -> None:
    async with staffed_house(demo_policy(access=Access(placeholder_emails=(PAT,)))) as house:
        told = await put(house, PAT, "BILLING")
        assert told["grant"]["blockedBecause"].startswith("The policy names this email")


WRONG = [
    ({"email": "riley"}, "BAD_INPUT", "This is no email.", "email"),
    ({"email": "a\0@b.example"}, "BAD_INPUT", "This is no email.", "email"),
    (
        {"customerNumber": "99999"},
        "NOT_FOUND",
        "There is no customer with this number.",
        "customerNumber",
    ),
    (
        {"customerNumber": "x"},
        "NOT_FOUND",
        "There is no customer with this number.",
        "customerNumber",
    ),
    (
        {"customerNumber": "1041"},
        "NOT_AVAILABLE",
        "Customer 1041 (D. Novak) was merged into customer 1042.",
        "customerNumber",
    ),
    *(
        (
            {"locationNumber": told},
            "NOT_FOUND",
            "This customer has no location with this number.",
            "locationNumber",
        )
        for told in ("2011", "99999", "Home", "")
    ),
]


@pytest.mark.parametrize(("wrong", "code", "message", "field"), WRONG)
async def test_what_does_not_fit_is_told_as_data_and_sets_nothing(
    tmp_path: Path, wrong: dict[str, str], code: str, message: str, field: str
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with staffed_house(database=url) as house:
        wish = {"email": RILEY, "customerNumber": "1001", "level": "BILLING"} | wrong
        told = await staff_data(house, SET_LEVEL, input=wish)
        assert told["setAccessLevel"] == {
            "grant": None,
            "userErrors": [{"code": code, "message": message, "field": ["input", field]}],
        }
    assert [entry for entry in await audited(url) if entry[0] is Action.ACCESS_SET] == []


@pytest.mark.parametrize("level", ["BILLING", "INHERIT"])
async def test_staff_without_billing_right_open_no_money(house: House, level: str) -> None:
    wish = {"email": RILEY, "customerNumber": "1001", "level": level}
    told = await as_staff(house, SET_LEVEL, staff=VIEWER_ONLY, input=wish)
    assert told["data"] is None
    assert [error["extensions"] for error in told["errors"]] == [{"code": "FORBIDDEN"}]
    assert await invoices(house, RILEY) == NOTHING


@pytest.mark.parametrize("level", ["NON_BILLING", "NONE"])
async def test_staff_without_billing_right_may_close(house: House, level: str) -> None:
    wish = {"email": PAT, "customerNumber": "1001", "level": level}
    told = await as_staff(house, SET_LEVEL, staff=VIEWER_ONLY, input=wish)
    assert told["data"]["setAccessLevel"]["grant"]["level"] == level
    assert (await house.viewer(PAT, "invoices { totalCount }"))["invoices"]["totalCount"] == 0


async def test_who_set_what_is_written_down(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with staffed_house(database=url) as house:
        await put(house, RILEY, "BILLING")
        await put(house, RILEY, "BILLING")
        await put(house, RILEY, "NONE", 2001)
    set_by = [entry for entry in await audited(url) if entry[0] is Action.ACCESS_SET]
    assert [(actor, subject) for _, actor, subject, _ in set_by] == [(STAFF, RILEY)] * 2
    assert [details["after"] for *_, details in set_by] == ["BILLING", "NONE"]
    assert [details["location"] for *_, details in set_by] == [None, 2001]


async def audited(url: str) -> list[tuple[Action, str, str, Any]]:
    ledger = Ledger(url)
    await ledger.open()
    entries = [entry for _, entry in await Audit(ledger).read()]
    await ledger.aclose()
    return [(entry.action, entry.actor, entry.subject, entry.details) for entry in entries]
