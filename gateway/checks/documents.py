"""The trusted documents, each of them: which cannot be used, and whether there have to be any."""

from typing import Final

from gateway.checks.finding import Finding
from gateway.guard.trusted import Checking, ManifestError, faults_of
from gateway.settings import Settings
from resolvers.policy import Policy

MOST_TOLD: Final = 20

_PART: Final = "Trusted documents"
_NONE: Final = (
    'trusted_documents.mode is "enforce": name the documents of your front end in '
    "PORTAL_TRUSTED_DOCUMENTS, or customers can ask nothing and the gateway does not start."
)


def check_documents(settings: Settings, policy: Policy, checking: Checking) -> list[Finding]:
    """Return how the trusted documents stand; nothing where there are none, and need not be.

    Every entry that cannot be used is told, the first twenty by name: a gateway that starts, or
    reads them again, takes all of them or none.
    """
    path = settings.trusted_documents
    if path is None:
        return [Finding(_PART, _NONE)] if policy.trusted_documents.is_enforced else []
    try:
        faults = faults_of(path, checking())
    except ManifestError as error:
        return [Finding(_PART, str(error))]
    if not faults:
        return [Finding(_PART)]
    more = len(faults) - MOST_TOLD
    told = [f"{path}: {fault}" for fault in faults[:MOST_TOLD]]
    return [Finding(_PART, "\n".join(told + ([f"And {more} more."] if more > 0 else [])))]
