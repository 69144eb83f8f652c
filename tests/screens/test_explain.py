"""`explain`: the rules that were asked about a record and a person, and what each of them said."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.ledger.audit import Action, Audit
from adapters.ledger.ledger import Ledger
from resolvers.policy import Access
from tests.house import HOME, House, demo_policy, number
from tests.promises import JORDAN
from tests.staff import (
    EXPLAIN,
    SET_LEVEL,
    STAFF,
    as_staff,
    explained,
    staff_data,
    staffed_house,
)

PAT, RILEY, SAM, DANA = (f"{name}@example.com" for name in ("pat", "riley", "sam", "dana"))
CONTACT = "Is the email a contact of the customer, or at the location, that the record is of?"
LIVE = "Is that record active, and not merged into another?"
LEVEL = "Which level has the email there, and is it more than No access?"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door."""
    async with staffed_house() as ready:
        yield ready


def told(explanation: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(rule["rule"], rule["passed"]) for rule in explanation["rules"]]


def last(explanation: dict[str, Any]) -> tuple[str, bool, str]:
    rule = explanation["rules"][-1]
    return rule["rule"], rule["passed"], rule["because"]


async def test_every_rule_is_told_with_its_question_its_answer_and_why(house: House) -> None:
    assert await explained(house, SAM, "INVOICE", 500402) == {
        "visible": False,
        "rules": [
            {
                "rule": "R2",
                "question": "Is the email on a customer or a location?",
                "passed": True,
                "because": "The email is on location 2021 (Lakeview 2B).",
            },
            {
                "rule": "R12",
                "question": "Is it one person's email, and no placeholder?",
                "passed": True,
                "because": "The email is no placeholder: it is on 1 of at most 25 customers.",
            },
            {
                "rule": "R14",
                "question": "Does ServiceTitan have the record?",
                "passed": True,
                "because": "It is invoice 500402.",
            },
            {
                "rule": "R1",
                "question": CONTACT,
                "passed": True,
                "because": "The email is a contact of location 2021 (Lakeview 2B).",
            },
            {
                "rule": "R13",
                "question": LIVE,
                "passed": True,
                "because": "It is active, and was not merged away.",
            },
            {
                "rule": "R3",
                "question": LEVEL,
                "passed": True,
                "because": (
                    "The email is on location 2021 (Lakeview 2B) alone, which gives Non-billing "
                    "access there."
                ),
            },
            {
                "rule": "R24",
                "question": "Is the invoice active?",
                "passed": True,
                "because": "The invoice is active.",
            },
            {
                "rule": "R19",
                "question": "Has the email Billing access on its Bill-To?",
                "passed": False,
                "because": (
                    "It is billed to customer 1022 (Lakeview Holdings), whoever the work at "
                    "location 2021 (Lakeview 2B) was done for."
                ),
            },
        ],
    }


SEEN = {
    ("CUSTOMER", HOME): ["R2", "R12", "R14", "R1", "R13", "R7", "R1", "R4"],
    ("INVOICE", 500106): [*("R2", "R12", "R14", "R1", "R13", "R7"), "R24", "R18", "R21"],
    ("JOB", 300103): ["R2", "R12", "R14", "R1", "R13", "R7", "R19"],
    ("ESTIMATE", 600101): ["R2", "R12", "R14", "R1", "R13", "R7", "R36", "R38"],
    ("EQUIPMENT", 800101): ["R2", "R12", "R14", "R1", "R13", "R7", "R66", "R67"],
    ("MEMBERSHIP", 900101): ["R2", "R12", "R14", "R1", "R13", "R7", "R76", "R78"],
}


@pytest.mark.parametrize(("kind", "of"), SEEN, ids=[kind for kind, _ in SEEN])
async def test_what_is_seen_passes_the_rules_of_its_kind_and_stands_on_a_screen(
    house: House, kind: str, of: int
) -> None:
    found = await explained(house, f" {PAT.upper()} ", kind, of)
    listed = [] if kind == "CUSTOMER" else ["Settings"]
    assert found["visible"] is True
    assert [rule for rule, _ in told(found)][: len(SEEN[kind, of])] == SEEN[kind, of]
    rest = [rule for rule, _ in told(found)][len(SEEN[kind, of]) :]
    assert rest == ([*listed, "R51"] if kind == "JOB" else listed)
    assert all(passed for _, passed in told(found))


async def test_an_agreement_is_explained_by_the_place_that_opens_it(house: House) -> None:
    found = await explained(house, JORDAN, "SERVICE_AGREEMENT", 930801)
    assert found["visible"] is True
    assert [rule for rule, _ in told(found)][-3:] == ["R70", "R71", "Settings"]


@pytest.mark.parametrize(
    ("email", "kind", "of", "rule", "because"),
    [
        (
            "casey@example.com",
            "JOB",
            300501,
            "R2",
            "The email is on no customer and on no location.",
        ),
        ("no email", "JOB", 300501, "R2", "The email is on no customer and on no location."),
        (
            "a\0b@example.com",
            "JOB",
            300501,
            "R2",
            "The email is on no customer and on no location.",
        ),
        (PAT, "INVOICE", "nope", "R14", "ServiceTitan has no invoice nope."),
        (PAT, "INVOICE", "0500106", "R14", "ServiceTitan has no invoice 0500106."),
        (PAT, "JOB", "  ", "R14", "ServiceTitan has no job with such a number."),
        (PAT, "JOB", "3\0", "R14", "ServiceTitan has no job with such a number."),
        (PAT, "ESTIMATE", "0600101", "R14", "ServiceTitan has no active estimate 0600101."),
        (PAT, "CUSTOMER", 99999, "R14", "ServiceTitan has no customer 99999."),
        (
            PAT,
            "JOB",
            300303,
            "R1",
            (
                "The email is no contact of customer 1012 (Beta Buildings), "
                "nor of location 2012 (Beta Buildings)."
            ),
        ),
        (DANA, "CUSTOMER", 1041, "R13", "Customer 1041 (D. Novak) was merged into customer 1042."),
        (
            SAM,
            "CUSTOMER",
            1021,
            "R1",
            "The email is no contact of customer 1021 (Lakeview Rentals).",
        ),
        (RILEY, "INVOICE", 500106, "R18", "It takes Billing access on the invoice's Bill-To."),
        (RILEY, "ESTIMATE", 600101, "R36", "It takes Billing access on the estimate's customer."),
        (
            RILEY,
            "MEMBERSHIP",
            900101,
            "R4",
            "It takes Billing access on the membership's location.",
        ),
        (
            PAT,
            "INVOICE",
            number("empty-invoice"),
            "R21",
            "The invoice never had a balance above 0.",
        ),
    ],
)
async def test_the_last_rule_says_why_not(
    house: House, email: str, kind: str, of: object, rule: str, because: str
) -> None:
    found = await explained(house, email, kind, of)
    assert found["visible"] is False
    assert last(found) == (rule, False, because)
    assert all(passed for _, passed in told(found)[:-1])


SET = [
    # at the home alone, or at the customer; the level; the last rule, and what it says
    (
        False,
        "NONE",
        "R4",
        (
            "The office set No access on customer 1001 in the gateway. "
            "Location 2001 (Pat Sullivan) has no level of its own."
        ),
    ),
    (
        True,
        "NONE",
        "R6",
        "The office set No access on location 2001 (Pat Sullivan) in the gateway.",
    ),
    (
        True,
        "NON_BILLING",
        "R4",
        "The office set Non-billing access on location 2001 (Pat Sullivan) in the gateway.",
    ),
]


@pytest.mark.parametrize(("at_home", "level", "rule", "because"), SET)
async def test_a_level_says_who_set_it_and_where(
    house: House, at_home: bool, level: str, rule: str, because: str
) -> None:
    wish = {"email": PAT, "customerNumber": "1001", "level": level}
    home = {"locationNumber": "2001"} if at_home else {}
    _ = await staff_data(house, SET_LEVEL, input=wish | home)
    found = await explained(house, PAT, "INVOICE", 500106)
    outcome = next(rule for rule in found["rules"] if rule["question"] == LEVEL)
    assert (outcome["rule"], outcome["because"]) == (rule, because)
    assert outcome["passed"] is (level != "NONE")
    assert found["visible"] is False


async def test_a_level_of_the_policy_file_is_told_as_one(house: House) -> None:
    found = await explained(house, RILEY, "JOB", 300103)
    assert found["visible"] is True
    assert ("R4", True) in told(found)
    assert "set Non-billing access on customer 1001 in the policy file." in str(found)


async def test_r12_a_placeholder_is_told_before_anything_is_read() -> None:
    policy = demo_policy(access=Access(placeholder_emails=(PAT,)))
    async with staffed_house(policy) as house:
        found = await explained(house, PAT, "INVOICE", 500106)
        assert told(found) == [("R2", True), ("R12", False)]
        assert await house.calls() == {}


async def test_a_number_that_several_invoices_bear_is_asked_back(house: House) -> None:
    await house.put("invoices", 500107, referenceNumber="500106")
    answer = await as_staff(house, EXPLAIN, email=PAT, kind="INVOICE", number="500106")
    assert answer["data"] == {"explain": None}
    [error] = answer["errors"]
    assert error["message"] == "ServiceTitan has 2 invoices with the number 500106."
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_explaining_costs_one_call_for_the_record(house: House) -> None:
    for email in (PAT, RILEY):
        await explained(house, email, "INVOICE", 500106)
        assert await house.calls() == Counter({"invoices?activeState=All&number=500106": 1})
    for _ in range(2):
        await explained(house, RILEY, "ESTIMATE", 600101)
        assert await house.calls() == Counter({"estimates?ids=600101": 1})
    await explained(house, PAT, "ESTIMATE", 600101)
    await explained(house, PAT, "CUSTOMER", HOME)
    await explained(house, "casey@example.com", "JOB", 300103)
    assert await house.calls() == Counter()


async def test_servicetitan_away_is_an_error_and_no_explanation(house: House) -> None:
    await house.fault("/invoices", status=500, times=9)
    answer = await as_staff(house, EXPLAIN, email=PAT, kind="INVOICE", number="500106")
    assert answer["data"] == {"explain": None}
    assert answer["errors"][0]["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}


async def test_that_it_was_explained_is_written_down_without_what_it_said(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with staffed_house(database=url) as house:
        await explained(house, " SAM@example.com", "INVOICE", " 500402 ")
        await explained(house, "nobody", "JOB", "3\0")
    ledger = Ledger(url)
    await ledger.open()
    entries = [entry for _, entry in await Audit(ledger).read()]
    await ledger.aclose()
    asked = [entry for entry in entries if entry.action is Action.EXPLAINED]
    assert [(entry.actor, entry.subject, entry.details) for entry in asked] == [
        (STAFF, SAM, {"kind": "INVOICE", "number": "500402"}),
        (STAFF, "no email", {"kind": "JOB", "number": None}),
    ]
    assert all(entry.request_id for entry in asked)
