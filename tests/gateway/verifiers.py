"""Verifiers of tokens as a gateway has them: the customers', and the staff's."""

from collections.abc import Callable
from typing import Any

from gateway.identity.bearer import Bearer
from gateway.identity.keys import Keys
from gateway.identity.staff import StaffRules
from resolvers.policy import StaffSignIn

ISSUER = "https://login.example.com/tenant"
AUDIENCE = "portal"


def bearer_of(keys: Keys, clock: Callable[[], float], **changes: Any) -> Bearer:  # noqa: ANN401  # its settings
    """Return the verifier of customers' tokens, with settings changed."""
    given: dict[str, Any] = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "token_types": ("at+jwt",),
        "max_lifetime": 3600,
        "email_claim": "email",
        "email_verified_claim": "email_verified",
    }
    return Bearer(**(given | changes), keys=keys, now=clock)


def staff_rules(**choices: Any) -> StaffRules:  # noqa: ANN401  # of the policy
    """Return who is staff, by the policy's defaults or by these choices."""
    return StaffRules("roles", lambda: StaffSignIn(**choices))
