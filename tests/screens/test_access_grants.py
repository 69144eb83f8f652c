"""`access`: who reaches a customer, what an email reaches, and what keeps it from opening."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from resolvers import grant_lists
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from tests.house import HOME, House, demo_policy
from tests.staff import ACCESS, SET_LEVEL, as_staff, staff_data, staffed_house

PAT, RILEY, SAM, DANA = (f"{name}@example.com" for name in ("pat", "riley", "sam", "dana"))
MISSPELT = "rilye@example.com"
NO_CONTACT = "The email is no contact there, so that the level opens nothing."


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door."""
    async with staffed_house() as ready:
        yield ready


def grant(
    email: str,
    customer: str,
    level: str,
    source: str,
    *,
    location: str | None = None,
    blocked: str | None = None,
) -> dict[str, Any]:
    return {
        "email": email,
        "customerName": customer,
        "locationName": location,
        "level": level,
        "source": source,
        "blockedBecause": blocked,
    }


async def granted(house: House, **asked: str) -> Any:  # noqa: ANN401  # JSON
    return (await staff_data(house, ACCESS, **asked))["access"]


PATS = grant(PAT, "Pat Sullivan", "BILLING", "CUSTOMER_CONTACT")
RILEYS = grant(RILEY, "Pat Sullivan", "NON_BILLING", "OVERRIDE")
SAMS = grant(SAM, "Lakeview Rentals", "NON_BILLING", "LOCATION_CONTACT", location="Lakeview 2B")
LANDLORDS = grant(
    "office@lakeview-rentals.example", "Lakeview Rentals", "BILLING", "CUSTOMER_CONTACT"
)
NEIGHBORS = SAMS | {"email": "neighbor@example.net", "locationName": "Lakeview 3A"}


async def test_everybody_who_reaches_a_customer_is_told_and_how(house: House) -> None:
    assert await granted(house, customer="1001") == [PATS, RILEYS]
    assert await granted(house, customer=" 1021 ") == [NEIGHBORS, LANDLORDS, SAMS]
    assert await house.calls() == {}


async def test_what_an_email_reaches_is_told_in_any_spelling(house: House) -> None:
    assert await granted(house, email=" Sam@EXAMPLE.com ") == [SAMS]
    morgans = await granted(house, email="morgan@example.com")
    assert [one["customerName"] for one in morgans] == [
        "Alpha Apartments",
        "Beta Buildings",
        "Gamma Gardens",
    ]
    assert await granted(house, email="casey@example.com") == []


async def test_both_together_are_that_email_there(house: House) -> None:
    assert await granted(house, email=RILEY, customer=str(HOME)) == [RILEYS]
    assert await granted(house, email=SAM, customer=str(HOME)) == []


async def test_r13_a_merged_customer_is_told_to_open_nothing(house: House) -> None:
    because = "Customer 1041 (D. Novak) was merged into customer 1042."
    blocked = grant(DANA, "D. Novak", "BILLING", "CUSTOMER_CONTACT", blocked=because)
    assert await granted(house, email=DANA) == [blocked]
    assert await granted(house, customer="1041") == [blocked]


async def test_r12_a_placeholder_is_told_to_open_nothing() -> None:
    async with staffed_house(demo_policy(access=Access(placeholder_emails=(SAM,)))) as house:
        because = "The policy names this email as a placeholder, which is nobody's."
        assert await granted(house, email=SAM) == [SAMS | {"blockedBecause": because}]


async def test_r4_r6_levels_of_places_are_told_one_by_one_and_no_access_as_such() -> None:
    levels = (
        Override(customer=1031, location=2101, level=AccessLevel.NONE),
        Override(customer=1031, location=2103, level=AccessLevel.NON_BILLING),
    )
    access = Access(people={"jordan@example.com": levels})
    async with staffed_house(demo_policy(access=access)) as house:
        told = await granted(house, email="jordan@example.com")
    assert [(one["locationName"], one["level"], one["blockedBecause"]) for one in told] == [
        (None, "BILLING", None),
        ("Lakefront Grocers Oak Park", "NONE", "The office set No access."),
        ("Lakefront Grocers Forest Park", "NON_BILLING", None),
    ]
    assert [one["source"] for one in told] == ["CUSTOMER_CONTACT", "OVERRIDE", "OVERRIDE"]


async def test_r1_a_level_for_an_email_that_is_no_contact_is_told_to_open_nothing(
    house: House,
) -> None:
    for place in ({}, {"locationNumber": "2001"}):
        wish = {"email": MISSPELT, "customerNumber": "1001", "level": "BILLING"} | place
        _ = await staff_data(house, SET_LEVEL, input=wish)
    lost = grant(MISSPELT, "Pat Sullivan", "BILLING", "OVERRIDE", blocked=NO_CONTACT)
    both = [lost, lost | {"locationName": "Pat Sullivan"}]
    assert await granted(house, email=MISSPELT) == both
    assert await granted(house, customer="1001") == [PATS, RILEYS, *both]


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        ({}, "BAD_USER_INPUT", "Name a customer by its number, an email, or both."),
        ({"email": "nobody"}, "BAD_USER_INPUT", "`email` must be an email."),
        ({"email": "a\0@example.com"}, "BAD_USER_INPUT", "`email` must be an email."),
        ({"email": f"{'a' * 250}@example.com"}, "BAD_USER_INPUT", "`email` must be an email."),
        ({"customer": "99999"}, "NOT_FOUND", "Not found."),
        ({"customer": "01001"}, "NOT_FOUND", "Not found."),
        ({"customer": "Pat"}, "NOT_FOUND", "Not found."),
        ({"customer": str(2**63)}, "NOT_FOUND", "Not found."),
    ],
)
async def test_what_cannot_be_answered_is_said(
    house: House, asked: dict[str, str], code: str, message: str
) -> None:
    told = await as_staff(house, ACCESS, **asked)
    assert told["data"] == {"access": None}
    [error] = told["errors"]
    assert (error["message"], error["extensions"]) == (message, {"code": code})


async def test_more_than_can_be_told_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grant_lists, "MOST_GRANTS", 2)
    monkeypatch.setattr(grant_lists, "MOST_PEOPLE", 2)
    assert len(await granted(house, customer="1001")) == 2
    for asked, limit in (
        ({"customer": "1021"}, "people"),
        ({"email": "morgan@example.com"}, "grants"),
    ):
        told = await as_staff(house, ACCESS, **asked)
        extensions = {"code": "LIMIT_EXCEEDED", "limit": limit}
        assert [error["extensions"] for error in told["errors"]] == [extensions]
