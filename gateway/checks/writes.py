"""What ServiceTitan is told to do by this policy, and which scopes that takes: nobody tries it."""

from typing import Final

from gateway.checks.finding import Finding
from resolvers.policy import Policy

_PAYMENTS: Final = "tn.acc.payments:w"
_ESTIMATES: Final = "tn.sal.estimates:w"
_NOTE: Final = (
    "This is not tried, for it would change your records. See that the application has the scope, "
    "and that the tenant accepted its version."
)


def check_writes(policy: Policy) -> list[Finding]:
    """Return what somebody has to see to, of all that the policy has done in ServiceTitan."""
    told = {
        "ServiceTitan, payments recorded": (policy.payments.record_in_servicetitan, _PAYMENTS),
        "ServiceTitan, estimates sold": (policy.proposals.sold_by is not None, _ESTIMATES),
        "ServiceTitan, estimates dismissed": (policy.proposals.allow_decline, _ESTIMATES),
    }
    return [
        Finding(part, None, scope, _NOTE, is_asked=False)
        for part, (is_done, scope) in told.items()
        if is_done
    ]
