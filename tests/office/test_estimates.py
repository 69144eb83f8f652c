"""`estimates accepted`: what customers accepted, listed for whoever sells it by hand."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.ledger.acceptance_rows import Acceptance, NewAcceptance, SignatureKind
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.acceptances import Acceptances
from adapters.ledger.audit import By
from adapters.ledger.ledger import Ledger
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.ledger.rights import read_revisions
from tests.office.shell import at, run

S = AcceptanceState
BY = By("pat@example.com", "request", datetime(2026, 7, 14, 17, tzinfo=UTC))


def signed(estimate: int, signer: str = "Pat") -> NewAcceptance:
    return NewAcceptance(
        principal="pat",
        by=BY,
        key=f"key {estimate}",
        request_hash="x",
        estimate=estimate,
        version="v",
        customer=1,
        location=10,
        proposal_number="300115",
        signer=signer,
        signature_kind=SignatureKind.TYPED,
        signature=signer.encode(),
        shown=b"{}",
        currency="USD",
        total=Decimal("6156.60"),
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"


def accepted(url: str, new: NewAcceptance, *states: AcceptanceState) -> Acceptance:
    """Write down an acceptance that came so far."""

    async def made(ledger: Ledger) -> Acceptance:
        acceptances = Acceptances(ledger)
        acceptance, _ = await acceptances.begin(new, 60)
        for state in states:
            moved = await acceptances.move(acceptance, state, BY)
            assert moved is not None
            acceptance = moved
        return acceptance

    return at(url, made)


def test_the_office_is_told_what_it_has_to_sell(url: str) -> None:
    first = accepted(url, signed(600101), S.HANDED_OFF)
    accepted(url, signed(600102), S.SELLING, S.SOLD)
    told = run(url, "estimates", "accepted", "--state", "HANDED_OFF")
    assert told.exit_code == 0
    for said in (first.confirmation, "600101", "300115", "Pat", "6156.60", "HANDED_OFF"):
        assert said in told.output
    assert "600102" not in told.output
    assert "600102" in run(url, "estimates", "accepted").output


def test_a_spreadsheet_calculates_nothing_of_it(url: str) -> None:
    one = accepted(url, signed(600101, '=HYPERLINK("http://x")'), S.HANDED_OFF)
    told = run(url, "estimates", "accepted", "--csv")
    (row,) = csv.DictReader(io.StringIO(told.stdout))
    assert row == {
        "id": str(one.id),
        "confirmation": one.confirmation,
        "state": "HANDED_OFF",
        "estimate": "600101",
        "job": "300115",
        "customer": "1",
        "signer": '\'=HYPERLINK("http://x")',
        "total": "6156.60",
        "currency": "USD",
        "deposit_payment": "",
        "accepted": "2026-07-14T17:00:00+00:00",
    }


def test_none_is_said_so_and_more_is_pointed_to(url: str) -> None:
    assert "There are no such acceptances." in run(url, "estimates", "accepted").output
    one = accepted(url, signed(600101), S.HANDED_OFF)
    told = run(url, "estimates", "accepted", "--most", "1")
    assert f"--after {one.id}" in told.output
    assert "no such" in run(url, "estimates", "accepted", "--after", str(one.id)).output


@pytest.mark.parametrize(
    ("states", "is_shown"),
    [
        ([], False),
        ([S.AWAITING_DEPOSIT], False),
        ([S.SELLING], True),
        ([S.SELLING, S.SELL_PENDING], True),
        ([S.HANDED_OFF], True),
        ([S.SELLING, S.SOLD], False),
        ([S.HANDED_OFF, S.REFUSED], False),
    ],
)
def test_what_is_not_sold_yet_is_known_at_the_next_operation(
    url: str, states: list[AcceptanceState], *, is_shown: bool
) -> None:
    """What was remembered at the revision before does not hold any more."""

    async def seen(ledger: Ledger) -> tuple[int, bool]:
        revision = (await ledger.read(read_revisions)).payments
        pending = await PendingAmounts(ledger).at(revision)
        return revision, pending.accepted == {600101: BY.at}

    before, _ = at(url, seen)
    accepted(url, signed(600101), *states)
    after, shown = at(url, seen)
    assert shown is is_shown
    changes = sum(state in {S.SELLING, S.HANDED_OFF} for state in states[:1])
    changes += sum(state in {S.SOLD, S.REFUSED} for state in states[1:])
    assert after - before == changes
