"""`POST /payments`: records a payment, as the 2026-03 specification has it; charges nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Literal

import msgspec

from adapters.sandbox.clock import now
from adapters.sandbox.operations import Asked, Operation
from adapters.sandbox.problems import invalid
from adapters.sandbox.rows import Raw
from adapters.sandbox.store import Store

#: Told of every record changed on the way: collection, row before, row after.
Changed = Callable[[str, Raw | None, Raw], None]

CENT = Decimal("0.01")


class Split(msgspec.Struct, rename="camel"):
    """What is paid of one invoice, named by id or by its number."""

    invoice_id: int | None = None
    invoice_number: str | None = None
    amount: Decimal | None = None


class NewPayment(msgspec.Struct, rename="camel"):
    """The body of `POST /payments`; unknown fields are ignored (facts.md g1)."""

    type_id: int
    customer_id: int | None = None
    amount: Decimal | None = None
    paid_on: datetime | None = None
    memo: str | None = None
    auth_code: str | None = None
    check_number: str | None = None
    export_id: str | None = None
    status: Literal["Pending", "Posted", "Exported"] | None = None
    splits: list[Split] | None = None


def paying(store: Store, changed: Changed) -> dict[tuple[str, str, str], Operation]:
    """Return the operation that records a payment."""
    return {("POST", "accounting", "payments"): partial(_create, store, changed)}


def _create(store: Store, changed: Changed, asked: Asked) -> bytes:
    try:
        new = msgspec.json.decode(asked.body, type=NewPayment, strict=True)
    except msgspec.MsgspecError as error:
        raise invalid("payment", str(error)) from None
    parts = [_part(store, split) for split in new.splits or ()]
    _check_parts(parts)
    applied = sum((amount for _, amount in parts), Decimal(0))
    total = applied if new.amount is None else new.amount
    _check_total(total, applied)
    number = store.new_id("payments")
    paid_on = now() if new.paid_on is None else _written(new.paid_on)
    row = _row(store, new, number, total, paid_on, parts)
    changed("payments", None, store.put("payments", number, row))
    for invoice, amount in parts:
        _settle(store, changed, invoice, amount, paid_on)
    return msgspec.json.encode(_answer(new, number, paid_on, parts))


def _part(store: Store, split: Split) -> tuple[Raw, Decimal]:
    invoice = (
        _numbered(store, split.invoice_number)
        if split.invoice_id is None
        else store.row("invoices", split.invoice_id)
    )
    if invoice is None:
        raise invalid("splits", "The invoice was not found.")
    owed = Decimal(str(invoice["balance"]))
    return invoice, owed if split.amount is None else split.amount


def _numbered(store: Store, number: str | None) -> Raw | None:
    rows = store.tables["invoices"].in_order()
    return next((row.data for row in rows if row.data.get("referenceNumber") == number), None)


def _check_parts(parts: list[tuple[Raw, Decimal]]) -> None:
    for invoice, amount in parts:
        if not (amount.is_finite() and 0 < amount <= Decimal(str(invoice["balance"]))):
            raise invalid("splits", "The amount must be above 0 and at most the balance.")


def _check_total(total: Decimal, applied: Decimal) -> None:
    if not (total.is_finite() and total > 0):
        raise invalid("amount", "The amount must be greater than zero.")
    if applied > total:
        raise invalid("splits", "The splits come to more than the amount.")


def _row(
    store: Store,
    new: NewPayment,
    number: int,
    total: Decimal,
    paid_on: str,
    parts: list[tuple[Raw, Decimal]],
) -> Raw:
    applied = sum((amount for _, amount in parts), Decimal(0))
    return {
        "customer": _named(store, new.customer_id, parts),
        "date": paid_on,
        "total": _money(total),
        "unappliedAmount": _money(total - applied),
        "typeId": str(new.type_id),
        "type": _type_name(store, str(new.type_id)),
        "referenceNumber": str(number),
        "memo": new.memo,
        "authCode": new.auth_code,
        "checkNumber": new.check_number,
        "syncStatus": new.status or "Pending",
        "appliedTo": [
            {
                "appliedId": number * 100 + count,
                "appliedTo": invoice["id"],
                "appliedAmount": _money(amount),
                "appliedOn": paid_on,
                "appliedToReferenceNumber": invoice["referenceNumber"],
            }
            for count, (invoice, amount) in enumerate(parts, 1)
        ],
    }


def _named(store: Store, customer: int | None, parts: list[tuple[Raw, Decimal]]) -> object:
    if customer is None:
        return parts[0][0].get("customer") if parts else None
    known = store.row("customers", customer)
    if known is None:
        raise invalid("customerId", "The customer was not found.")
    return {"id": customer, "name": known["name"]}


def _type_name(store: Store, type_id: str) -> object:
    """Return the name other payments have for this type; payment types are no collection here."""
    rows = store.tables["payments"].in_order()
    return next((row.data["type"] for row in rows if row.data.get("typeId") == type_id), None)


def _settle(store: Store, changed: Changed, invoice: Raw, amount: Decimal, paid_on: str) -> None:
    left = Decimal(str(invoice["balance"])) - amount
    paid: Raw = {"paidOn": paid_on} if left == 0 else {}
    patch: Raw = {"balance": _money(left), **paid}
    number = int(str(invoice["id"]))
    changed("invoices", invoice, store.put("invoices", number, patch))
    billed = invoice.get("customer")
    customer = store.row("customers", billed["id"]) if isinstance(billed, dict) else None
    if customer is not None:
        owed = Decimal(str(customer["balance"])) - amount
        store.put("customers", int(str(customer["id"])), {"balance": float(owed)})


def _answer(
    new: NewPayment, number: int, paid_on: str, parts: list[tuple[Raw, Decimal]]
) -> Mapping[str, object]:
    return {
        "id": number,
        "active": True,
        "typeId": new.type_id,
        "customerId": new.customer_id,
        "paidOn": paid_on,
        "memo": new.memo,
        "authCode": new.auth_code,
        "checkNumber": new.check_number,
        "exportId": new.export_id,
        "status": new.status or "Pending",
        "transactionStatus": "Success",
        "splits": [
            {
                "invoiceId": invoice["id"],
                "invoiceNumber": invoice["referenceNumber"],
                "amount": float(amount),
            }
            for invoice, amount in parts
        ],
    }


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT))


def _written(moment: datetime) -> str:
    whole = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return whole.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
