"""The sandbox's raw rows, by the type of the graph that shows them: what the oracle judges by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from adapters.ledger.planned_visits import PlannedVisit
from tests.authz.crossed import CROSSED, GROCERS, Tables

Row = dict[str, Any]
COLLECTIONS: Mapping[str, str] = {
    "Customer": "customers",
    "Location": "locations",
    "Job": "jobs",
    "Appointment": "appointments",
    "Invoice": "invoices",
    "Estimate": "estimates",
    "Equipment": "installed-equipment",
    "ServiceAgreement": "service-agreements",
    "Membership": "memberships",
}
"""Types that show a row of ServiceTitan's under its own id."""
SHOWN_OF_EACH, STORES = 3, 12


@dataclass(frozen=True, eq=False)
class Records:
    """Every raw row of one world.

    `visits` are those the office imported, `links` those it sent; `payments` were made through the
    gateway, and `methods` are kept for customers.
    """

    tables: Tables
    visits: tuple[PlannedVisit, ...]
    links: tuple[int, ...]
    today: date
    payments: tuple[Row, ...] = ()
    methods: tuple[Row, ...] = ()

    def owed(self, invoice: Row) -> Decimal:
        """R34: what is left to pay, without what is charged and not yet in the books."""
        parts = (row["invoices"].get(invoice["id"]) for row in self.payments if row["pending"])
        return Decimal(invoice["balance"]) - sum(Decimal(part) for part in parts if part)

    @cached_property
    def by_type(self) -> dict[str, dict[str, Row]]:
        """Return each type's rows by the key of their global id."""
        found = {
            kind: {str(row["id"]): row for row in self.tables[name]}
            for kind, name in COLLECTIONS.items()
        }
        found["Proposal"] = dict(self._proposals())
        found["Visit"] = dict(self._visits())
        found["DirectLink"] = {str(of): {"id": of} for of in self.links}
        found["Payment"] = {str(row["id"]): row for row in self.payments}
        found["PaymentMethod"] = {str(row["id"]): row for row in self.methods}
        return found

    def row(self, kind: str, key: object) -> Row | None:
        """Return the row of this type and key, None where there is none."""
        return self.by_type[kind].get(str(key))

    def _proposals(self) -> Iterator[tuple[str, Row]]:
        """A proposal is the estimates of one job, else of one project, else one alone (R37)."""
        groups: dict[str, list[Row]] = {}
        for row in self.tables["estimates"]:
            groups.setdefault(proposal_of(row), []).append(row)
        for key, rows in groups.items():
            yield key, {"id": key, "estimates": rows, "jobId": rows[0]["jobId"]}

    def _visits(self) -> Iterator[tuple[str, Row]]:
        services = {row["id"]: row for row in self.tables["recurring-services"]}
        for event in self.tables["recurring-service-events"]:
            service = services[event["locationRecurringServiceId"]]
            yield (
                f"m{event['id']}",
                {
                    "promisedBy": ("Membership", service["membershipId"]),
                    "locationId": service["locationId"],
                    "jobId": event["jobId"],
                },
            )
        for told in self.visits:
            yield (
                f"a{told.id}",
                {
                    "promisedBy": ("ServiceAgreement", told.agreement_id),
                    "locationId": told.location_id,
                    "jobId": told.job_id,
                    "status": told.status.value,
                },
            )

    @cached_property
    def sample(self) -> dict[str, list[str]]:
        """Return the keys to ask for: of each place some, of people's and crossed rows all."""
        return {kind: self._some(rows) for kind, rows in self.by_type.items()}

    def _some(self, rows: dict[str, Row]) -> list[str]:
        taken: dict[object, int] = {}
        chosen: list[str] = []
        for key, row in rows.items():
            at = place_of(row) if is_of_many(row) else key
            taken[at] = taken.get(at, 0) + 1
            if taken[at] <= SHOWN_OF_EACH:
                chosen.append(key)
        return chosen


def is_of_many(row: Row) -> bool:
    """Is this one of Jordan's two thousand, and not one that was put there to cross?"""
    of = row["id"] if isinstance(row.get("id"), int) else 0
    owner = row.get("customerId", (row.get("customer") or {}).get("id"))
    return of not in CROSSED and owner == GROCERS


def place_of(row: Row) -> object:
    """Return something that differs from place to place."""
    at = row.get("locationId") or (row.get("location") or {}).get("id")
    return at or row.get("jobId", 0) % STORES


def proposal_of(estimate: Row) -> str:
    """Return the key of the proposal that an estimate belongs to."""
    if estimate["jobId"]:
        return f"j{estimate['jobId']}"
    return f"p{estimate['projectId']}" if estimate["projectId"] else f"e{estimate['id']}"
