"""Accepting an estimate: refused before anything is written, or signed, paid and sold, once.

What the viewer sends is a confirmation of what they read: it is compared with the estimate read for
this, and what they signed is kept with a copy of what was shown (R41-R44).
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import msgspec

from adapters.ledger.acceptance_rows import Acceptance, NewAcceptance, SignatureKind
from adapters.ledger.audit import By
from adapters.payments.acceptance_desk import (
    Deposit,
    EstimateTaken,
    IdempotencyConflict,
    Signed,
)
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import ESTIMATES, Estimate
from resolvers.acceptance_outcomes import AcceptOutcome, outcome_of, refused, stands
from resolvers.acceptance_rules import is_deposit_right, is_still_offered
from resolvers.access import Reach
from resolvers.context import Context
from resolvers.deposits import DepositWish, deposit_for
from resolvers.errors import BadInput
from resolvers.estimate_errors import EstimateError, EstimateErrorCode, not_done_here
from resolvers.estimate_papers import paper_of
from resolvers.estimate_prices import deposit_due, total
from resolvers.ids import number_of
from resolvers.levels import AccessLevel
from resolvers.payers import payer_of, require_patience
from resolvers.payment_input import require_key, require_source
from resolvers.signatures import (
    NameMissing,
    NotSigned,
    Signature,
    SignatureWish,
    SignedAs,
    signature_of,
)

_Code = EstimateErrorCode
_CENT: Final = Decimal("0.01")
_SIGNATURE: Final = ("input", "signature")
_LONGEST_VERSION: Final = 128
_UNDER_WAY: Final = (
    "This estimate is being accepted already: its deposit is to be paid or given up first."
)


@dataclass(frozen=True, slots=True)
class AcceptWish:
    """An acceptance as it was asked for: `estimate` is a global id, `version` what was read."""

    key: str
    estimate: str
    version: str
    signature: SignatureWish
    deposit: DepositWish | None = None


async def accept_estimate(context: Context, wish: AcceptWish) -> AcceptOutcome:
    """Accept this estimate, or say why not; the same key tells what came of it the first time.

    Raises Forbidden, BadInput, RateLimited, and UpstreamError where nothing was begun.
    """
    by = payer_of(context)
    _require_readable(wish)
    before = await _begun_before(context, wish)
    if before is not None:
        return before
    outcome = await _accept_anew(context, wish, by)
    if outcome.acceptance is not None:
        return outcome
    # What stands in its way may be this same request, begun beside it meanwhile.
    return await _begun_before(context, wish) or outcome


async def _accept_anew(context: Context, wish: AcceptWish, by: By) -> AcceptOutcome:
    if not context.policy.proposals.allow_accept:
        return refused(not_done_here("Estimates are not accepted here. Call the office."))
    signature = await _signed(wish)
    if isinstance(signature, EstimateError):
        return refused(signature)
    if wish.deposit is not None:
        await require_patience(context)
    estimate = await estimate_now(context, wish.estimate)
    refusal = is_still_offered(context.reach, estimate, wish.version)
    if refusal is not None or estimate is None:
        return refused(*filter(None, [refusal]), estimate=_seen(estimate, context.reach))
    return await _accept(context, wish, by, signature, estimate)


def _require_readable(wish: AcceptWish) -> None:
    require_key(wish.key)
    require_version(wish.version)
    if wish.deposit is not None:
        require_source(wish.deposit.source)


def require_version(version: str) -> None:
    """Refuse a version that no estimate ever had; raises BadInput."""
    if not (version.isascii() and version.isprintable() and len(version) <= _LONGEST_VERSION):
        raise BadInput("`version` must be the version of an estimate, as it was read.")


async def _begun_before(context: Context, wish: AcceptWish) -> AcceptOutcome | None:
    """What came of it where this viewer used the key before? None where they did not."""
    till = context.doors.till
    acceptance = await till.acceptances.find(context.viewer.key, wish.key)
    if acceptance is None:
        return None
    if acceptance.given.request_hash != request_hash(wish):
        return refused(_conflict())
    if not is_in_reach(context.reach, acceptance):
        return refused(EstimateError(_Code.NOT_FOUND, "Not found."))
    return outcome_of(await till.desk.as_it_stands(acceptance))


def is_in_reach(reach: Reach, acceptance: Acceptance) -> bool:
    """Is the estimate that was accepted within this viewer's reach?"""
    given = acceptance.given
    level = reach.billed(given.customer, given.location)
    return level is AccessLevel.BILLING or given.estimate in reach.estimates


async def _signed(wish: AcceptWish) -> Signature | EstimateError:
    """Read the signature: beside everybody else's work, for a picture takes a while."""
    try:
        return await asyncio.to_thread(signature_of, wish.signature)
    except NameMissing as error:
        return EstimateError(_Code.NAME_REQUIRED, str(error), _SIGNATURE)
    except NotSigned as error:
        return EstimateError(_Code.SIGNATURE_REQUIRED, str(error), (*_SIGNATURE, "drawn"))


async def estimate_now(context: Context, told: str) -> Estimate | None:
    """Return the estimate of this global id as it is now, whoever may see it.

    Raises UpstreamError.
    """
    number = number_of(told, "Estimate")
    if number is None:
        return None
    (row,) = await context.doors.records.fresh(ESTIMATES, [number], context.usage)
    if isinstance(row, UpstreamError):
        raise row
    return row


def _seen(estimate: Estimate | None, reach: Reach) -> int | None:
    """Which estimate may be told beside a refusal? Its own rules still decide whether it is."""
    return None if estimate is None or reach.is_staff else estimate.id


async def _accept(
    context: Context, wish: AcceptWish, by: By, signature: Signature, estimate: Estimate
) -> AcceptOutcome:
    expected = None if wish.deposit is None else wish.deposit.expected
    refusal = is_deposit_right(deposit_due(estimate), expected)
    if refusal is not None:
        return refused(refusal, estimate=estimate.id)
    new = await _new(context, wish, by, signature, estimate)
    deposit = None
    if wish.deposit is not None:
        chosen = await deposit_for(context, estimate, wish.deposit, new)
        if isinstance(chosen, EstimateError):
            return refused(chosen, estimate=estimate.id)
        deposit = chosen
    await context.confirm()
    return await _begun(context, new, deposit)


async def _begun(context: Context, new: NewAcceptance, deposit: Deposit | None) -> AcceptOutcome:
    """Hand it to the desk, which writes it down, has the deposit paid, and the estimate sold."""
    try:
        signed = await context.doors.till.desk.accept(new, deposit)
    except IdempotencyConflict:
        return refused(_conflict(), estimate=new.estimate)
    except EstimateTaken:
        return await _taken(context, new)
    await context.look_again()
    return outcome_of(signed)


async def _taken(context: Context, new: NewAcceptance) -> AcceptOutcome:
    """Say that somebody accepted it before, or is about to: to themselves, with their payment."""
    till = context.doors.till
    other = await till.acceptances.by_estimate(new.estimate)
    if other is None or stands(other.state):
        sentence = "This estimate was accepted already."
        error = EstimateError(_Code.ALREADY_ACCEPTED, sentence, ("input", "estimateId"))
        return refused(error, estimate=new.estimate)
    outcome = refused(not_done_here(_UNDER_WAY), estimate=new.estimate)
    if other.given.principal != new.principal:
        return outcome
    theirs: Signed = await till.desk.as_it_stands(other)
    return replace(outcome, payment=outcome_of(theirs).payment)


async def _new(
    context: Context, wish: AcceptWish, by: By, signature: Signature, estimate: Estimate
) -> NewAcceptance:
    """Put together what is kept: who signed, how, and a copy of what was shown to them."""
    paper = await paper_of(estimate, context)
    is_typed = signature.kind is SignedAs.TYPED
    return NewAcceptance(
        principal=context.viewer.key,
        by=by,
        key=wish.key,
        request_hash=request_hash(wish),
        estimate=estimate.id,
        version=wish.version,
        customer=estimate.customer_id,
        location=estimate.location_id,
        proposal_number=estimate.job_number,
        signer=signature.signer,
        signature_kind=SignatureKind.TYPED if is_typed else SignatureKind.DRAWN,
        signature=signature.signer.encode() if is_typed else signature.drawn,
        shown=msgspec.json.encode(paper),
        currency=context.policy.tenant.currency,
        total=total(estimate).quantize(_CENT, ROUND_HALF_UP),
        address_class=context.origin.address_class,
        agent_class=context.origin.agent_class,
    )


def request_hash(wish: AcceptWish) -> str:
    """Return a digest of all that was asked, but the key: the same input has the same."""
    signature, deposit = wish.signature, wish.deposit
    told = [
        *(wish.estimate, wish.version),
        *(signature.typed_name, signature.drawn_name, signature.svg_path, signature.png_data_url),
        None
        if deposit is None
        else [
            *(str(deposit.expected.normalize()), deposit.source.method_id, deposit.source.token),
            None if deposit.agreed is None else [deposit.agreed.version, deposit.agreed.by],
        ],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _conflict() -> EstimateError:
    sentence = "This key was used for something else. Use a new one."
    return EstimateError(_Code.IDEMPOTENCY_CONFLICT, sentence, ("input", "idempotencyKey"))
