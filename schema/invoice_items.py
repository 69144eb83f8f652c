"""The lines of an invoice."""

from enum import Enum

import strawberry

from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.invoices import InvoiceItem as Model
from adapters.servicetitan.invoices import ItemType
from resolvers.ids import global_id
from resolvers.prose import cleaned, plain
from schema.edges import tells
from schema.scalars import Money, RichText, quantity_text

Item = strawberry.Parent[Model]


@strawberry.enum(description="What a line of an invoice is for.")
class ItemKind(Enum):
    """ServiceTitan's item types in the graph's words."""

    SERVICE = strawberry.enum_value("SERVICE", description="Work.")
    MATERIAL = strawberry.enum_value("MATERIAL", description="Something that was used up.")
    EQUIPMENT = strawberry.enum_value("EQUIPMENT", description="A machine.")
    DISCOUNT_OR_FEE = strawberry.enum_value(
        "DISCOUNT_OR_FEE", description="Something taken off, or added to the rest."
    )
    OTHER = strawberry.enum_value("OTHER", description="Anything else.")


_KINDS = {
    ItemType.SERVICE: ItemKind.SERVICE,
    ItemType.MATERIAL: ItemKind.MATERIAL,
    ItemType.EQUIPMENT: ItemKind.EQUIPMENT,
    ItemType.PRICE_MODIFIER: ItemKind.DISCOUNT_OR_FEE,
}


@strawberry.type(description="A line of an invoice.")
class InvoiceItem:
    """Shows an item, without what it cost the business (R81)."""

    @tells("Opaque, and stable for ever.")
    def id(item: Item) -> strawberry.ID:
        return strawberry.ID(global_id("InvoiceItem", item.id))

    @tells("What it is called.")
    def name(item: Item) -> str | None:
        return item.display_name or item.sku_name

    @tells("What it is, in plain text.")
    def description(item: Item) -> str | None:
        return plain(item.description)

    @tells("What it is, as the office wrote it.")
    def description_html(item: Item) -> RichText | None:
        told = cleaned(item.description)
        return None if told is None else RichText(told)

    @tells("What the line is for.")
    def kind(item: Item) -> ItemKind:
        return _KINDS.get(item.type, ItemKind.OTHER)

    @tells("How many, as a decimal number without needless zeros.")
    def quantity(item: Item) -> str:
        if item.quantity is None:
            raise UpstreamRejected("A quantity of this invoice cannot be read. Call the office.")
        return quantity_text(item.quantity)

    price: Money | None = strawberry.field(name="unitPrice", description="The price of one.")

    @tells("What the line comes to.")
    def total(item: Item) -> Money:
        if item.total is None:
            raise UpstreamRejected("An amount of this invoice cannot be read. Call the office.")
        return Money(item.total)
