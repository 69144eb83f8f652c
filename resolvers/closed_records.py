"""Why a record that an email stands on opens nothing: it is inactive, or merged away (R13)."""

from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.access import is_live, named
from resolvers.verdict import Refusal, Verdict


def may_be_reached(customer: CustomerEntry) -> Verdict:
    """Is this customer neither inactive nor merged into another (R13)?"""
    if is_live(customer):
        return True
    told = _capital(named("customer", customer.id, customer.name))
    if customer.merged_to_id:
        return Refusal("R13", f"{told} was merged into customer {customer.merged_to_id}.")
    return Refusal("R13", f"{told} is no longer active.")


def may_be_reached_alone(location: LocationEntry, owner: CustomerEntry) -> Verdict:
    """May an email that stands on this location alone come near it (R3, R13)?"""
    if not location.active:
        told = _capital(named("location", location.id, location.name))
        return Refusal("R13", f"{told} is no longer active.")
    return may_be_reached(owner)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
