"""`payments`: what went back to its payer, until the office has entered it; what was agreed to."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from tests.ledger.paying import GATEWAY, LOCK, NOON, deposit, moved, part, paying, way_to
from tests.office.shell import at, run, trail

S = AttemptState


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"


async def _recorded(key: str, ledger: Ledger) -> Attempt:
    attempts = Attempts(ledger)
    attempt, _ = await attempts.begin(paying(key, part(11)), NOON, LOCK)
    attempt = await moved(attempts, attempt, *way_to(S.RECORDING))
    found = await attempts.move(attempt, S.RECORDED, GATEWAY, servicetitan_payment_id=4711)
    assert found is not None
    return found


async def _partly(attempt: Attempt, ledger: Ledger) -> None:
    assert await Attempts(ledger).note_sent_back(attempt, Decimal("2.50"), GATEWAY)


async def _wholly(attempt: Attempt, ledger: Ledger) -> None:
    await moved(Attempts(ledger), attempt, S.REFUND_PENDING, S.REFUNDED)


@pytest.mark.parametrize(("goes", "amount"), [(_partly, "2.50 USD"), (_wholly, "12.50 USD")])
def test_what_went_back_of_what_the_books_have_waits_for_the_office(
    url: str, goes: Callable[[Attempt, Ledger], Awaitable[None]], amount: str
) -> None:
    attempt = at(url, partial(_recorded, "a"))
    at(url, partial(_recorded, "b"))
    at(url, partial(goes, attempt))
    result = run(url, "payments", "list", "--office")
    (line,) = result.stdout.splitlines()[3:-1]
    assert attempt.confirmation in line
    assert amount in line
    told = run(url, "payments", "show", f"{attempt.id}").stdout
    assert f"Sent back: {amount}\n" in told
    assert (
        f"{amount} of it went back to its payer, and ServiceTitan does not know: void payment 4711 "
        "there, or enter what went back, and then say so: portal-gateway payments settle 1 "
        "--by NAME."
    ) in told
    done = run(url, "payments", "settle", f"{attempt.id}", "--by", "Sam")
    name = f"Payment {attempt.id} ({attempt.confirmation})"
    assert done.stdout == f"What went back of {name} is settled: {amount}.\n"
    assert trail(url)[-1][:2] == ("Sam", f"payment.refund-settled payment {attempt.id}")
    assert run(url, "payments", "list", "--office").stderr == "There are no such payments.\n"
    again = run(url, "payments", "settle", f"{attempt.id}", "--by", "Sam")
    assert (again.exit_code, again.stdout) == (1, "")


async def _begun(ledger: Ledger) -> Attempt:
    new = replace(deposit("k", 77), authorization_text="I authorize this debit.")
    attempts = Attempts(ledger)
    attempt, _ = await attempts.begin(new, NOON, LOCK)
    await attempts.begin(replace(new, key="other"), NOON, LOCK)  # the same words are kept once
    return await moved(attempts, attempt, *way_to(S.HANDED_OFF))


def test_the_story_tells_the_words_that_its_payer_agreed_to(url: str) -> None:
    attempt = at(url, _begun)
    told = run(url, "payments", "show", f"{attempt.id}").stdout
    assert "Authorized: Pat Jones, version v1 of the text\n" in told
    assert "Text agreed to: I authorize this debit.\n" in told


def test_what_was_handed_off_waits_for_the_office_too(url: str) -> None:
    attempt = at(url, _begun)
    result = run(url, "payments", "list", "--office", "--csv")
    rows = result.stdout.splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == [str(attempt.id)]
    both = run(url, "payments", "list", "--office", "--state", "RECORDED")
    assert both.exit_code == 2
