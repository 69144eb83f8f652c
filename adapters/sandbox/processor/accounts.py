"""Accounts of payers, and the methods kept for them."""

from dataclasses import dataclass, field
from secrets import token_hex

from adapters.sandbox.processor.tokens import Sample


@dataclass(slots=True)
class Account:
    """A payer; `kept` are methods by their id, the newest last."""

    id: str
    customer: int
    name: str
    kept: dict[str, Sample] = field(default_factory=dict)

    def keep(self, method: Sample) -> str:
        """Keep a method, and return its id: the one it has, where it is kept already."""
        for known, other in self.kept.items():
            if other is method:
                return known
        made = f"met_{token_hex(12)}"
        self.kept[made] = method
        return made


class Accounts:
    """Every account, one for each customer."""

    def __init__(self) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_customer: dict[int, Account] = {}

    def of(self, customer: int, name: str) -> Account:
        """Return the account of a customer, made where there is none."""
        if customer not in self._by_customer:
            made = Account(f"acc_{token_hex(12)}", customer, name)
            self._by_customer[customer] = self._by_id[made.id] = made
        return self._by_customer[customer]

    def get(self, account: str) -> Account | None:
        """Return an account by its id."""
        return self._by_id.get(account)

    def clear(self) -> None:
        """Know nobody."""
        self._by_id.clear()
        self._by_customer.clear()
