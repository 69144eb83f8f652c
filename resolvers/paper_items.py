"""What was sold, as a document lists it: names, descriptions and amounts, each read or refused."""

from collections.abc import Sequence
from decimal import Decimal

from adapters.documents import wording
from adapters.documents.papers import Item
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.estimates import EstimateItem
from adapters.servicetitan.invoices import InvoiceItem
from resolvers.estimates import item_name_of
from resolvers.prose import plain


def invoiced(items: Sequence[InvoiceItem] | None, currency: str) -> tuple[Item, ...]:
    """Return the lines of an invoice; raises UpstreamRejected where one cannot be read (R84)."""
    if items is None:
        raise _unread("items")
    return tuple(
        _item(
            item.display_name or item.sku_name,
            plain(item.description),
            (item.quantity, item.price, item.total),
            currency,
        )
        for item in items
    )


def offered(items: Sequence[EstimateItem], currency: str) -> tuple[Item, ...]:
    """Return the lines of an estimate; raises UpstreamRejected where one cannot be read (R84)."""
    return tuple(
        _item(
            item_name_of(item),
            plain(item.description),
            (item.qty, item.unit_rate, item.total),
            currency,
        )
        for item in items
    )


def _item(
    name: str | None,
    description: str | None,
    figures: tuple[Decimal | None, Decimal | None, Decimal | None],
    currency: str,
) -> Item:
    quantity, price, amount = figures
    if quantity is None or amount is None:
        raise _unread("amounts")
    called, told = _titled(name, description)
    return Item(
        name=called,
        description=told,
        quantity=wording.quantity(quantity),
        price=None if price is None else wording.money(price, currency),
        amount=wording.money(amount, currency),
    )


def _titled(name: str | None, description: str | None) -> tuple[str, str | None]:
    """What stands as the line's title, and what under it, without saying the title twice?"""
    first, _, rest = (description or "").partition("\n")
    if name is None or name.casefold() == first.casefold():
        return first or name or "Item", rest.strip() or None
    return name, description


def _unread(what: str) -> UpstreamRejected:
    return UpstreamRejected(f"Not all {what} of this document can be read. Call the office.")
