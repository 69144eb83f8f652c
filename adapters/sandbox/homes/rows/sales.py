"""Estimates (salestech-v2: EstimateResponse)."""

from adapters.sandbox.homes import money, office_only
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.offers import Answer, Offer
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.trades import UNITS

_TAX_PER_MILLE = 80


def estimate(book: Book, offer: Offer) -> Row:
    """Write an estimate down under its job."""
    work = offer.work
    return book.add(
        "estimates",
        {
            "id": offer.id,
            "jobId": work.id,
            "projectId": None,
            "locationId": work.place.id,
            "customerId": work.owner.id,
            "name": offer.name,
            "jobNumber": str(work.id),
            **_standing(book, offer),
            "summary": f"<p>{offer.name}: removal, permit and start-up included.</p>",
            **book.written(offer.id, -offer.day, max(-offer.day - 1, 1)),
            "items": [_item(book, offer, line, turn) for turn, line in enumerate(offer.lines, 1)],
            "externalLinks": [],
            **_price(offer),
            "businessUnitId": work.trade.unit,
            "businessUnitName": UNITS[work.trade.unit][0],
            "budgetCodeId": office_only.NUMBER,
            "isChangeOrder": False,
        },
    )


def _standing(book: Book, offer: Offer) -> Row:
    value, name = offer.answer.value
    sold = offer.answer is Answer.SOLD
    return {
        "status": {"value": value, "name": name},
        "reviewStatus": offer.review,
        "soldOn": book.clock.stamp(offer.day + 1, offer.id) if sold else None,
        "soldBy": offer.work.trade.technician(offer.id) if sold else None,
        "active": offer.active,
        "isRecommended": offer.recommended,
        "proposalTagName": offer.tag,
    }


def _price(offer: Offer) -> Row:
    subtotal = sum(line.cents for line in offer.lines)
    goods = sum(line.cents for line in offer.lines if line.sku.kind == "Equipment")
    percent = offer.deposit_percent
    return {
        "subtotal": money.number(subtotal),
        "tax": money.number(goods * _TAX_PER_MILLE // 1000),
        "depositAmount": None,
        "depositPercent": percent,
        "requireDepositOnSignature": percent is not None,
    }


def _item(book: Book, offer: Offer, line: Line, turn: int) -> Row:
    key = offer.id * 100 + turn
    return {
        "id": key,
        "sku": {
            "id": line.sku.id,
            "name": line.sku.code,
            "displayName": line.sku.name,
            "type": line.sku.kind,
            "soldHours": office_only.MONEY,
            "generalLedgerAccountId": office_only.NUMBER,
            "generalLedgerAccountName": office_only.remark("41000-Sales"),
            "modifiedOn": book.clock.stamp(offer.day, line.sku.id),
        },
        "skuAccount": office_only.remark("41000-Sales"),
        "description": line.sku.words,
        "membershipTypeId": None,
        "qty": float(line.count),
        "unitRate": money.number(line.sku.cents),
        "total": money.number(line.cents),
        "unitCost": office_only.MONEY,
        "totalCost": office_only.MONEY,
        "itemGroupName": "",
        "itemGroupRootId": None,
        **book.written(key, -offer.day, max(-offer.day - 1, 1)),
        "chargeable": None,
        "invoiceItemId": None,
        "budgetCodeId": office_only.NUMBER,
    }
