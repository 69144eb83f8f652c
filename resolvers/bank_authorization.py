"""What a payer agrees to before a bank account is debited, in which version of its text (R30)."""

import hashlib
from dataclasses import dataclass
from typing import Final

from adapters.payments.kinds import MethodKind
from adapters.payments.processor import Origin
from resolvers.origins import Origin as RequestOrigin
from resolvers.policy import Policy
from resolvers.verdict import Refusal, Verdict

BANKS: Final = frozenset({MethodKind.BANK_ACCOUNT, MethodKind.PAY_BY_BANK})
"""Methods that debit a bank account."""

LONGEST_NAME: Final = 200
LONGEST_AGENT: Final = 500


@dataclass(frozen=True, slots=True)
class Authorization:
    """A text to agree to; `version` is a digest of it: another text is another version."""

    version: str
    text: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """That somebody agreed: to which version, and the name they signed with."""

    version: str
    by: str


def authorization_of(policy: Policy) -> Authorization:
    """Return what a payer agrees to by this policy."""
    text = policy.payments.bank_authorization.strip()
    text = text.replace("{business}", policy.tenant.business_name)
    return Authorization(hashlib.sha256(text.encode()).hexdigest()[:16], text)


def given_from(kind: MethodKind, origin: RequestOrigin) -> Origin | None:
    """From where did the payer authorize a bank payment? None for others, or where nobody knows."""
    if kind not in BANKS or origin.address is None or origin.agent is None:
        return None
    return Origin(origin.address, origin.agent[:LONGEST_AGENT])


def is_authorized(policy: Policy, kind: MethodKind, agreed: Agreed | None) -> Verdict:
    """Did whoever pays agree to what a bank payment needs, in the words of now (R30)?"""
    if kind not in BANKS:
        return True
    if agreed is None:
        return Refusal("R30", "A bank payment needs your authorization first.")
    if agreed.version != authorization_of(policy).version:
        return Refusal("R30", "The authorization has changed. Read it again, and agree to it anew.")
    name = agreed.by.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        return Refusal("R30", "Sign the authorization with your name.")
    return True
