"""`payments settle` and `payments refund`: what the office decides of a payment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from adapters.ledger.attempt_rows import Attempt, Changes, Step
from adapters.ledger.attempt_writes import SETTLED_LATER
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import By
from adapters.ledger.confirmations import is_confirmation
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from gateway.commands.at_ledger import CommandFailed, by_shell
from gateway.commands.payment_words import amount_of, named, next_of, sent_back_of

REFUNDABLE: Final = frozenset({AttemptState.HANDED_OFF, AttemptState.RECORDED})
"""Those that rest with their money taken: elsewhere the gateway is at work, or there is none."""

_IN_BOOKS: Final = frozenset({AttemptState.RECORDED, AttemptState.REFUNDED, AttemptState.RETURNED})
_LOCK_SECONDS = 10.0
_ID_DIGITS = 18


async def find(ledger: Ledger, spelled: str) -> Attempt:
    """Return the payment of this id or confirmation number; raises CommandFailed for none."""
    attempts, told = Attempts(ledger), spelled.strip().upper()
    found: Attempt | None = None
    if is_confirmation(told):
        found = await attempts.by_confirmation(told)
    elif told.isdecimal() and told.isascii() and len(told) <= _ID_DIGITS:
        found = (await attempts.get([int(told)])).get(int(told))
    if found is None:
        raise CommandFailed(
            "There is no such payment. Say its id or its confirmation number (XXXX-XXXX-XXXX); "
            "portal-gateway payments list tells both."
        )
    return found


async def find_with_steps(
    ledger: Ledger, spelled: str
) -> tuple[Attempt, Sequence[Step], str | None]:
    """Return a payment, every move of it, and what its payer agreed to; raises CommandFailed."""
    attempt, attempts = await find(ledger, spelled), Attempts(ledger)
    version = attempt.authorization_version
    agreed = None if version is None else await attempts.authorization(version)
    return attempt, await attempts.steps(attempt.id), agreed


async def settle(ledger: Ledger, spelled: str, name: str) -> str:
    """Note that the office has entered a payment in ServiceTitan, and say what follows."""
    attempt = await find(ledger, spelled)
    if attempt.state in _IN_BOOKS and attempt.sent_back > attempt.entered_back:
        return await _settle_back(ledger, attempt, _by(name))
    if attempt.state is not AttemptState.HANDED_OFF:
        raise CommandFailed(
            f"{named(attempt)} is {attempt.state.value}: only what was handed to the office is "
            f"settled by it. {next_of(attempt)}"
        )
    by = _by(name)
    await _moved(ledger, attempt, AttemptState.RECORDED, by, "the office entered it")
    until = (by.at + SETTLED_LATER).isoformat(timespec="minutes")
    return (
        f"{named(attempt)} is settled: {amount_of(attempt)}. Until {until} it is still taken off "
        "what is owed, so that no balance is told that was read before it was entered."
    )


async def refund(ledger: Ledger, spelled: str, name: str) -> str:
    """Have a payment sent back to its payer, and say what follows."""
    attempt = await find(ledger, spelled)
    if attempt.state not in REFUNDABLE:
        raise CommandFailed(
            f"{named(attempt)} is {attempt.state.value} and cannot be sent back now. "
            f"{next_of(attempt)}"
        )
    by = _by(name)
    free = Changes(locked_until=None, next_at=by.at, tries=0)
    told = "the office sends it back"
    after = await _moved(ledger, attempt, AttemptState.REFUND_PENDING, by, told, free)
    return (
        f"{named(attempt)} is to be sent back: {amount_of(attempt)}. {next_of(after)}"
        f"{_in_the_books(attempt)}"
    )


async def _settle_back(ledger: Ledger, attempt: Attempt, by: By) -> str:
    """Note that the office has entered what went back of a payment."""
    noted = await Attempts(ledger).note_entered_back(attempt, by)
    if noted is None:
        raise _worked_on(attempt)
    return f"What went back of {named(attempt)} is settled: {sent_back_of(attempt)}."


async def _moved(
    ledger: Ledger,
    attempt: Attempt,
    to: AttemptState,
    by: By,
    told: str,
    changes: Changes | None = None,
) -> Attempt:
    """Move it, unless somebody works on it; raises CommandFailed."""
    attempts = Attempts(ledger)
    locked = await attempts.lock(attempt, by.at, _LOCK_SECONDS)
    after = locked and await attempts.move(locked, to, by, told, **(changes or Changes()))
    if after is None:
        raise _worked_on(attempt)
    return after


def _worked_on(attempt: Attempt) -> CommandFailed:
    return CommandFailed(
        f"The gateway works on {named(attempt)} at this moment. Nothing was changed; "
        "try again in some minutes."
    )


def _by(name: str) -> By:
    """Return who decides: the name that was told, and where it was typed."""
    if not name.strip() or not name.isprintable():
        raise CommandFailed("Say with --by who decides it. Nothing was changed.")
    shell = by_shell()
    return replace(shell, actor=f"{name.strip()} ({shell.actor})", at=datetime.now(UTC))


def _in_the_books(attempt: Attempt) -> str:
    if attempt.state is not AttemptState.RECORDED:
        return ""
    of = attempt.servicetitan_payment_id
    which = "the payment" if of is None else f"payment {of}"
    return f" It stands in ServiceTitan's books: void {which} there."
