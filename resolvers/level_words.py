"""Levels in words: what one is called, and where somebody has it from."""

from resolvers.access import GrantSource, Levels, Party, Place
from resolvers.levels import AccessLevel
from resolvers.rules import Outcome

_CALLED = {
    AccessLevel.BILLING: "Billing access",
    AccessLevel.NON_BILLING: "Non-billing access",
    AccessLevel.NONE: "No access",
}
_QUESTION = "Which level has the email there, and is it more than No access?"


def called(level: AccessLevel) -> str:
    """What does ServiceTitan's office call this level?"""
    return _CALLED[level]


def level_outcome(holder: Party | Place, levels: Levels) -> Outcome:
    """Is the level that counts here more than none, and where does it come from (R3-R7)?"""
    rule, because = _origin(holder, levels)
    passed = holder.level is not AccessLevel.NONE
    return Outcome(rule, _QUESTION, passed=passed, because=because)


def _origin(holder: Party | Place, levels: Levels) -> tuple[str, str]:
    if isinstance(holder, Party):
        return _of_customer(holder.id, holder.named, holder.level, levels)
    where = levels.where_set(holder.customer_id, holder.id)
    if where is not None:
        rule = "R6" if holder.level is AccessLevel.NONE else "R4"
        return rule, f"The office set {called(holder.level)} on {holder.named} {where}."
    if holder.source is GrantSource.LOCATION_CONTACT:
        return "R3", (
            f"The email is on {holder.named} alone, which gives {called(holder.level)} there."
        )
    owner = f"customer {holder.customer_id}"
    rule, because = _of_customer(holder.customer_id, owner, holder.level, levels)
    return rule, f"{because} {_capital(holder.named)} has no level of its own."


def _of_customer(of: int, named: str, level: AccessLevel, levels: Levels) -> tuple[str, str]:
    where = levels.where_set(of)
    if where is not None:
        return "R4", f"The office set {called(level)} on {named} {where}."
    return "R7", f"An email on a customer has {called(level)}, and nobody set another on {named}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
