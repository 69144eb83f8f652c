"""Declining an estimate, where the tenant offers it."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.ledger.audit import Action
from resolvers.ids import global_id
from tests.accepting.conftest import (
    DECLINE,
    PAT,
    PLAIN,
    Office,
    errors,
    opened,
    selling,
)
from tests.estimate_rows import DISMISSED, SOLD

_DISMISS = "/estimates/600101/dismiss$"


@pytest.fixture
async def offering() -> AsyncIterator[Office]:
    """A house where estimates can be declined."""
    async with opened(selling(allow_decline=True)) as each:
        yield each


async def reasons(office: Office) -> list[object]:
    """Return the reasons that were ever given, and of which version."""
    entries = [entry for _, entry in await office.till.desk.audit.read()]
    declined = [entry for entry in entries if entry.action is Action.ESTIMATE_DECLINED]
    return [(entry.subject, entry.version, entry.details["reason"]) for entry in declined]


async def test_it_is_dismissed_and_the_reason_kept(offering: Office) -> None:
    version = await offering.version(PLAIN)
    await offering.house.calls()
    told = await offering.decline(PLAIN, version, reason=" Too much.\nFor now. ")
    assert told == {"estimate": None, "userErrors": []}
    assert await offering.house.calls() == Counter(
        {"estimates?ids=600101": 2, "estimates/600101/dismiss?": 1}
    )
    assert (await offering.row(PLAIN))["status"]["name"] == "Dismissed"
    assert await reasons(offering) == [
        (f"estimate {PLAIN}", version, "Too much.\nFor now."),
    ]


async def test_it_is_off_unless_the_tenant_offers_it(office: Office) -> None:
    told = await office.decline(PLAIN, await office.version(PLAIN))
    assert errors(told) == ["NOT_AVAILABLE"]
    assert (await office.row(PLAIN))["status"]["name"] == "Open"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subtotal": 1.0}, "CHANGED_SINCE_VIEWED"),
        ({"status": SOLD}, "ALREADY_ACCEPTED"),
        ({"status": DISMISSED}, "NO_LONGER_AVAILABLE"),
        ({"customerId": 1009, "locationId": 2009}, "NOT_FOUND"),
    ],
)
async def test_what_is_not_as_it_was_read_is_not_declined(
    offering: Office, change: dict[str, Any], code: str
) -> None:
    version = await offering.version(PLAIN)
    await offering.house.put("estimates", PLAIN, **change)
    await offering.house.calls()
    assert errors(await offering.decline(PLAIN, version)) == [code]
    assert (await offering.house.calls())["estimates/600101/dismiss?"] == 0
    assert await reasons(offering) == []


async def test_who_may_not_see_it_declines_nothing(offering: Office) -> None:
    version = await offering.version(PLAIN)
    wish = {"estimateId": global_id("Estimate", PLAIN), "version": version}
    told = await offering.house.data("riley@example.com", DECLINE, input=wish)
    assert errors(told["declineEstimate"]) == ["NOT_FOUND"]


async def test_what_is_accepted_is_not_declined(offering: Office) -> None:
    """Nor what waits to be sold, though ServiceTitan shows it as open."""
    await offering.house.fault("/estimates/600101/sell$", status=500)
    version = await offering.version(PLAIN)
    await offering.accept(PLAIN)
    assert errors(await offering.decline(PLAIN, version)) == ["ALREADY_ACCEPTED"]


@pytest.mark.parametrize("fault", [{"status": 500, "after": True}, {"reset": True, "after": True}])
async def test_declined_although_the_answer_was_lost(
    offering: Office, fault: dict[str, Any]
) -> None:
    version = await offering.version(PLAIN)
    await offering.house.fault(_DISMISS, **fault)
    assert errors(await offering.decline(PLAIN, version)) == []


@pytest.mark.parametrize("fault", [{"status": 500}, {"reset": True}, {"status": 429}])
async def test_who_does_not_know_says_so(offering: Office, fault: dict[str, Any]) -> None:
    version = await offering.version(PLAIN)
    await offering.house.fault(_DISMISS, **fault)
    wish = {"estimateId": global_id("Estimate", PLAIN), "version": version}
    told = await offering.house.ask(PAT, DECLINE, input=wish)
    assert told["errors"][0]["extensions"]["code"].startswith("UPSTREAM_")
    assert errors(await offering.decline(PLAIN, version)) == []


async def test_what_servicetitan_refuses_to_dismiss_is_not_declined(offering: Office) -> None:
    version = await offering.version(PLAIN)
    await offering.house.fault(_DISMISS, status=400)
    assert errors(await offering.decline(PLAIN, version)) == ["NO_LONGER_AVAILABLE"]


@pytest.mark.parametrize("reason", ["r" * 1001, "\x00", "right to\u202eleft"])
async def test_a_reason_is_printable_and_not_endless(offering: Office, reason: str) -> None:
    version = await offering.version(PLAIN)
    wish = {"estimateId": global_id("Estimate", PLAIN), "version": version, "reason": reason}
    told = await offering.house.ask(PAT, DECLINE, input=wish)
    assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await reasons(offering) == []
