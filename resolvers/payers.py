"""Who may pay, in whose name, and how often they may try."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.audit import By
from adapters.ledger.payment_states import OPEN, AttemptState
from resolvers.context import Context
from resolvers.errors import Forbidden, RateLimited
from resolvers.viewer import Viewer

DECLINES, OF_DECLINES = 5, timedelta(minutes=10)
"""How many declined payments one viewer, or one link, may have within how long (PA-28)."""

PAYMENTS, OF_PAYMENTS = 20, timedelta(hours=1)
"""How many payments of any outcome they may begin within how long."""


def payer_of(context: Context) -> By:
    """Return who pays, as the audit trail has it.

    Staff pay nothing, by themselves or through a customer's eyes: raises Forbidden, and why nobody
    is let in who is not.
    """
    _, viewer = context.reach, context.viewer
    if viewer.staff is not None or context.reach.is_staff:
        raise Forbidden("Only customers, and who holds a link, may do this.")
    return _by(viewer, context.request_id, context.now)


def _by(viewer: Viewer, request_id: str, now: datetime) -> By:
    if viewer.link is not None:
        return By(f"whoever holds link {viewer.link.id}", request_id, now)
    if not viewer.email:
        return By("a customer without an email", request_id, now)
    return By(viewer.email, request_id, now, is_customer=True)


async def require_patience(context: Context) -> None:
    """Refuse who was declined, or tried, too often a while ago (PA-28); raises RateLimited."""
    till, viewer, since = context.doors.till, context.viewer.key, _since(context)
    lately = await till.attempts.lately(viewer, since)
    _require(to_wait([*lately, *await _tried(context)], context.now))


async def require_turn_to_keep(context: Context, tried: int) -> None:
    """Refuse a card to be kept that is tried beside too many others (PA-28); raises RateLimited."""
    lately = await context.doors.till.attempts.lately(context.viewer.key, _since(context))
    told = [*_at_worst(lately), *await _tried(context, before=tried)]
    _require(to_wait(told, context.now))


async def require_turn(context: Context, attempt: Attempt) -> None:
    """Refuse an attempt that was begun beside too many others (PA-28); raises RateLimited.

    Those begun before it, and still under way, may all be declined: cards that are tried at once
    are no more than those that are tried one after the other.
    """
    attempts, since = context.doors.till.attempts, _since(context)
    before = await attempts.lately(context.viewer.key, since, before=attempt.id)
    _require(to_wait([*_at_worst(before), *await _tried(context)], context.now))


async def _tried(
    context: Context, before: int | None = None
) -> list[tuple[AttemptState, datetime]]:
    """Return which cards they had tried without paying by them, as the ledger tells of attempts."""
    tries, since = context.doors.till.tries, _since(context)
    told = await tries.lately(context.viewer.key, since, before)
    return [
        (AttemptState.DECLINED if declined else AttemptState.RECORDED, at) for declined, at in told
    ]


def _at_worst(
    attempts: Sequence[tuple[AttemptState, datetime]],
) -> list[tuple[AttemptState, datetime]]:
    """Return how these stand if all that are still under way are declined."""
    return [(AttemptState.DECLINED if state in OPEN else state, at) for state, at in attempts]


def _since(context: Context) -> datetime:
    return context.now - max(OF_DECLINES, OF_PAYMENTS)


def _require(wait: timedelta) -> None:
    if wait > timedelta(0):
        raise RateLimited(
            "Too many payments were tried. Wait a while, or call the office.",
            ceil(wait / timedelta(milliseconds=1)),
        )


def to_wait(lately: Sequence[tuple[AttemptState, datetime]], now: datetime) -> timedelta:
    """How long must somebody wait, whose attempts began then and stand so, before the next?"""
    declined = [at for state, at in lately if state is AttemptState.DECLINED]
    return max(
        _until_free(declined, DECLINES, OF_DECLINES, now),
        _until_free([at for _, at in lately], PAYMENTS, OF_PAYMENTS, now),
    )


def _until_free(
    moments: Sequence[datetime], most: int, within: timedelta, now: datetime
) -> timedelta:
    """How long is it until fewer than `most` of these moments lie within the last `within`?"""
    recent = sorted((at for at in moments if now - at < within), reverse=True)
    if len(recent) < most:
        return timedelta(0)
    return recent[most - 1] + within - now
