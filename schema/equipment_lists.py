"""The lists of equipment: all in reach, a customer's, and a place's."""

from typing import Annotated

import strawberry

from resolvers import access, customers, equipment, locations
from schema.arguments import After, Before, CustomerId, First, Last, LocationId
from schema.connections import connection_of, paged, paging
from schema.edges import field, later
from schema.info import Info, given
from schema.words import Screen, WarrantyState

Machines = connection_of(later("Equipment", "schema.equipment"))
Party = strawberry.Parent[access.Party]
Place = strawberry.Parent[access.Place]

SerialNumber = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "Only machines with exactly this serial number, whatever its case and its spaces; a "
            "blank one narrows nothing. At most 200 characters."
        )
    ),
]
Search = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "Only machines in whose name, type, manufacturer, model or serial number every one "
            "of these words stands, in any case. At most 200 characters."
        )
    ),
]
State = Annotated[
    WarrantyState | None,
    strawberry.argument(
        description=(
            "Only machines whose manufacturer's or service provider's warranty stands like this "
            "today; NONE: both."
        )
    ),
]


async def _of_viewer(  # noqa: PLR0913, PLR0917  # each is an argument of the contract
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
    serial_number: SerialNumber = strawberry.UNSET,
    search: Search = strawberry.UNSET,
    warranty: State = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    wanted = equipment.Wanted(given(serial_number), given(search), given(warranty))
    return paged(
        info, await equipment.equipment_by(info.context, customer, location, wanted), asked
    )


async def _of_customer(  # noqa: PLR0913, PLR0917  # each is an argument of the contract
    customer: Party,
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
    serial_number: SerialNumber = strawberry.UNSET,
    search: Search = strawberry.UNSET,
    warranty: State = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    location = locations.asked_location(info.context, given(location_id))
    wanted = equipment.Wanted(given(serial_number), given(search), given(warranty))
    return paged(
        info, await equipment.equipment_by(info.context, customer.id, location, wanted), asked
    )


async def _of_location(
    location: Place,
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    every = equipment.Wanted()
    return paged(info, await equipment.equipment_by(info.context, None, location.id, every), asked)


OF_VIEWER = field(
    _of_viewer,
    Machines | None,
    "Equipment at the places in reach, by name.",
    screen=Screen.EQUIPMENT,
)
OF_CUSTOMER = field(
    _of_customer,
    Machines | None,
    "The equipment at this customer's places, by name.",
    screen=Screen.EQUIPMENT,
)
OF_LOCATION = field(
    _of_location,
    Machines | None,
    "The equipment at this place, by name.",
    screen=Screen.EQUIPMENT,
)
