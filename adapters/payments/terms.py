"""What the tenant chose of money that was taken: where it is recorded, and when it goes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Terms:
    """`zone` is the business's own, for the day a payment was made on.

    `payment_types` are ServiceTitan's ids by kind of method; what has none there, or where nothing
    is recorded, is left to the office. `refunds_refused` sends back what ServiceTitan refuses to
    record, which is left to the office as well otherwise.
    """

    zone: ZoneInfo
    records: bool = False
    payment_types: Mapping[str, int] = field(default_factory=dict)
    refunds_refused: bool = False

    def payment_type(self, method_kind: str) -> int | None:
        """Return under which type a payment by this kind is recorded; None where it is not."""
        return self.payment_types.get(method_kind) if self.records else None
