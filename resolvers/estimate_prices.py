"""What an estimate comes to, what is due on signing it, and what of it a month (R40, R42, R84)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.estimates import Estimate, EstimateItem
from resolvers.estimates import is_open
from resolvers.policy import Financing

_CENT = Decimal("0.01")


def figure(told: Decimal | None) -> Decimal:
    """Return the amount; raises UpstreamRejected where ServiceTitan's cannot be read (R84)."""
    if told is None:
        raise UpstreamRejected("An amount of this estimate cannot be read. Call the office.")
    return told


def total(estimate: Estimate) -> Decimal:
    """What does it come to, tax included? Raises UpstreamRejected where a part cannot be read."""
    return figure(estimate.subtotal) + figure(estimate.tax)


def items_of(estimate: Estimate) -> tuple[EstimateItem, ...]:
    """What is offered? Raises UpstreamRejected where not every line can be read (R84)."""
    if estimate.items is None:
        raise UpstreamRejected("The items of this estimate cannot be read. Call the office.")
    return estimate.items


def deposit_due(estimate: Estimate) -> Decimal | None:
    """What must be paid on signing it (R42)? None where nothing is asked, or it is accepted.

    A fixed amount goes before a share of the total. Raises UpstreamRejected where a deposit is
    asked and neither can be read.
    """
    if not estimate.require_deposit_on_signature or not is_open(estimate):
        return None
    if estimate.deposit_amount:
        return _positive(estimate.deposit_amount)
    if estimate.deposit_percent is None:
        return _positive(figure(estimate.deposit_amount))
    return _positive(total(estimate) * estimate.deposit_percent / 100)


def _positive(amount: Decimal) -> Decimal | None:
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    return cents if cents > 0 else None


@dataclass(frozen=True, slots=True)
class FinancingOffer:
    """The tenant's financing, as it stands beside one open estimate."""

    estimate: Estimate
    financing: Financing


def financing_of(estimate: Estimate, financing: Financing) -> FinancingOffer | None:
    """Which financing is offered for it (R40)? None where there is none, or it is accepted."""
    if not financing.enabled or not is_open(estimate):
        return None
    return FinancingOffer(estimate, financing)


def as_low_as(offer: FinancingOffer) -> Decimal | None:
    """What would it be a month, at the least, to the cent, halves up (R40)?

    None where the tenant tells no factor. Raises UpstreamRejected where the total cannot be read.
    """
    factor = offer.financing.monthly_factor
    if factor is None:
        return None
    return (total(offer.estimate) * factor).quantize(_CENT, ROUND_HALF_UP)
