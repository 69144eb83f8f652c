"""Invoices and payments (accounting-v2: InvoiceResponse, DetailedPaymentResponse)."""

from adapters.sandbox.homes import money, office_only
from adapters.sandbox.homes.bills import Bill, Receipt
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.business import OFFICE_USER
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.trades import HVAC_SERVICE, UNITS

_TAX_PER_MILLE = 80
_TAXED = {"Material", "Equipment"}
_TERMS = {0: "Due Upon Receipt", 30: "Net 30"}
_METHODS = {"Check": "61", "Visa": "62", "ACH": "63", "Cash": "64"}


def invoice(book: Book, bill: Bill) -> Row:
    """Write an invoice down; its balance is settled once every payment is known."""
    subtotal = sum(line.cents for line in bill.lines)
    whole = total(bill)
    return book.add(
        "invoices",
        {
            **_heading(book, bill),
            **_parties(bill),
            "subTotal": money.text(subtotal),
            "salesTax": money.text(whole - subtotal),
            "salesTaxCode": {"id": 18050, "name": "Cook County", "taxRate": 0.08}
            if whole != subtotal
            else None,
            "total": money.text(whole),
            "balance": money.text(whole),
            "discountTotal": money.text(-sum(min(line.cents, 0) for line in bill.lines)),
            "items": [_item(book, bill, line, turn) for turn, line in enumerate(bill.lines, 1)],
            **_office(book, bill),
        },
    )


def total(bill: Bill) -> int:
    """Return what an invoice comes to, tax included, in cents."""
    return sum(line.cents + _tax(line) for line in bill.lines)


def payment(book: Book, receipt: Receipt) -> Row:
    """Write a payment down, wholly applied to the invoices it names."""
    received = sum(amount for _, amount in receipt.applied)
    return book.add(
        "payments",
        {
            "id": receipt.id,
            "active": True,
            "customer": {"id": receipt.party.id, "name": receipt.party.name},
            "date": book.clock.midnight(receipt.day),
            "total": money.text(received),
            "unappliedAmount": "0.00",
            "type": receipt.method,
            "typeId": _METHODS[receipt.method],
            "referenceNumber": str(receipt.id),
            "memo": office_only.remark("deposited with batch"),
            "authCode": office_only.remark("authorization code"),
            "checkNumber": office_only.remark("check number"),
            "appliedTo": [
                _applied(book, receipt, turn, *one) for turn, one in enumerate(receipt.applied, 1)
            ],
            "businessUnit": {"id": HVAC_SERVICE, "name": UNITS[HVAC_SERVICE][0]},
            "batch": _batch(),
            "deposit": {"id": office_only.NUMBER, "name": office_only.remark("deposit")},
            "generalLedgerAccount": _ledger(),
            "refundedPaymentId": None,
            "syncStatus": office_only.remark("Exported"),
            "createdBy": office_only.remark("bookkeeper"),
            "customFields": [{"name": "Counted by", "value": office_only.remark("bookkeeper")}],
            **book.written(receipt.id, -receipt.day, -receipt.day),
        },
    )


def _tax(line: Line) -> int:
    return line.cents * _TAX_PER_MILLE // 1000 if line.sku.kind in _TAXED else 0


def _heading(book: Book, bill: Bill) -> Row:
    return {
        "id": bill.id,
        "referenceNumber": str(bill.id),
        "invoiceDate": book.clock.midnight(bill.day),
        "dueDate": book.clock.midnight(bill.day + bill.terms),
        "termName": _TERMS[bill.terms],
        **book.written(bill.id, _booked(bill), max(-bill.day - 1, 1)),
        "adjustmentToId": bill.adjusts,
        "projectId": None,
        "sentStatus": "Sent" if bill.lines else "NotSent",
        "summary": bill.summary,
        "active": bill.active,
        "membershipId": bill.membership,
        "paidOn": None,
        "invoiceConfiguration": "MembershipInvoice" if bill.membership else "JobInvoice",
    }


def _booked(bill: Bill) -> int:
    """Return how many days ago it was made: with its job (R22), unless it was added later."""
    return bill.work.booked if bill.work and bill.adjusts is None else -bill.day


def _parties(bill: Bill) -> Row:
    place, work = bill.place, bill.work
    return {
        "customer": {"id": bill.party.id, "name": bill.party.name},
        "customerAddress": bill.party.address.row(),
        "location": {"id": place.id, "name": place.name} if place else None,
        "locationAddress": place.address.row() if place else None,
        "businessUnit": {"id": bill.trade.unit, "name": UNITS[bill.trade.unit][0]},
        "job": {"id": work.id, "number": str(work.id), "type": work.trade.name} if work else None,
        "invoiceType": {"id": 71, "name": "Service"},
    }


def _office(book: Book, bill: Bill) -> Row:
    return {
        "syncStatus": office_only.remark("Exported"),
        "budgetCodeId": office_only.NUMBER,
        "taxZoneId": office_only.NUMBER,
        "createdBy": office_only.remark("dispatcher"),
        "batch": _batch(),
        "depositedOn": None,
        "royalty": {
            "status": office_only.remark("Pending"),
            "date": None,
            "sentOn": None,
            "memo": office_only.remark("franchise share"),
        },
        "employeeInfo": {
            "id": office_only.NUMBER,
            "name": office_only.remark("dispatcher"),
            "modifiedOn": book.clock.stamp(bill.day, bill.id),
        },
        "commissionEligibilityDate": office_only.remark("next payroll"),
        "reviewStatus": "NeedsReview",
        "assignedTo": {"id": office_only.NUMBER, "name": office_only.remark("reviewer")},
        "customFields": [{"name": "Collections", "value": office_only.remark("collections")}],
        "importId": office_only.remark("import"),
        "exportId": office_only.remark("export"),
        "materialSkuId": office_only.NUMBER,
    }


def _item(book: Book, bill: Bill, line: Line, turn: int) -> Row:
    key = bill.id * 100 + turn
    return {
        "id": key,
        "description": line.sku.words,
        "quantity": money.quantity(line.count),
        "price": money.text(line.sku.cents),
        "total": money.text(line.cents),
        "memberPrice": money.text(line.sku.cents * 9 // 10),
        "type": line.sku.kind,
        "skuName": line.sku.code,
        "skuId": line.sku.id,
        "displayName": line.sku.name,
        "taxable": line.sku.kind in _TAXED,
        "isChargeable": True,
        "order": turn,
        "addOn": False,
        "displayInAmount": True,
        "membershipTypeId": 0,
        "itemGroup": None,
        "serviceDate": book.clock.midnight(bill.day),
        "businessUnit": {"id": bill.trade.unit, "name": UNITS[bill.trade.unit][0]},
        **book.written(key, -bill.day, max(-bill.day - 1, 1)),
        **_item_office(),
    }


def _applied(book: Book, receipt: Receipt, turn: int, invoice_id: int, amount: int) -> Row:
    return {
        "appliedId": receipt.id * 100 + turn,
        "appliedTo": invoice_id,
        "appliedAmount": money.text(amount),
        "appliedOn": book.clock.stamp(receipt.day, receipt.id + turn),
        "appliedBy": office_only.remark("bookkeeper"),
        "appliedToReferenceNumber": str(invoice_id),
    }


def _batch() -> Row:
    return {
        "id": office_only.NUMBER,
        "number": office_only.remark("3581"),
        "name": office_only.remark("weekly batch"),
    }


def _ledger() -> Row:
    return {
        "id": office_only.NUMBER,
        "name": office_only.remark("41000-Sales"),
        "number": office_only.remark("41000"),
        "type": office_only.remark("Income"),
        "detailType": office_only.remark("Income"),
    }


def _item_office() -> Row:
    return {
        "cost": office_only.MONEY_TEXT,
        "totalCost": office_only.MONEY_TEXT,
        "budgetCodeId": office_only.NUMBER,
        "inventoryLocationId": office_only.NUMBER,
        "inventoryLocation": office_only.remark("Truck 4"),
        "inventory": False,
        "inventoryStatus": office_only.remark("Consumed"),
        "generalLedgerAccount": _ledger(),
        "costOfSaleAccount": _ledger(),
        "assetAccount": _ledger(),
        "soldHours": office_only.MONEY,
        "createdById": OFFICE_USER,
        "importId": office_only.remark("import"),
        "exportId": office_only.remark("export"),
        "technicianId": office_only.NUMBER,
        "installedEquipmentId": None,
        "estimateItemId": None,
    }
