"""`payments`: listed for the office, told step by step, settled and sent back under a name."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.ledger.attempt_rows import Attempt, NewAttempt, Split
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Audit
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.pending_amounts import PendingAmounts
from gateway.commands.payment_words import NEXT, age_of, next_of
from gateway.commands.payments_office import REFUNDABLE
from gateway.commands.payments_table import inert
from tests.ledger.paying import GATEWAY, LOCK, NOON, deposit, moved, part, paying, way_to
from tests.office.shell import at, run, trail

S = AttemptState
NO_PAYMENT = [
    "999",
    "0",
    "-1",
    "x",
    "",
    "1.0",
    "9" * 40,
    "\N{FULLWIDTH DIGIT ONE}",
    "0000-0000-0000",
]
BY_SAM = ("--by", "Sam")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"


async def _made(new: NewAttempt, state: AttemptState, ledger: Ledger) -> Attempt:
    attempts = Attempts(ledger)
    attempt, _ = await attempts.begin(new, NOON, LOCK)
    return await moved(attempts, attempt, *way_to(state))


def made(url: str, new: NewAttempt, state: AttemptState) -> Attempt:
    """Write a payment down that stands here."""
    return at(url, partial(_made, new, state))


def now(url: str, attempt: Attempt) -> Attempt:
    """Return it as it stands now."""
    return at(url, lambda ledger: Attempts(ledger).get([attempt.id]))[attempt.id]


def test_the_list_shows_each_with_what_the_office_needs(url: str) -> None:
    one = made(url, paying("a", part(11, "7.00"), part(12, "0.50")), S.HANDED_OFF)
    two = made(url, deposit("b", 77), S.REFUSED)
    result = run(url, "payments", "list")
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = result.stdout.splitlines()[3:-1]
    for word in (one.confirmation, "HANDED_OFF", "A-11 (11) 7.00; A-12 (12) 0.50", "7.50 USD"):
        assert word in first
    assert "Visa ending in 4242" in first
    for word in (two.confirmation, "REFUSED", "deposit of estimate 77", "500.00 USD"):
        assert word in second


def test_the_list_is_narrowed_by_state_and_paged(url: str) -> None:
    ids = [
        made(url, paying(f"{n}", part(n)), state).id
        for n, state in enumerate([S.HANDED_OFF, S.RECORDED, S.HANDED_OFF, S.DECLINED])
    ]

    def listed(*more: str) -> list[int]:
        result = run(url, "payments", "list", "--csv", *more)
        assert result.exit_code == 0
        return [int(row["id"]) for row in csv.DictReader(io.StringIO(result.stdout))]

    assert listed() == ids
    assert listed("--state", "HANDED_OFF") == [ids[0], ids[2]]
    assert listed("--state", "HANDED_OFF", "--state", "DECLINED") == [ids[0], ids[2], ids[3]]
    assert listed("--after", f"{ids[1]}") == ids[2:]
    assert listed("--most", "2") == ids[:2]
    assert f"--after {ids[1]}" in run(url, "payments", "list", "--most", "2").stderr
    nothing = run(url, "payments", "list", "--state", "REFUNDED")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == "There are no such payments.\n"
    assert run(url, "payments", "list", "--state", "PAID").exit_code == 2


def test_csv_has_a_row_for_each_and_no_formula_in_it(url: str) -> None:
    splits = (Split(11, "=1+2", part(11).amount), Split(12, 'A,"12"', part(12).amount))
    new = replace(paying("a", *splits), method_label="@SUM(A1)", customer=7)
    attempt = made(url, new, S.HANDED_OFF)
    result = run(url, "payments", "list", "--csv")
    [row] = csv.DictReader(io.StringIO(result.stdout))
    assert row == {
        "id": f"{attempt.id}",
        "confirmation": attempt.confirmation,
        "state": "HANDED_OFF",
        "amount": "25.00",
        "currency": "USD",
        "customer": "7",
        "for": '\'=1+2 (11) 12.50; A,"12" (12) 12.50',
        "method": "'@SUM(A1)",
        "processor": "sandbox",
        "reference": "",
        "servicetitan_payment": "",
        "begun": "2026-07-14T17:00:00+00:00",
        "charged": "2026-07-14T17:01:00+00:00",
        "sent_back": "",
        "office": next_of(attempt),
    }


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_text(begins: str) -> None:
    assert inert(f"{begins}cmd") == f"'{begins}cmd"
    assert inert(f"A{begins}cmd") == f"A{begins}cmd"
    assert inert("") == ""


def test_a_story_has_every_step_with_its_time_and_what_is_next(url: str) -> None:
    attempt = made(url, deposit("a", 77), S.HANDED_OFF)
    at(
        url,
        lambda ledger: Attempts(ledger).note(
            attempt, NOON, processor_ref="pi_1", failure="No.\x1b[2J"
        ),
    )
    result = run(url, "payments", "show", f"{attempt.id}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"Payment: {attempt.id}, confirmation {attempt.confirmation}",
        "Amount: 500.00 USD",
        "For: deposit of estimate 77",
        "Customer: 1",
        "Method: Bank account ending in 6789 (BANK_ACCOUNT)",
        "Processor: sandbox pi_1",
        "Begun by: pat@example.com",
        "Authorized: Pat Jones, version v1 of the text",
        "Failure: No. [2J",
        "",
        "2026-07-14T17:00:00+00:00  RECEIVED",
        "2026-07-14T17:01:00+00:00  CHECKED",
        "2026-07-14T17:01:00+00:00  CHARGING",
        "2026-07-14T17:01:00+00:00  CHARGED",
        "2026-07-14T17:01:00+00:00  HANDED_OFF",
        "",
        next_of(attempt),
    ]
    assert next_of(attempt) == (
        f"Enter it in ServiceTitan, with {attempt.confirmation} in its memo. The gateway finds it "
        f"there by that, or is told: portal-gateway payments settle {attempt.id} --by NAME. To "
        f"send it back to its payer instead: portal-gateway payments refund {attempt.id} --by "
        "NAME."
    )
    by_number = run(url, "payments", "show", attempt.confirmation.lower())
    assert by_number.stdout == result.stdout


@pytest.mark.parametrize("spelled", NO_PAYMENT)
def test_what_is_no_payment_is_said_to_be_none(url: str, spelled: str) -> None:
    made(url, paying("a", part(11)), S.HANDED_OFF)
    for command in (("show",), ("settle", "--by", "Sam"), ("refund", "--by", "Sam")):
        result = run(url, "payments", command[0], *command[1:], "--", spelled)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("There is no such payment.")


def test_what_the_office_entered_is_settled_under_its_name(url: str) -> None:
    attempt = made(url, paying("a", part(11)), S.HANDED_OFF)
    before = datetime.now(UTC)
    result = run(url, "payments", "settle", f"{attempt.id}", "--by", " Sam ")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(
        f"Payment {attempt.id} ({attempt.confirmation}) is settled: 12.50 USD. Until "
    )
    after = now(url, attempt)
    assert (after.state, after.locked_until, after.next_at) == (S.RECORDED, None, None)
    assert trail(url)[-1][:2] == ("Sam", f"payment.settled payment {attempt.id}")
    (*_, (_, entry)) = at(url, lambda ledger: Audit(ledger).read())
    assert entry.actor.startswith("Sam (command line (")
    assert entry.at >= before
    step = at(url, lambda ledger: Attempts(ledger).steps(attempt.id))[-1]
    assert (step.state, step.told) == (S.RECORDED, "the office entered it")
    pending = at(url, lambda ledger: PendingAmounts(ledger).now(0))
    assert set(pending) == {11}  # for as long as a remembered invoice may be older

    later = at(url, lambda on: PendingAmounts(on, lambda: before + timedelta(hours=1)).now(0))
    assert later == {}


def test_what_was_taken_is_sent_back_under_a_name(url: str) -> None:
    attempt = made(url, paying("a", part(11)), S.HANDED_OFF)
    result = run(url, "payments", "refund", attempt.confirmation, "--by", "Sam")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"Payment {attempt.id} ({attempt.confirmation}) is to be sent back: 12.50 USD. The gateway "
        "goes on with it by itself within minutes; portal-gateway payments reconcile has it done "
        "now.\n"
    )
    after = now(url, attempt)
    assert (after.state, after.locked_until) == (S.REFUND_PENDING, None)
    due = at(url, lambda ledger: Attempts(ledger).due(datetime.now(UTC), 10))
    assert [of.id for of in due] == [attempt.id]
    assert trail(url)[-1][:2] == ("Sam", f"payment.refund-ordered payment {attempt.id}")


async def _recorded(attempt: Attempt, ledger: Ledger) -> None:
    found = await Attempts(ledger).move(attempt, S.RECORDED, GATEWAY, servicetitan_payment_id=4711)
    assert found is not None


def test_who_sends_back_what_is_in_the_books_is_told_to_void_it_there(url: str) -> None:
    attempt = made(url, paying("a", part(11)), S.RECORDING)
    at(url, partial(_recorded, attempt))
    result = run(url, "payments", "refund", f"{attempt.id}", "--by", "Sam")
    assert result.stdout.endswith("It stands in ServiceTitan's books: void payment 4711 there.\n")


@pytest.mark.parametrize("state", [state for state in S if state is not S.HANDED_OFF])
def test_only_what_was_handed_off_is_settled(url: str, state: AttemptState) -> None:
    attempt = made(url, paying("a", part(11)), state)
    result = run(url, "payments", "settle", f"{attempt.id}", "--by", "Sam")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"is {state.value}: only what was handed to the office is settled" in result.stderr
    assert now(url, attempt) == attempt


@pytest.mark.parametrize("state", [state for state in S if state not in REFUNDABLE])
def test_only_what_rests_with_its_money_taken_is_sent_back(url: str, state: AttemptState) -> None:
    attempt = made(url, paying("a", part(11)), state)
    result = run(url, "payments", "refund", f"{attempt.id}", "--by", "Sam")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"is {state.value} and cannot be sent back now. " in result.stderr
    assert now(url, attempt) == attempt


async def _locked(attempt: Attempt, ledger: Ledger) -> Attempt:
    found = await Attempts(ledger).lock(attempt, datetime.now(UTC), 120)
    assert found is not None
    return found


@pytest.mark.parametrize("command", ["settle", "refund"])
def test_what_the_gateway_works_on_is_left_alone(url: str, command: str) -> None:
    attempt = at(url, partial(_locked, made(url, paying("a", part(11)), S.HANDED_OFF)))
    result = run(url, "payments", command, f"{attempt.id}", "--by", "Sam")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing was changed; try again in some minutes." in result.stderr
    assert now(url, attempt) == attempt


@pytest.mark.parametrize("command", ["settle", "refund"])
@pytest.mark.parametrize("name", ["", "  ", "Sam\nAlex", "\x1b[2J"])
def test_nothing_is_decided_without_a_name(url: str, command: str, name: str) -> None:
    attempt = made(url, paying("a", part(11)), S.HANDED_OFF)
    result = run(url, "payments", command, f"{attempt.id}", "--by", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Say with --by who decides it" in result.stderr
    assert now(url, attempt) == attempt
    assert run(url, "payments", command, f"{attempt.id}").exit_code == 2


def test_without_the_ledger_nothing_is_done(tmp_path: Path) -> None:
    nowhere = f"sqlite+aiosqlite:///{tmp_path}/not/there.db"
    for command in (
        ("list",),
        ("show", "1"),
        ("settle", "1", "--by", "S"),
        ("refund", "1", "--by", "S"),
    ):
        result = run(nowhere, "payments", *command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "Nothing was" in result.stderr


def test_every_state_has_its_words() -> None:
    assert set(NEXT) == set(S)


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=40), "40 d"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(age: timedelta, told: str) -> None:
    assert age_of(NOON, NOON + age) == told


def test_postgresql_is_worked_with_in_the_same_way(postgresql: str) -> None:
    attempt = made(postgresql, paying("a", part(11)), S.HANDED_OFF)
    assert run(postgresql, "payments", "settle", f"{attempt.id}", "--by", "Sam").exit_code == 0
    shown = run(postgresql, "payments", "show", f"{attempt.id}")
    assert "RECORDED  the office entered it" in shown.stdout
