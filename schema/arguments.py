"""Arguments that several fields take, each with the sentence that describes it."""

from typing import Annotated

import strawberry

from schema.words import InvoiceStatus, JobTab

First = Annotated[
    int | None,
    strawberry.argument(description="How many rows at most, from the start of the list: 1 to 100."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="The cursor of a row of this list: the page begins behind it."),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "How many rows at most, from the end of the list: 1 to 100. Give it in place of "
            "`first`, not beside it."
        )
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="The cursor of a row of this list: the page ends before it."),
]
CustomerId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Only what is this customer's; one that is out of reach is NOT_FOUND."
    ),
]
LocationId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Only what is at this location; one that is out of reach is NOT_FOUND."
    ),
]
PaidSoFar = Annotated[
    InvoiceStatus | None,
    strawberry.argument(description="Only invoices that are paid this far."),
]
UnderTab = Annotated[
    JobTab, strawberry.argument(description="Under which tab the jobs are to stand.")
]
Id = Annotated[
    strawberry.ID,
    strawberry.argument(
        description="The record's global id, as a field `id` told it; anything else is NOT_FOUND."
    ),
]
Ids = Annotated[
    list[strawberry.ID],
    strawberry.argument(description="Global ids, as fields `id` told them; at most 100."),
]
