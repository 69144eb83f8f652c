"""Global ids: opaque to clients, stable for ever, each with exactly one spelling."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

_LONGEST = 64


def global_id(kind: str, key: int | str) -> str:
    """Return the global id of the record of this kind and key."""
    return urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")


def read_id(told: str) -> tuple[str, str] | None:
    """Return kind and key of a global id, None where it is none or not in its one spelling."""
    if not told.isascii() or len(told) > _LONGEST:
        return None
    try:
        kind, _, key = urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode().partition(":")
    except ValueError:
        return None
    return (kind, key) if global_id(kind, key) == told else None


def number_of(told: str, kind: str) -> int | None:
    """Return the number in a global id of this kind, None where there is none."""
    read = read_id(told)
    if read is None or read[0] != kind:
        return None
    return whole_number(read[1])


def whole_number(key: str) -> int | None:
    """Return the key as ServiceTitan's id: a positive 64-bit number without leading zeros."""
    if not key.isdecimal() or not key.isascii() or key[0] == "0":
        return None
    number = int(key) if len(key) <= 19 else 0  # noqa: PLR2004  # digits of a signed 64-bit number
    return number if 0 < number < 2**63 else None
