"""What the door tells: how many tokens were verified, and how many are remembered."""

from collections.abc import Mapping

from gateway.identity.bearer import Bearer
from gateway.metrics.families import Family, by, counter, gauge


def tokens(bearers: Mapping[str, Bearer]) -> list[Family]:
    """Return what is counted of bearer tokens, by whose they are."""
    return [
        counter(
            "token_signatures_checked",
            "Signatures of bearer tokens that were looked at, good and bad.",
            by("whose", {whose: of.checks for whose, of in bearers.items()}),
        ),
        gauge(
            "tokens_remembered",
            "Bearer tokens whose signature is not looked at again.",
            by("whose", {whose: len(of.remembered) for whose, of in bearers.items()}),
        ),
        gauge(
            "tokens_remembered_bytes",
            "Memory that remembered tokens take, as reckoned.",
            by("whose", {whose: of.remembered.weight for whose, of in bearers.items()}),
        ),
    ]
