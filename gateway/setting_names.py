"""Which `PORTAL_…` names there are, and the sentence for one that is not among them."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

PREFIX = "PORTAL_"

# Kubernetes gives every container these, for each service there is, one named `portal-…` too.
_INJECTED = re.compile(r".*_SERVICE_.*|.*_PORT|.*_PORT_.*")


def refuse_unknown(names: Iterable[str], known: Collection[str]) -> str | None:
    """Return the sentence for the first name that is no setting, None where all are."""
    for name in sorted(names):
        if name not in known and name.upper().startswith(PREFIX) and not _INJECTED.fullmatch(name):
            return _sentence(name, known)
    return None


def _sentence(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name.upper(), known, n=1)
    meant = f"did you mean {near[0]}?" if near else "remove it."
    return f"{name} is not a setting: {meant}"
