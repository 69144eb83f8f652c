"""The book that a seeded tenant's rows are written into."""

from typing import Final, TypeAlias

from adapters.sandbox.homes.clock import Clock

Row: TypeAlias = dict[str, object]

COLLECTIONS: Final = (
    "customers",
    "customer-contacts",
    "locations",
    "location-contacts",
    "jobs",
    "appointments",
    "appointment-assignments",
    "invoices",
    "payments",
    "estimates",
    "installed-equipment",
    "memberships",
    "membership-types",
    "recurring-services",
    "recurring-service-events",
    "service-agreements",
    "technicians",
    "business-units",
    "job-types",
    "invoice-templates",
)


class Book:
    """Every collection's rows in the order they were written, and the clock they are told by."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rows: dict[str, list[Row]] = {name: [] for name in COLLECTIONS}

    def add(self, collection: str, row: Row) -> Row:
        """Write a row down and return it."""
        self.rows[collection].append(row)
        return row

    def find(self, collection: str, key: int) -> Row:
        """Return the row with that id; raises LookupError where there is none."""
        for row in self.rows[collection]:
            if row["id"] == key:
                return row
        raise LookupError(f"no {collection} row has the id {key}")

    def written(self, key: int, age: int, changed: int | None = None) -> Row:
        """Return when, so many days ago, a record was made and when it was last changed."""
        last = age // 3 if changed is None else changed
        made = self.clock.stamp(-age, key)
        return {"createdOn": made, "modifiedOn": max(made, self.clock.stamp(-last, key + 1))}
