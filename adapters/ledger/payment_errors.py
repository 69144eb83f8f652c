"""Why an attempt, or an acceptance, was not written down: nothing of it was.

Not kinds of LedgerUnavailable: the ledger answered, and its answer is final.
"""

from collections.abc import Sequence
from enum import Enum


class IdempotencyConflict(Exception):  # noqa: N818  # the word for it
    """The key was used for something else before."""

    def __init__(self) -> None:
        super().__init__("This key was used for something else before.")


class InvoicesHeld(Exception):  # noqa: N818  # a state of the invoices
    """Another attempt is under way on `invoices`, by whomever."""

    def __init__(self, invoices: Sequence[int]) -> None:
        super().__init__("Another payment of this invoice is under way.")
        self.invoices = tuple(invoices)


class EstimateTaken(Exception):  # noqa: N818  # a state of the estimate
    """Somebody has accepted this estimate already; `acceptance` is the id of theirs."""

    def __init__(self, acceptance: int) -> None:
        super().__init__("This estimate has been accepted already.")
        self.acceptance = acceptance


class IllegalMove(ValueError):  # noqa: N818  # a mistake of whoever wrote it
    """Nothing that stands there may ever go there: a defect of the caller's."""

    def __init__(self, now: Enum, to: Enum) -> None:
        super().__init__(f"From {now.value} there is no way to {to.value}.")
