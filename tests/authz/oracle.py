"""Whose rows are they? Judged anew from raw rows and the rules' text: nothing here asks the house.

It imports no rule of the portal, so that both can be wrong only by the same misreading.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from tests.authz.records import Records, Row, proposal_of

NONE, NON_BILLING, BILLING = 0, 1, 2
Overrides = dict[tuple[int, int | None], int]
"""Levels that the office set for one email: by customer, and by customer and location."""


@dataclass(frozen=True)
class Who:
    """A viewer as the office knows one: an email with its levels, staff, or the holder of a link.

    `most` is the highest level they can have: of staff, and of whoever looks through other eyes.
    `kind` is what they are called here: what they did themselves is known by it.
    """

    email: str | None = None
    overrides: Overrides = field(default_factory=dict)
    everywhere: int = NONE
    most: int = BILLING
    invoices: frozenset[str] = frozenset()
    estimates: frozenset[str] = frozenset()
    kind: str | None = None


class Oracle:
    """What one viewer may see of these records."""

    def __init__(self, records: Records, who: Who) -> None:
        self._all = records
        self._who = who
        self._judged: dict[tuple[str, str], bool] = {}
        self._visible: dict[str, frozenset[str]] = {}

    def sees(self, kind: str, key: object) -> bool:
        """May this viewer see the record of this type and key?"""
        asked = kind, str(key)
        if asked not in self._judged:
            row = self._all.row(kind, key)
            self._judged[asked] = row is not None and _RULES[kind](self, row)
        return self._judged[asked]

    def visible(self, kind: str) -> frozenset[str]:
        """Return the keys of everything of this type that this viewer may see."""
        if kind not in self._visible:
            rows = self._all.by_type[kind]
            self._visible[kind] = frozenset(key for key in rows if self.sees(kind, key))
        return self._visible[kind]

    @cached_property
    def _customers(self) -> dict[int, int]:
        """R1, R4, R7, R13: live customers the email is a contact of, with the level on each."""
        live = {row["id"] for row in self._all.tables["customers"] if _is_live(row)}
        named = self._contacts("customer-contacts", "customerId") & live
        return {of: self._capped(self._who.overrides.get((of, None), BILLING)) for of in named}

    @cached_property
    def _places(self) -> dict[int, int]:
        """R3, R4: places of those customers, inheriting; places the email reaches by themselves."""
        live = {row["id"] for row in self._all.tables["customers"] if _is_live(row)}
        alone = self._contacts("location-contacts", "locationId")
        levels: dict[int, int] = {}
        for row in self._all.tables["locations"]:
            own = self._who.overrides.get((row["customerId"], row["id"]))
            if row["customerId"] in self._customers:
                level = self._customers[row["customerId"]] if own is None else own
                levels[row["id"]] = self._capped(level)
            elif row["id"] in alone and _is_active(row) and row["customerId"] in live:
                levels[row["id"]] = self._capped(NON_BILLING if own is None else own)
        return levels

    def _contacts(self, collection: str, owner: str) -> set[int]:
        return {
            row[owner]
            for row in self._all.tables[collection]
            if _is_active(row) and row["type"] == "Email" and self._is_mine(str(row["value"]))
        }

    def _is_mine(self, told: str) -> bool:
        return told.strip().casefold() == self._who.email

    def _capped(self, level: int) -> int:
        return min(level, self._who.most)

    def level_on(self, customer: int | None) -> int:
        """Return the level on a customer."""
        return max(self._customers.get(customer or 0, NONE), self._who.everywhere)

    def level_at(self, location: int | None) -> int:
        """Return the level at a place, whoever the work there is for."""
        return max(self._places.get(location or 0, NONE), self._who.everywhere)

    def billed(self, customer: int | None, location: int | None) -> int:
        """R18: the location's level where it is one of the customer's own, else the customer's."""
        place = self._all.row("Location", location)
        is_own = place is not None and place["customerId"] == customer
        return self.level_at(location) if is_own else self.level_on(customer)

    def customer(self, row: Row) -> bool:
        """R1, R4."""
        return self.level_on(row["id"]) > NONE

    def location(self, row: Row) -> bool:
        """R3, R6."""
        return _is_active(row) and self.level_at(row["id"]) > NONE

    def job(self, row: Row) -> bool:
        """R6, R19: by its place where that is in reach, else by its customer."""
        return self._is_near(row["customerId"], row["locationId"])

    def appointment(self, row: Row) -> bool:
        """R48: a live visit of a visible job."""
        return _is_active(row) and not row.get("unused") and self.sees("Job", row["jobId"])

    def invoice(self, row: Row) -> bool:
        """R18, R21, R24; R64 for a link."""
        total, balance = Decimal(row["total"]), Decimal(row["balance"])
        is_shown = _is_active(row) and (total > 0 or balance > 0 or total > balance)
        customer = (row["customer"] or {}).get("id")
        location = (row["location"] or {}).get("id")
        is_linked = str(row["id"]) in self._who.invoices
        return is_shown and (is_linked or self.billed(customer, location) == BILLING)

    def estimate(self, row: Row) -> bool:
        """R36, R38; R64 for a link."""
        is_shown = (
            _is_active(row)
            and row["status"]["name"] in {"Open", "Sold"}
            and row["reviewStatus"] in {"None", "Approved"}
        )
        is_linked = str(row["id"]) in self._who.estimates
        is_billed = self.billed(row["customerId"], row["locationId"]) == BILLING
        return is_shown and (is_linked or is_billed)

    def proposal(self, row: Row) -> bool:
        """R37: one with a visible estimate; R63: a link opens estimates and no proposal."""
        if self._who.estimates:
            return False
        return any(map(self.estimate, row["estimates"]))

    def equipment(self, row: Row) -> bool:
        """R66, R67: by its place alone."""
        return _is_active(row) and self.level_at(row["locationId"]) > NONE

    def agreement(self, row: Row) -> bool:
        """R70, R71: Activated, and Billing access at one place it covers."""
        if row["status"] != "Activated":
            return False
        places = row["locationIds"] or [None]
        return any(self.billed(row["customerId"], place) == BILLING for place in places)

    def membership(self, row: Row) -> bool:
        """R76, R78."""
        level = self.billed(row["customerId"], row["locationId"])
        return row["status"] != "Deleted" and level == BILLING

    def visit(self, row: Row) -> bool:
        """R6, R55, R72, R74: as a job of whoever was promised it; then what promised it, or R55."""
        kind, of = row["promisedBy"]
        promise = self._all.row(kind, of)
        if promise is None or row.get("status") == "Deleted":
            return False
        if not self._is_near(promise["customerId"], row["locationId"]):
            return False
        if kind == "Membership":
            return self.membership(promise)
        return self.agreement(promise) or (self._is_owed(row, promise) and self._knows(promise))

    def _is_near(self, customer: int, location: int) -> bool:
        """R6, R19: by its place where that is in reach, else by its customer."""
        if location in self._places:
            return self.level_at(location) > NONE
        return self.level_on(customer) > NONE

    def direct_link(self, _row: Row) -> bool:
        """Links are the office's own: no customer is told of one, not even whoever holds it."""
        return self._who.everywhere > NONE

    def payment(self, row: Row) -> bool:
        """R6, R8, R64: who sees all of the account, a link its own, and who paid all they see."""
        paid = {str(of) for of in row["invoices"]}
        if self._sees_account(row["customerId"]) or (paid and paid <= self._who.invoices):
            return True
        if not paid and str(row["estimate"]) in self._who.estimates:
            return True
        is_own = row["madeBy"] is not None and row["madeBy"] == self._who.kind
        return is_own and all(self.sees("Invoice", of) for of in paid)

    def _sees_account(self, customer: int) -> bool:
        """R6, R8: Billing access on the customer and on every place of it."""
        places = [row for row in self._all.tables["locations"] if row["customerId"] == customer]
        return self.level_on(customer) == BILLING and all(
            self.level_at(place["id"]) == BILLING for place in places
        )

    def payment_method(self, row: Row) -> bool:
        """R32, R62: Billing access on the customer itself; never staff's, nor a link's."""
        return self._customers.get(row["customerId"]) == BILLING

    def _is_owed(self, visit: Row, agreement: Row) -> bool:
        """R54, R57, Q14: waiting for a date, of an agreement that runs."""
        is_waiting = visit["jobId"] is None and visit["status"] == "Unscheduled"
        end = agreement["endDate"]
        is_running = end is None or date.fromisoformat(end) >= self._all.today
        return is_waiting and agreement["status"] == "Activated" and is_running

    def _knows(self, agreement: Row) -> bool:
        """R55: an agreement is told of where a place it covers is in reach."""
        places = agreement["locationIds"] or [None]
        return any(self.billed(agreement["customerId"], place) > NONE for place in places)


_RULES: dict[str, Callable[[Oracle, Row], bool]] = {
    "Customer": Oracle.customer,
    "Location": Oracle.location,
    "Job": Oracle.job,
    "Appointment": Oracle.appointment,
    "Invoice": Oracle.invoice,
    "Estimate": Oracle.estimate,
    "Proposal": Oracle.proposal,
    "Equipment": Oracle.equipment,
    "ServiceAgreement": Oracle.agreement,
    "Membership": Oracle.membership,
    "Visit": Oracle.visit,
    "DirectLink": Oracle.direct_link,
    "Payment": Oracle.payment,
    "PaymentMethod": Oracle.payment_method,
}


def _is_active(row: Row) -> bool:
    """Some rows do not say; what is no longer active always does."""
    return row.get("active") is not False


def _is_live(row: Row) -> bool:
    return _is_active(row) and not row["mergedToId"]


__all__ = ["BILLING", "NONE", "NON_BILLING", "Oracle", "Overrides", "Who", "proposal_of"]
