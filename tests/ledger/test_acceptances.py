"""Acceptances of estimates: one for each estimate, kept with all that was signed and shown."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.ledger.acceptance_rows import (
    Acceptance,
    Accepted,
    NewAcceptance,
    SignatureKind,
)
from adapters.ledger.acceptance_states import (
    ACCEPTANCE_FINAL,
    ACCEPTANCE_MOVES,
    AcceptanceState,
)
from adapters.ledger.acceptances import (
    Acceptances,
    EstimateTaken,
    IdempotencyConflict,
    IllegalMove,
)
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Audit, By
from adapters.ledger.confirmations import is_confirmation
from adapters.ledger.ledger import Ledger
from tests.ledger.paying import GATEWAY, LOCK, MINUTE, NOON, PAT, begun, deposit

S = AcceptanceState
ENDS = NOON + timedelta(seconds=LOCK)


@pytest.fixture
def acceptances(ledger: Ledger) -> Acceptances:
    return Acceptances(ledger)


def signing(key: str, estimate: int = 77, *, by: By = PAT, hashed: str = "x") -> NewAcceptance:
    return NewAcceptance(
        principal="pat",
        by=by,
        key=key,
        request_hash=hashed,
        estimate=estimate,
        version="v" * 64,
        customer=1,
        location=11,
        proposal_number="J-100",
        signer="Zoë Jones",
        signature_kind=SignatureKind.DRAWN,
        signature=b"M 0 0 L 10 10",
        shown='{"total":"1234.50","name":"Zoë"}'.encode(),
        currency="USD",
        total=Decimal("1234.50"),
        address_class="192.0.2.0/24",
        agent_class="Firefox on Linux",
    )


async def signed(acceptances: Acceptances, new: NewAcceptance) -> Acceptance:
    acceptance, is_new = await acceptances.begin(new, LOCK)
    assert is_new
    return acceptance


async def moved(acceptances: Acceptances, acceptance: Acceptance, *states: S) -> Acceptance:
    for state in states:
        after = await acceptances.move(acceptance, state, GATEWAY)
        assert after is not None
        acceptance = after
    return acceptance


async def trail(ledger: Ledger) -> list[tuple[str, str, str]]:
    return [
        (entry.actor, entry.action.value, entry.subject) for _, entry in await Audit(ledger).read()
    ]


async def test_what_was_signed_is_kept_to_the_letter(
    acceptances: Acceptances, ledger: Ledger
) -> None:
    by = By("pat@example.com", "request-1", NOON, as_whom="sam@example.com")
    new = signing("k", by=by)
    acceptance = await signed(acceptances, new)
    assert (acceptance.given, acceptance.accepted_at) == (new, NOON)
    assert (acceptance.state, acceptance.version, acceptance.deposit) == (S.RECEIVED, 1, None)
    assert acceptance.locked_until == acceptance.next_at == ENDS
    assert is_confirmation(acceptance.confirmation)
    assert await acceptances.get(acceptance.id) == acceptance
    assert await acceptances.find("pat", "k") == acceptance
    assert await acceptances.by_estimate(77) == acceptance
    assert await acceptances.by_estimates([77, 78]) == {
        77: Accepted(acceptance.id, 77, S.RECEIVED, acceptance.confirmation, "Zoë Jones", NOON)
    }
    assert await acceptances.get(999) is None
    assert await acceptances.find("sam", "k") is None
    assert await acceptances.by_estimate(78) is None
    assert await acceptances.by_estimates([]) == {}
    ((_, entry),) = await Audit(ledger).read()
    assert (entry.action.value, entry.subject, entry.version) == (
        "estimate.accepted",
        "estimate 77",
        "v" * 64,
    )
    assert (entry.actor, entry.as_whom, entry.details) == (
        "pat@example.com",
        "sam@example.com",
        {
            "acceptance": acceptance.id,
            "customer": 1,
            "total": "1234.50",
            "currency": "USD",
            "signature": "DRAWN",
            "confirmation": acceptance.confirmation,
            "deposit": None,
            "because": None,
        },
    )


async def test_the_same_key_is_the_same_acceptance_and_another_use_of_it_a_conflict(
    acceptances: Acceptances, ledger: Ledger
) -> None:
    acceptance = await signed(acceptances, signing("k"))
    assert await acceptances.begin(signing("k"), LOCK) == (acceptance, False)
    after = await moved(acceptances, acceptance, S.SELLING, S.SOLD)
    assert await acceptances.begin(signing("k"), LOCK) == (after, False)
    with pytest.raises(IdempotencyConflict):
        await acceptances.begin(signing("k", 78, hashed="y"), LOCK)
    assert await trail(ledger) == [
        ("pat@example.com", "estimate.accepted", "estimate 77"),
        ("the gateway", "estimate.sold", "estimate 77"),
    ]


async def test_an_estimate_is_accepted_once_unless_that_was_refused(
    acceptances: Acceptances,
) -> None:
    first = await signed(acceptances, signing("one"))
    with pytest.raises(EstimateTaken) as taken:
        await acceptances.begin(signing("two"), LOCK)
    assert taken.value.acceptance == first.id
    assert await acceptances.find("pat", "two") is None
    refused = await moved(acceptances, first, S.REFUSED)
    assert await acceptances.by_estimate(77) is None
    second = await signed(acceptances, signing("two"))
    assert await acceptances.by_estimate(77) == second
    assert await acceptances.begin(signing("one"), LOCK) == (refused, False)


async def test_each_state_goes_where_it_may_and_nowhere_else(acceptances: Acceptances) -> None:
    ways = {
        S.RECEIVED: (),
        S.AWAITING_DEPOSIT: (S.AWAITING_DEPOSIT,),
        S.SELLING: (S.SELLING,),
        S.SELL_PENDING: (S.SELLING, S.SELL_PENDING),
        S.SOLD: (S.SELLING, S.SOLD),
        S.HANDED_OFF: (S.HANDED_OFF,),
        S.REFUSED: (S.REFUSED,),
    }
    for number, state in enumerate(S):
        for place, to in enumerate(S):
            here = 100 * number + place
            at = await signed(acceptances, signing(f"{here}", here))
            at = await moved(acceptances, at, *ways[state])
            if to not in ACCEPTANCE_MOVES[state]:
                with pytest.raises(IllegalMove):
                    await acceptances.move(at, to, GATEWAY)
                continue
            after = await moved(acceptances, at, to)
            assert await acceptances.get(at.id) == after
            assert (after.version, after.updated_at) == (at.version + 1, GATEWAY.at)
            is_final = to in ACCEPTANCE_FINAL
            assert ((after.next_at, after.locked_until) == (None, None)) is is_final


async def test_nobody_writes_over_what_they_have_not_read(
    acceptances: Acceptances, ledger: Ledger
) -> None:
    read = await signed(acceptances, signing("k"))
    attempt = await begun(Attempts(ledger), deposit("d", 77))
    after = await acceptances.move(
        read, S.AWAITING_DEPOSIT, GATEWAY, deposit=attempt.id, tries=2, next_at=ENDS + MINUTE
    )
    assert after is not None
    assert (after.deposit, after.tries, after.next_at) == (attempt.id, 2, ENDS + MINUTE)
    assert await acceptances.by_deposit(attempt.id) == after
    before = await trail(ledger)
    assert await acceptances.move(read, S.REFUSED, GATEWAY) is None
    assert await acceptances.note(read, NOON, tries=9) is None
    assert await acceptances.release(read, NOON, None) is None
    assert await acceptances.lock(read, ENDS, LOCK) is None
    assert (await trail(ledger), await acceptances.get(read.id)) == (before, after)
    noted = await acceptances.note(after, NOON, failure_code="DECLINED", failure="No.")
    assert noted is not None
    assert await acceptances.get(read.id) == noted
    assert (noted.failure_code, noted.failure, noted.version) == ("DECLINED", "No.", 3)


async def test_one_works_on_it_at_a_time_and_what_is_due_is_told(acceptances: Acceptances) -> None:
    one = await signed(acceptances, signing("one", 1))
    two = await signed(acceptances, signing("two", 2))
    late = ENDS - timedelta(microseconds=1)
    assert await acceptances.lock(one, late, LOCK) is None
    assert await acceptances.due(late, 10) == []
    assert await acceptances.due(ENDS, 10) == [one, two]
    assert await acceptances.due(ENDS, 1) == [one]
    mine = await acceptances.lock(one, ENDS, LOCK)
    assert mine is not None
    assert await acceptances.due(ENDS, 10) == [two]
    later = await acceptances.release(mine, ENDS, ENDS + MINUTE)
    now = await acceptances.release(two, ENDS, None)
    assert later is not None
    assert now is not None
    assert (later.next_at, now.next_at) == (ENDS + MINUTE, ENDS)
    assert await acceptances.due(ENDS, 10) == [now]
    done = await moved(acceptances, now, S.REFUSED)
    assert await acceptances.due(ENDS + MINUTE, 10) == [later]
    assert await acceptances.listed() == [later, done]
    assert await acceptances.listed([S.REFUSED]) == [done]
    assert await acceptances.listed([S.RECEIVED], after=later.id) == []


@pytest.fixture
async def workers(shared_url: str) -> AsyncIterator[list[Acceptances]]:
    """Two processes at one database."""
    ledgers = [Ledger(shared_url) for _ in range(2)]
    for ledger in ledgers:
        await ledger.open()
    yield [Acceptances(ledger) for ledger in ledgers]
    for ledger in ledgers:
        await ledger.aclose()


async def test_of_many_who_accept_at_once_one_does(workers: list[Acceptances]) -> None:
    for turn in range(6):
        works = [workers[n % 2].begin(signing(f"{turn}-{n}", turn), LOCK) for n in range(8)]
        answers = await asyncio.gather(*works, return_exceptions=True)
        kinds = sorted(type(answer).__name__ for answer in answers)
        assert kinds == ["AcceptedNow", *["EstimateTaken"] * 7]


async def test_one_key_at_once_is_one_acceptance(workers: list[Acceptances]) -> None:
    works = [workers[n % 2].begin(signing("k"), LOCK) for n in range(16)]
    answers = await asyncio.gather(*works)
    assert len({answer.acceptance.id for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1


async def test_who_accepts_while_another_is_refused_does_or_is_told_so(
    workers: list[Acceptances],
) -> None:
    first = await signed(workers[0], signing("first"))
    for turn in range(8):
        after, answer = await asyncio.gather(
            workers[0].move(first, S.REFUSED, GATEWAY),
            workers[1].begin(signing(f"{turn}"), LOCK),
            return_exceptions=True,
        )
        assert isinstance(after, Acceptance)
        if isinstance(answer, EstimateTaken):
            first = await signed(workers[1], signing(f"{turn}"))
        else:
            assert not isinstance(answer, BaseException)
            first = answer.acceptance


def test_nothing_of_a_signer_is_shown_by_accident() -> None:
    shown = repr(replace(signing("k"), by=GATEWAY))
    assert not [word for word in ("Jones", "M 0 0", "total\\") if word in shown]
