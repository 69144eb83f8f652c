"""How the text of a query parameter becomes a value."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from adapters.sandbox.problems import invalid

MOST_IDS = 50
LARGEST = 2**63 - 1


def parameters(query_string: bytes) -> dict[str, str]:
    """Return the query's parameters; a repeated name is a list, written with commas.

    One without a value counts as not given: ASP.NET reads it as null, so that `customerId=`
    answers with everybody's rows.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if value:
            found[name] = f"{found[name]},{value}" if name in found else value
    return found


def number(text: str) -> int:
    """Return the whole number, as wide as ServiceTitan's ids; ValueError when it is none."""
    value = int(text)
    if abs(value) > LARGEST:
        raise ValueError(text)
    return value


def identifiers(name: str, text: str, most: int | None) -> frozenset[int]:
    """Return the comma-separated ids; more than `most` are refused."""
    values = text.split(",")
    if most is not None and len(values) > most:
        raise invalid(name, f"The maximum number of IDs is {most}.")
    return frozenset(number(value.strip()) for value in values)


def truth(text: str) -> bool:
    """Return the boolean, in whatever case; ValueError when it is none."""
    match text.strip().casefold():
        case "true":
            return True
        case "false":
            return False
    raise ValueError(text)


def whole(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Return a whole number from 1 to `most`, or the default when it is not given."""
    text = query.get(name)
    if text is None:
        return default
    try:
        value = number(text)
    except ValueError:
        raise invalid(name, f"The value '{text}' is not valid.") from None
    if not 1 <= value <= most:
        raise invalid(name, f"The value must be between 1 and {most}.")
    return value


def flagged(query: Mapping[str, str], name: str) -> bool:
    """Return whether a boolean parameter was given as true."""
    text = query.get(name)
    try:
        return text is not None and truth(text)
    except ValueError:
        raise invalid(name, f"The value '{text}' is not valid.") from None
