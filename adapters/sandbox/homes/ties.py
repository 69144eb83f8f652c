"""What rows know of each other, once all are written: balances, totals, first and last visits."""

from collections import defaultdict
from typing import cast

from adapters.sandbox.homes import money
from adapters.sandbox.homes.book import Book, Row


def tie(book: Book) -> None:
    """Fill in every figure that follows from other rows."""
    _settle(book)
    _sum_up_jobs(book)
    _sum_up_customers(book)


def _settle(book: Book) -> None:
    """Take what was paid off each invoice: balance = total - applied."""
    applied: dict[int, int] = defaultdict(int)
    paid_on: dict[int, object] = {}
    for payment in book.rows["payments"]:
        for part in cast("list[Row]", payment["appliedTo"]):
            key = cast("int", part["appliedTo"])
            applied[key] += money.cents(str(part["appliedAmount"]))
            paid_on[key] = payment["date"]
    for invoice in book.rows["invoices"]:
        key = cast("int", invoice["id"])
        balance = money.cents(str(invoice["total"])) - applied[key]
        invoice["balance"] = money.text(balance)
        invoice["paidOn"] = paid_on.get(key) if balance == 0 else None


def _sum_up_jobs(book: Book) -> None:
    """Give each job its total, its estimates and its live appointments."""
    totals: dict[object, int] = defaultdict(int)
    for invoice in book.rows["invoices"]:
        job = cast("Row | None", invoice["job"])
        if job is not None and invoice["active"]:
            totals[job["id"]] += money.cents(str(invoice["total"]))
    estimates = _ids_by_job(book.rows["estimates"])
    visits = _ids_by_job(book.rows["appointments"])
    for job in book.rows["jobs"]:
        job["total"] = money.number(totals[job["id"]])
        job["estimateIds"] = estimates.get(job["id"], [])
        mine = visits[job["id"]]
        job["appointmentCount"] = len(mine)
        job["firstAppointmentId"], job["lastAppointmentId"] = mine[0], mine[-1]


def _sum_up_customers(book: Book) -> None:
    """Give each customer the sum of what is still open on invoices made out to it."""
    owed: dict[object, int] = defaultdict(int)
    for invoice in book.rows["invoices"]:
        if invoice["active"]:
            party = cast("Row", invoice["customer"])
            owed[party["id"]] += max(money.cents(str(invoice["balance"])), 0)
    for customer in book.rows["customers"]:
        customer["balance"] = money.number(owed[customer["id"]])


def _ids_by_job(rows: list[Row]) -> dict[object, list[object]]:
    """Return the ids of active rows under the job each names."""
    found: dict[object, list[object]] = defaultdict(list)
    for row in rows:
        if row["active"]:
            found[row["jobId"]].append(row["id"])
    return found
