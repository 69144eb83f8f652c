"""The portal's policy file, read whole or refused with one sentence."""

import re
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from adapters.ledger.emails import folded
from gateway.policy_checks import check
from resolvers.policy import Access, Override, Policy

_UNKNOWN_FIELD = re.compile("Object contains unknown field `(.+)`")


class PolicyError(Exception):
    """A policy file that cannot be used; the message names the file, the key and what is wrong."""


def read_policy(path: Path | None) -> Policy:
    """Return the file's policy, or the defaults without a file; raise PolicyError."""
    return Policy() if path is None else policy_of(read_policy_text(path), path)


def read_policy_text(path: Path) -> bytes:
    """Return what the file says, whatever it is; raise PolicyError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PolicyError(f"The policy file {path} cannot be read: {error.strerror}.") from None


def policy_of(text: bytes, path: Path) -> Policy:
    """Return the policy that this text of that file says; raise PolicyError."""
    try:
        policy = msgspec.toml.decode(text, type=Policy)
        policy = msgspec.structs.replace(policy, access=_folded(policy.access))
        check(policy)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise PolicyError(f"The policy file {path} is not usable: {_told(error)}.") from None
    return policy


def _folded(access: Access) -> Access:
    people: dict[str, tuple[Override, ...]] = {}
    for written, overrides in access.people.items():
        email = folded(written)
        if "@" not in email.strip("@"):
            raise ValueError(f'access.people names "{written}", which is no email')
        if email in people:
            raise ValueError(f'access.people names "{email}" twice')
        ids = [number for each in overrides for number in (each.customer, each.location)]
        if any(number is not None and number <= 0 for number in ids):
            raise ValueError(
                f'access.people["{email}"] names a customer or location that is not more than 0'
            )
        people[email] = overrides
    return msgspec.structs.replace(
        access,
        people=people,
        placeholder_emails=tuple(map(folded, access.placeholder_emails)),
        trusted_emails=tuple(map(folded, access.trusted_emails)),
    )


def _told(error: Exception) -> str:
    """Turn msgspec's "… - at `$.tenant`" round, so that the key comes first."""
    problem, _, place = str(error).partition(" - at `$")
    key = place.strip("`.")
    if (unknown := _UNKNOWN_FIELD.fullmatch(problem)) is not None:
        return f"{key}.{unknown[1]} is not a key it may have".lstrip(".")
    if isinstance(error, msgspec.ValidationError):
        return f"{key}: {problem[:1].lower()}{problem[1:]}"
    return problem
