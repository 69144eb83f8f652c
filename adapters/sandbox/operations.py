"""What the ServiceTitan surface answers: each operation by method, module and path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.sandbox.reading import LARGEST


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, as an operation sees it; `filtered` is False when its filters are to be ignored."""

    query: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    body: bytes = b""
    filtered: bool = True


#: An operation answers with JSON, or raises Refused.
Operation = Callable[[Asked], bytes]
Operations = Mapping[tuple[str, str, str], Operation]


def addressed(path: str) -> tuple[str, str, str, int] | None:
    """Split a path into module, tenant, operation (an id as `{id}`) and that id.

    None when it has not the form `/{module}/v2/tenant/{tenant}/…`.
    """
    parts = path.strip("/").split("/")
    match parts:
        case [module, "v2", "tenant", tenant, *rest] if rest:
            numbers = [part for part in rest if part.isascii() and part.isdigit()]
            template = "/".join("{id}" if part in numbers else part for part in rest)
            number = int(numbers[0]) if numbers else 0
            return (module, tenant, template, number) if number <= LARGEST else None
    return None
