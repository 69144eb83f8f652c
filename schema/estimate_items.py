"""The lines of an estimate."""

import strawberry

from adapters.servicetitan.estimates import EstimateItem as Model
from resolvers.estimate_prices import figure
from resolvers.estimates import item_name_of
from resolvers.ids import global_id
from resolvers.prose import cleaned, plain
from schema.edges import tells
from schema.scalars import Money, RichText, quantity_text

Item = strawberry.Parent[Model]


@strawberry.type(description="A line of an estimate; a discount is a line below zero.")
class EstimateItem:
    """Shows an item, without what it costs the business (R81)."""

    @tells("Opaque, and stable for ever.")
    def id(item: Item) -> strawberry.ID:
        return strawberry.ID(global_id("EstimateItem", item.id))

    @tells("What it is called.")
    def name(item: Item) -> str | None:
        return item_name_of(item)

    @tells("What it is, in plain text.")
    def description(item: Item) -> str | None:
        return plain(item.description)

    @tells("What it is, as the office wrote it.")
    def description_html(item: Item) -> RichText | None:
        told = cleaned(item.description)
        return None if told is None else RichText(told)

    @tells("How many, as a decimal number without needless zeros.")
    def quantity(item: Item) -> str:
        return quantity_text(figure(item.qty))

    @tells("The price of one.")
    def unit_price(item: Item) -> Money:
        return Money(figure(item.unit_rate))

    @tells("What the line comes to, before tax.")
    def total(item: Item) -> Money:
        return Money(figure(item.total))
