"""What the processor tells of an order: that it moved, and not how; who hears of it asks."""

from dataclasses import dataclass, field
from secrets import token_hex

import msgspec


def _new_id() -> str:
    return f"evt_{token_hex(12)}"


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """An event; delivered again, it has the same id."""

    order: str
    occurrence: str = field(default_factory=_new_id)
    type: str = "order.moved"

    def delivery(self) -> bytes:
        """Return the body of a delivery."""
        return msgspec.json.encode(
            {"id": self.occurrence, "type": self.type, "order": self.order},
        )
